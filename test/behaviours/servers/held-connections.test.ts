import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DialectName, PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { runOver } from '../../support/run-input.ts';
import { startScriptedServer, type ScriptedRequest, type ScriptedServer } from '../../support/scripted-server.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string, more: object = {}): string =>
  event({ choices: [{ index: 0, delta: { content }, ...more }] });
const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 7 } });
const done = 'data: [DONE]\n\n';
const head = (type: string): string => `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const lastChunk = '0\r\n\r\n';

/** Each kind of stream: its tokens, one by one, and what says that it is finished. */
const streams: Record<string, { dialect: DialectName; type: string; tokens: string[]; end: string }> = {
  '[DONE]': {
    dialect: 'openai',
    type: 'text/event-stream',
    tokens: [delta('a'), delta('b'), delta('c')],
    end: finish + usage + done,
  },
  'a finish reason': {
    dialect: 'openai',
    type: 'text/event-stream',
    tokens: [delta('a'), delta('b')],
    end: delta('c', { finish_reason: 'length' }),
  },
  'done: true': {
    dialect: 'ollama',
    type: 'application/x-ndjson',
    tokens: ['a', 'b', 'c'].map((response) => `${JSON.stringify({ response, done: false })}\n`),
    end: `${JSON.stringify({ response: '', done: true, done_reason: 'stop', eval_count: 3 })}\n`,
  },
  message_stop: {
    dialect: 'messages',
    type: 'text/event-stream',
    tokens: ['a', 'b', 'c'].map((text) =>
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    end:
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }) +
      event({ type: 'message_stop' }),
  },
};

const held = ['holds the connection after the end of a stream'];

for (const transport of transportNames) {
  describe(`connections that are held after the end of a stream (${transport})`, () => {
    let server: ScriptedServer | undefined;
    const serve = async (
      respond: (request: ScriptedRequest) => void | Promise<void>,
      dialect: DialectName = 'openai',
    ): Promise<PreparedRequest> => {
      server = await startScriptedServer(respond);
      return { method: 'POST', url: server.url, headers: [], body: Buffer.from('{"stream": true}'), dialect };
    };
    const send = runOver(transport);
    afterEach(() => server?.close());

    for (const [name, { dialect, type, tokens, end }] of Object.entries(streams)) {
      it(`after ${name}, the request is done and the slot is free`, async () => {
        const request = await serve(async ({ socket }) => {
          socket.write(head(type));
          for (const token of tokens) {
            await sleep(30);
            socket.write(chunk(token));
          }
          socket.write(chunk(end));
          await sleep(6_000, undefined, { ref: false });
          socket.write(lastChunk);
        }, dialect);
        const startMs = performance.now();
        const record = await send([request], { plan: { requests: 4, concurrency: 1, timeoutMs: 3_000 } });
        // Waiting for the timeout each time takes 12 s.
        assert.ok(performance.now() - startMs < 9_000);
        assert.deepEqual([record.successes, record.errors, record.server?.notes], [4, {}, held]);
        for (const { median } of [record.e2eMs ?? assert.fail(), record.latencyMs])
          assert.ok(median !== null && median >= 30 * tokens.length - 5 && median < 2_500, `${median}`);
        // As many as one connection each: those that are cut are no connections closed by the server.
        assert.equal(server?.connections, 4);
        const residual = record.client.littlesLawResidual;
        assert.ok(residual !== null && residual < 0.05, `${residual}`);
      });
    }

    it("for longer than the timeout, reset, or closed aren't failures", async () => {
      for (const after of ['timeout', 'resetAndDestroy', 'end'] as const) {
        const request = await serve(async ({ socket }) => {
          socket.write(head('text/event-stream') + chunk(delta('a') + usage + finish));
          await sleep(2);
          if (after !== 'timeout') socket[after]();
        });
        const record = await send([request], { plan: { requests: 4, timeoutMs: after === 'timeout' ? 150 : 5_000 } });
        await server?.close();
        assert.deepEqual([record.errors, record.successes, record.outputTokens], [{}, 4, 28], after);
        assert.deepEqual(
          record.server?.notes,
          after === 'timeout' ? held : ["closes the connection before the end of a stream's body"],
        );
      }
    });

    it('for a short time are reused, and later usage is read', async () => {
      for (const [first, then] of [
        [finish, usage + done],
        [finish + done, usage],
        [finish + usage, done],
      ]) {
        const request = await serve(async ({ socket }) => {
          socket.write(head('text/event-stream') + chunk(delta('a')) + chunk(first ?? ''));
          await sleep(5);
          socket.write(chunk(then ?? ''));
          await sleep(2);
          socket.write(lastChunk);
        });
        const record = await send([request], { plan: { requests: 20, concurrency: 2 } });
        await server?.close();
        assert.deepEqual([record.successes, record.outputTokens, record.tokenSource], [20, 140, 'usage']);
        assert.deepEqual([record.client.connectionsOpened, record.server?.notes], [2, undefined]);
      }
    });

    it('without an end mark of the stream are failures', async () => {
      const request = await serve(({ socket }) => void socket.write(head('text/event-stream') + chunk(delta('a'))));
      const record = await send([request], { plan: { requests: 2, timeoutMs: 100 } });
      assert.deepEqual(record.errors, { timeout: 2 });
    });
  });
}
