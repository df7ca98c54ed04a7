import assert from 'node:assert/strict';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../src/core/endpoints/prepare.ts';
import { makePlan, type PlanChoices } from '../../src/core/plan/plan.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { renderText } from '../../src/core/report/formats/text.ts';
import { runBenchmark } from '../../src/engine/run.ts';
import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens: number;
}

/** Two sessions and a request without one, in the order of their times. */
const trace = [
  { session_id: 'a', timestamp: 5_000, input_length: 1_100, output_length: 3, hash_ids: [1, 2] },
  { session_id: 'b', timestamp: 5_060, input_length: 20, output_length: 4 },
  { session_id: 'a', delay: 200, input_length: 600, output_length: 5, hash_ids: [1] },
  { timestamp: 5_100, input_length: 30, output_length: 6 },
  { session_id: 'b', delay: 0, input_length: 7, output_length: 2 },
  { session_id: 'a', delay: 100, input_length: 9, output_length: 8 },
]
  .map((row) => JSON.stringify(row))
  .join('\n');

const nothing = (): undefined => undefined;
const blockOf = (content = ''): string => content.split(' ').slice(0, 512).join(' ');
const wordsIn = (text = ''): number => text.split(' ').length;

describe('sessions of a trace', function () {
  this.timeout(60_000);
  let server: StreamServer;
  beforeEach(async () => {
    server = await startStreamServer((response) => {
      const { max_tokens: tokens }: Body = JSON.parse(server.bodies.at(-1) ?? '');
      response.setHeader('content-type', 'text/event-stream');
      const pieces = Array.from({ length: tokens }, (_, index) => ({
        choices: [{ index: 0, delta: { content: `w${index} ` }, finish_reason: null }],
      }));
      const end = [
        { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
        { choices: [], usage: { prompt_tokens: 1, completion_tokens: tokens } },
      ];
      response.end(
        [...pieces, ...end].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + 'data: [DONE]\n\n',
      );
    });
  });
  afterEach(() => server.close());

  async function replay(
    choices: PlanChoices = {},
    path = '/v1/chat/completions',
  ): Promise<{ record: RunRecord; sent: readonly Body[] }> {
    const { targets, defaults, objectives } = parseEndpoints(
      `# @trace trace\nPOST ${server.url}${path}\n\n{"model":"m","stream":true}\n`,
    );
    const { requests } = prepareTargets(targets, {
      env: nothing,
      secret: nothing,
      bodyFile: () => new TextEncoder().encode(trace),
      shownAs: 'e.txt',
    });
    const plan = makePlan({ coldStart: true, ...choices }, { defaults, objectives, targets });
    const record = await runBenchmark(
      { name: 'test', plan, targets, requests, secrets: [], file: null },
      { signal: new AbortController().signal, version: '0.0.0' },
    );
    return { record, sent: server.bodies.map((body): Body => JSON.parse(body)) };
  }

  it('send each turn after the response of the one before, with all of them and that response', async () => {
    const { record, sent } = await replay();
    assert.deepEqual([record.successes, record.outputTokens, record.plan.requests], [6, 28, 6]);
    assert.deepEqual(record.plan.trace, { file: 'trace', speed: 1, format: 'mooncake', requests: 6, spanMs: 100 });
    assert.deepEqual(record.askedLengths, { responses: 6, met: 6 });
    assert.match(renderText(record), /3 generated conversations, none sent twice;[^]*think\s+time of the trace/);
    const lengths = sent.map(({ messages, max_tokens: most }) => [
      ...messages.map(({ content }) => wordsIn(content.trim())),
      most,
    ]);
    assert.deepEqual(lengths, [
      [1_100, 3],
      [20, 4],
      [20, 4, 7, 2],
      [30, 6],
      [1_100, 3, 600, 5],
      [1_100, 3, 600, 5, 9, 8],
    ]);
    const [first, , , , second, third] = sent;
    assert.deepEqual(third?.messages.slice(0, 3), second?.messages);
    assert.equal(second?.messages[1]?.content, 'w0 w1 w2 ');
    assert.equal(blockOf(second?.messages[2]?.content), blockOf(first?.messages[0]?.content));
  });

  it('wait for their delays, from the end of the response', async () => {
    for (const traceSpeed of [1, 2]) {
      const { record } = await replay({ traceSpeed });
      const requests = (record.streamedRequests ?? []).toSorted((a, b) => a.scheduledMs - b.scheduledMs);
      assert.equal(requests.length, 6);
      const [first, other, next, alone, second, third] = requests;
      const starts = [first, other, alone].map((request) => Math.round((request?.scheduledMs ?? 0) * traceSpeed));
      assert.deepEqual(starts, [0, 60, 100]);
      const waited = [
        [first, second, 200],
        [second, third, 100],
        [other, next, 0],
      ] as const;
      for (const [before, after, delayMs] of waited) {
        const ms = (after?.scheduledMs ?? Number.NaN) - (before?.endMs ?? 0);
        assert.ok(Math.abs(ms - delayMs / traceSpeed) < 30, `${ms} instead of ${delayMs / traceSpeed}`);
      }
    }
  });

  it('are sent to their end by a number of requests, and are requests of one turn or more in a closed model', async () => {
    const { record } = await replay({ requests: 2 });
    assert.deepEqual([record.requestsSent, record.plan.requests], [3, 3]);
    const closed = await replay({ requests: 6, concurrency: 1 });
    assert.equal(closed.record.requestsSent, 6);
    assert.equal(closed.record.perTurn?.length, 3);
  });

  it("can't be sent to an API without messages", async () => {
    await assert.rejects(replay({}, '/v1/completions'), /The trace has sessions of several turns/);
    await assert.rejects(replay({}, '/other'), /The trace has sessions of several turns/);
  });
});
