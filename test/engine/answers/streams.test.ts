import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { runOver, type Wanted } from '../../support/run-input.ts';
import { startStreamServer } from '../../support/stream-server.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const role = event({ choices: [{ delta: { role: 'assistant', content: '' } }] });
const chunk = (content: string): string => event({ choices: [{ delta: { content } }] });
const usage = (tokens: number): string => event({ choices: [], usage: { completion_tokens: tokens } });
const done = 'data: [DONE]\n\n';

const begin = (response: ServerResponse, type = 'text/event-stream'): void => {
  response.writeHead(200, { 'content-type': type });
};

for (const transport of transportNames) {
  const run = runOver(transport);

  /** Runs requests as they are, or a stream asked of an OpenAI-like server, against answers that the test writes. */
  const runAgainst = async (
    answer: (response: ServerResponse) => void | Promise<void>,
    request: Partial<PreparedRequest> = {},
    wanted: Wanted = {},
  ): Promise<{ record: RunRecord; bodies: readonly string[] }> => {
    const server = await startStreamServer(answer);
    const url = `${server.url}/v1/chat/completions`;
    const prepared: PreparedRequest = {
      method: 'POST',
      url,
      headers: [],
      dialect: 'openai',
      streams: true,
      ...request,
    };
    const record = await run([prepared], { ...wanted, plan: { requests: 6, concurrency: 2, ...wanted.plan } });
    await server.close();
    return { record, bodies: server.bodies };
  };

  describe(`streams over sockets, over ${transport}`, () => {
    it('are measured from the first to the last token', async () => {
      const { record } = await runAgainst(async (response) => {
        begin(response);
        response.write(role);
        await sleep(30);
        for (const word of ['a', 'b', 'c', 'd']) {
          response.write(chunk(word));
          await sleep(10);
        }
        response.write(usage(4));
        await sleep(40);
        response.end(done);
      });
      assert.equal(record.successes, 6);
      assert.deepEqual(record.streams, { whole: 6, partial: 0, partialChunks: 0 });
      assert.deepEqual([record.outputTokens, record.tokenSource], [24, 'usage']);
      const { ttftMs, iclMs, tpotMs, e2eMs, stallMs } = record;
      assert.ok(ttftMs && iclMs && tpotMs && e2eMs && stallMs);
      assert.deepEqual([ttftMs.count, iclMs.count, tpotMs.count, e2eMs.count, stallMs.count], [6, 18, 6, 6, 6]);
      // Timers may end a little early, and the role packet must not count.
      assert.ok((ttftMs.min ?? 0) >= 28);
      assert.ok((record.ttfbMs.max ?? Infinity) < (ttftMs.min ?? 0));
      assert.ok((iclMs.mean ?? 0) >= 9);
      assert.ok((e2eMs.min ?? 0) >= (ttftMs.min ?? 0) + 3 * 9);
      assert.ok((record.latencyMs.min ?? 0) >= (e2eMs.min ?? 0) + 45);
      // Each chunk is a token here.
      assert.ok(Math.abs((tpotMs.mean ?? 0) - (iclMs.mean ?? 0)) < 1e-6);
    });

    it('may be compressed, with the times of the received bytes', async () => {
      const { record } = await runAgainst(async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
        const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
        gzip.pipe(response);
        gzip.write(role);
        await sleep(30);
        for (const word of ['a', 'b', 'c']) {
          gzip.write(chunk(word));
          await sleep(20);
        }
        gzip.end(usage(3) + done);
      });
      assert.equal(record.successes, 6);
      assert.deepEqual([record.outputTokens, record.tokenSource], [18, 'usage']);
      assert.deepEqual([record.ttftMs?.count, record.iclMs?.count], [6, 12]);
      assert.ok((record.ttftMs?.min ?? 0) >= 28);
      // A busy machine makes times longer, never shorter.
      assert.ok((record.e2eMs?.min ?? 0) >= 30 + 2 * 20 - 4, `${record.e2eMs?.min}`);
    });

    it("that can't be decoded or that end early are errors", async () => {
      const broken = await runAgainst((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
        response.end(role + chunk('a'));
      });
      assert.deepEqual(broken.record.errors, { streamError: 6 });
      assert.match(broken.record.failureSamples[0]?.text ?? '', /can't be decoded/);
      const cut = await runAgainst(
        async (response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
          const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
          gzip.pipe(response);
          gzip.write(role + chunk('a'));
          await sleep(100);
          response.destroy();
        },
        {},
        { plan: { requests: 3, concurrency: 1 } },
      );
      assert.equal(cut.record.successes, 0);
      assert.deepEqual(cut.record.streams, { whole: 0, partial: 3, partialChunks: 3 });
      const stalled = await runAgainst(
        (response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
          const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
          gzip.pipe(response);
          gzip.write(role + chunk('a'));
        },
        {},
        { plan: { requests: 2, concurrency: 1, timeoutMs: 100 } },
      );
      assert.deepEqual(stalled.record.errors, { timeout: 2 });
    });

    it('may arrive in one piece, byte by byte, or with CRLF', async () => {
      const whole = [': hello\n\n', role, chunk('ä🙂'), chunk('b'), usage(2), done].join('');
      for (const [text, step] of [
        [whole, Infinity],
        [whole, 1],
        [whole.replaceAll('\n', '\r\n'), 7],
        [whole.replaceAll('data: ', 'data:'), 50],
      ] as const) {
        const bytes = Buffer.from(text);
        const { record } = await runAgainst(
          async (response) => {
            begin(response);
            for (let at = 0; at < bytes.length; at += step) {
              response.write(bytes.subarray(at, at + step));
              await new Promise(setImmediate);
            }
            response.end();
          },
          {},
          { plan: { requests: 2 } },
        );
        assert.deepEqual([record.successes, record.outputTokens, record.iclMs?.count], [2, 4, 2]);
      }
    });

    it('that report an error after status 200 are failures', async () => {
      const { record } = await runAgainst((response) => {
        begin(response);
        response.end(role + chunk('a') + event({ error: { message: 'out of memory' } }));
      });
      assert.deepEqual(record.errors, { streamError: 6 });
      assert.deepEqual([record.successes, record.responses, record.outputTokens], [0, 0, 0]);
      assert.deepEqual(record.streams, { whole: 0, partial: 6, partialChunks: 6 });
      assert.deepEqual(record.failureSamples[0], {
        target: 'target 0',
        status: 200,
        error: 'streamError',
        reason: 'out of memory',
        text: 'out of memory',
        count: 6,
      });
      assert.equal(record.ttftMs?.count, 0);
    });

    it('without a token are failures, and never a TTFT of 0', async () => {
      const { record } = await runAgainst((response) => {
        begin(response);
        response.end(role + usage(0) + done);
      });
      assert.deepEqual(record.errors, { noToken: 6 });
      assert.deepEqual([record.successes, record.ttftMs?.count, record.ttftMs?.min], [0, 0, null]);
      assert.match(record.failureSamples[0]?.text ?? '', /without a token/);
    });

    it('that are interrupted count their chunks', async () => {
      const { record } = await runAgainst(async (response) => {
        begin(response);
        response.write(role + chunk('a') + chunk('b'));
        await sleep(10);
        response.socket?.end();
      });
      assert.deepEqual(record.errors, { prematureEnd: 6 });
      assert.deepEqual(record.streams, { whole: 0, partial: 6, partialChunks: 12 });
      assert.equal(record.outputTokens, 0);
    });

    it('that stall until the timeout count their chunks', async () => {
      const { record } = await runAgainst(
        (response) => {
          begin(response);
          response.write(chunk('a'));
        },
        {},
        { plan: { requests: 2, timeoutMs: 80 } },
      );
      assert.deepEqual(record.errors, { timeout: 2 });
      assert.deepEqual(record.streams, { whole: 0, partial: 2, partialChunks: 2 });
    });

    it('may be JSON lines of Ollama', async () => {
      const { record } = await runAgainst(
        async (response) => {
          begin(response, 'application/x-ndjson');
          for (const word of ['a', 'b', 'c']) {
            response.write(`${JSON.stringify({ response: word, done: false })}\n`);
            await sleep(5);
          }
          response.end(`${JSON.stringify({ response: '', done: true, eval_count: 5 })}\n`);
        },
        { dialect: 'ollama' },
      );
      assert.deepEqual([record.outputTokens, record.tokenSource, record.iclMs?.count], [30, 'eval_count', 12]);
    });

    it('are detected by their bytes, whatever their content type is', async () => {
      const stream = chunk('a') + chunk('b') + done;
      const streamed = async (type: string, streams: boolean): Promise<boolean> => {
        const { record } = await runAgainst(
          (response) => {
            begin(response, type);
            response.end(stream);
          },
          { streams },
          { plan: { requests: 1 } },
        );
        return record.streams !== undefined;
      };
      assert.equal(await streamed('text/event-stream; charset=utf-8', false), true);
      assert.equal(await streamed('text/plain', true), true);
      assert.equal(await streamed('text/plain', false), true);
      assert.equal(await streamed('application/json', true), true);
    });

    it('of other targets are read as plain bodies', async () => {
      const server = await startStreamServer((response) => {
        begin(response);
        response.end(chunk('a'));
      });
      const record = await run([`${server.url}/events`], { plan: { requests: 3 } });
      await server.close();
      assert.deepEqual([record.successes, record.streams, record.tokenSource], [3, undefined, 'none']);
    });

    it('that are rejected are read as responses, not as streams', async () => {
      const { record } = await runAgainst((response) => {
        response.writeHead(429, { 'content-type': 'application/json' });
        response.end('{"error": {"message": "slow down"}}');
      });
      assert.deepEqual([record.statusCodes, record.streams], [{ '429': 6 }, undefined]);
      assert.match(record.failureSamples[0]?.text ?? '', /slow down/);
    });
  });

  describe(`responses of language models in one piece, over ${transport}`, () => {
    it('have the token counts of their API', async () => {
      for (const [body, source, tokens] of [
        [{ usage: { completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 3 } } }, 'usage', 4],
        [{ usage: { completion_tokens: 4 }, output_tokens: 9 }, 'usage', 4],
        [{ output_tokens: 9 }, 'output_tokens', 9],
        [{ response: 'x', eval_count: 7 }, 'eval_count', 7],
      ] as const) {
        const { record } = await runAgainst(
          (response) => {
            begin(response, 'application/json');
            response.end(JSON.stringify({ ...body, long: 'x'.repeat(100_000) }));
          },
          { streams: false },
          { plan: { requests: 2 } },
        );
        assert.deepEqual([record.tokenSource, record.outputTokens, record.streams], [source, 2 * tokens, undefined]);
      }
    });
  });

  describe(`prompts over sockets, over ${transport}`, () => {
    const bodies = ['p0', 'p1', 'p2'].map((prompt) => new TextEncoder().encode(JSON.stringify({ prompt })));
    const promptsSent = async (order: 'rotate' | 'random', seed: number): Promise<string[]> => {
      const { bodies: sent } = await runAgainst(
        (response) => {
          begin(response);
          response.end(chunk('a') + done);
        },
        { body: bodies[0]!, prompts: { bodies, order } },
        { plan: { requests: 30, concurrency: 1, seed } },
      );
      return sent.map((body) => /p\d/.exec(body)?.[0] ?? '');
    };

    it('are sent one after the other', async () => {
      assert.deepEqual(
        await promptsSent('rotate', 1),
        Array.from({ length: 30 }, (_, i) => `p${i % 3}`),
      );
    });

    it('are sent in random order by the seed', async () => {
      const sent = await promptsSent('random', 1);
      assert.deepEqual(await promptsSent('random', 1), sent);
      assert.notDeepEqual(await promptsSent('random', 2), sent);
      assert.deepEqual(new Set(sent), new Set(['p0', 'p1', 'p2']));
    });
  });
}
