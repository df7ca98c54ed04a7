import assert from 'node:assert/strict';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../src/core/endpoints/prepare.ts';
import { makePlan, type PlanChoices } from '../../src/core/plan/plan.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { renderText } from '../../src/core/report/formats/text.ts';
import { runBenchmark } from '../../src/engine/run.ts';
import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

interface Body {
  readonly prompt: string;
  readonly max_tokens?: number;
  readonly min_tokens?: number;
  readonly ignore_eos?: boolean;
}

/** Requests of a trace: time of day in ms, tokens of prompt and response, and blocks of 512 tokens. */
interface Row {
  readonly at: number;
  readonly input: number;
  readonly output: number;
  readonly blocks: readonly number[];
}

/** Lengths differ, so that a request is known by its prompt. Two leave at the same time. */
const rows: readonly Row[] = [
  { at: 27_000, input: 1_100, output: 3, blocks: [1, 2, 3] },
  { at: 27_040, input: 1_030, output: 5, blocks: [1, 2, 3] },
  { at: 27_040, input: 600, output: 2, blocks: [1, 9] },
  { at: 27_125, input: 40, output: 1, blocks: [7] },
  { at: 27_250, input: 1_400, output: 9, blocks: [1, 2, 4] },
  { at: 27_251, input: 1_536, output: 4, blocks: [9, 1, 2] },
];

const mooncake = rows
  .map(({ at, input, output, blocks }) =>
    JSON.stringify({ timestamp: at, input_length: input, output_length: output, hash_ids: blocks }),
  )
  .join('\n');
const ownFormat = rows
  // In any order.
  .toReversed()
  .map(({ at, input, output }) => JSON.stringify({ at, input, output }))
  .join('\n');
/** With the seven digits of Azure's times. */
const azure = [
  'TIMESTAMP,ContextTokens,GeneratedTokens',
  ...rows.map(
    ({ at, input, output }) => `2023-11-16 18:15:${(at / 1_000).toFixed(7).padStart(10, '0')},${input},${output}`,
  ),
].join('\r\n');

const times = rows.map(({ at }) => at - 27_000);

/** Returns when the requests of a record were due, ms from the first. */
const dueTimes = ({ streamedRequests = [] }: RunRecord): number[] =>
  streamedRequests.map(({ scheduledMs }) => scheduledMs).toSorted((a, b) => a - b);

/** Returns the text of a result in one line. */
const factsOf = (record: RunRecord): string => renderText(record).replaceAll(/\s+/g, ' ');

const assertTimes = (actual: readonly number[], expected: readonly number[]): void => {
  assert.equal(actual.length, expected.length);
  for (const [index, ms] of expected.entries())
    // The times of a day have steps of 0.0003 ms as numbers.
    assert.ok(Math.abs((actual[index] ?? Number.NaN) - ms) < 1e-3, `${actual.join(' ')} for ${expected.join(' ')}`);
};

const nothing = (): undefined => undefined;

describe('a replayed trace', function () {
  this.timeout(60_000);
  let server: StreamServer;
  beforeEach(async () => {
    server = await startStreamServer((response) => {
      const { max_tokens: tokens = 1 }: Body = JSON.parse(server.bodies.at(-1) ?? '');
      response.setHeader('content-type', 'text/event-stream');
      const piece = { choices: [{ index: 0, text: 'a', finish_reason: 'length' }] };
      const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: tokens } };
      response.end([piece, usage].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + 'data: [DONE]\n\n');
    });
  });
  afterEach(() => server.close());

  /** Sends a trace and returns its record, and the bodies by the number of words in their prompts. */
  async function replay(
    trace: string,
    choices: PlanChoices = {},
  ): Promise<{ record: RunRecord; sent: readonly Body[]; byLength: ReadonlyMap<number, Body> }> {
    const { targets, defaults, objectives } = parseEndpoints(
      `# @trace trace\nPOST ${server.url}/v1/completions\n\n{"model":"m","stream":true}\n`,
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
    const sent = server.bodies.map((body): Body => JSON.parse(body));
    return { record, sent, byLength: new Map(sent.map((body) => [body.prompt.split(' ').length, body])) };
  }

  for (const [format, trace] of Object.entries({ mooncake, azure, loadlens: ownFormat })) {
    it(`is due at the times of the file, with its lengths: ${format}`, async () => {
      const { record, byLength } = await replay(trace);
      assert.equal(record.plan.trace?.format, format);
      assertTimes(dueTimes(record), times);
      assert.ok((record.streamedRequests ?? []).every(({ sentMs, scheduledMs }) => sentMs >= scheduledMs));
      for (const { input, output } of rows) {
        const { prompt = '', max_tokens: most, min_tokens: least, ignore_eos: ignores } = byLength.get(input) ?? {};
        assert.deepEqual([countTokens(prompt), most, least, ignores], [input, output, output, true]);
      }
      assert.deepEqual([record.successes, record.outputTokens], [6, 24]);
      assert.deepEqual(record.askedLengths, { responses: 6, met: 6 });
    });

    it(`is due at half of these times at twice the speed: ${format}`, async () => {
      const { record } = await replay(trace, { traceSpeed: 2 });
      assertTimes(
        dueTimes(record),
        times.map((ms) => ms / 2),
      );
    });
  }

  it('shares exactly the blocks with the same hash ID', async () => {
    const { byLength } = await replay(mooncake);
    const blocks = new Map<number, string>();
    const rests = new Set<string>();
    for (const { input, blocks: ids } of rows) {
      const tokens = byLength.get(input)?.prompt.split(' ') ?? [];
      for (const [index, id] of ids.entries()) {
        const block = tokens.slice(512 * index, 512 * (index + 1)).join(' ');
        const known = blocks.get(id) ?? block;
        // The last block of a prompt may be a part of it.
        assert.ok(known.startsWith(block) || block.startsWith(known), `block ${id} of ${input}`);
        blocks.set(id, known.length > block.length ? known : block);
      }
      const rest = tokens.slice(512 * ids.length).join(' ');
      assert.ok(rest === '' || !rests.has(rest));
      rests.add(rest);
    }
    assert.equal(new Set([...blocks.values()].map((block) => block.split(' ').slice(0, 20).join(' '))).size, 6);
  });

  it('ends with a number of requests or a duration, and keeps its lengths under another load', async () => {
    assertTimes(dueTimes((await replay(mooncake, { requests: 4 })).record), times.slice(0, 4));
    // The request at 125 ms is due after the end.
    assertTimes(dueTimes((await replay(mooncake, { durationS: 0.125 })).record), times.slice(0, 3));
    server.bodies.splice(0);
    const { record, sent } = await replay(mooncake, { concurrency: 1, requests: 8 });
    assert.equal(record.plan.loadModel, 'closed');
    assert.deepEqual(
      sent.map(({ prompt, max_tokens: most }) => [prompt.split(' ').length, most]),
      [...rows, ...rows.slice(0, 2)].map(({ input, output }) => [input, output]),
    );
  });

  it('says how many of its prompts differ', async () => {
    // The first and the last consist of the same block alone. The others go on after it.
    const short = [100, 600, 600, 100].map((input) =>
      JSON.stringify({ timestamp: 0, input_length: input, hash_ids: [1] }),
    );
    const { record, sent } = await replay(short.join('\n'), { concurrency: 1, requests: 10 });
    const different = new Set(sent.map(({ prompt }) => prompt)).size;
    assert.equal(different, 6);
    assert.deepEqual([record.targets[0]?.prompts?.distinct, record.targets[0]?.prompts?.sent], [different, 10]);
    assert.match(factsOf(record), /10 generated prompts of 350 tokens on average \(min 100, max 600\), 6 different/);
    const unique = await replay(azure);
    assert.match(factsOf(unique.record), /6 generated prompts of [^)]+\), none sent twice/);
  });
});
