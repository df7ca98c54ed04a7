import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { attention } from '../../../src/core/report/words/facts.ts';
import { readRecord } from '../../../src/core/record/read-run.ts';
import { runOver } from '../../support/run-input.ts';
import {
  response,
  startScriptedServer,
  type ScriptedRequest,
  type ScriptedServer,
} from '../../support/scripted-server.ts';

const post = (url: string) => ({ method: 'POST', url, headers: [], body: Buffer.from('{"model": "x"}') });

for (const transport of transportNames) {
  describe(`connections that the server closes (${transport})`, () => {
    let server: ScriptedServer | undefined;
    const serve = async (respond: (request: ScriptedRequest) => void | Promise<void>): Promise<string> => {
      server = await startScriptedServer(respond);
      return server.url;
    };
    const send = runOver(transport);
    afterEach(() => server?.close());

    it('after a number of requests cause one server note', async () => {
      for (const says of [true, false]) {
        const url = await serve(({ indexOnConnection, socket }) => {
          const isLast = indexOnConnection === 9;
          socket.write(response('fine', isLast && says ? 'connection: close\r\n' : ''));
          if (isLast) socket.end();
        });
        const record = await send([url], { plan: { requests: 100, concurrency: 2 } });
        await server?.close();
        assert.deepEqual(record.statusCodes, { 200: 100 });
        assert.deepEqual(record.server?.notes, ['connections closed by the server after about 10 requests']);
      }
    });

    it('after each request cause one server note, unless the request asks for it', async () => {
      const url = await serve(({ socket }) => void socket.end(response('fine', 'connection: close\r\n')));
      const record = await send([url], { plan: { requests: 10 } });
      assert.deepEqual(record.server?.notes, ['connections closed by the server after each request']);
      const headers = [['Connection', 'close'] as const];
      const asked = await send([{ method: 'GET', url, headers }], { plan: { requests: 10 } });
      assert.deepEqual([asked.statusCodes, asked.server?.notes], [{ 200: 10 }, undefined]);
    });

    it('when they are idle are replaced, and the request is sent again, including a POST', async () => {
      for (const close of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const url = await serve(async ({ indexOnConnection, socket }) => {
          if (indexOnConnection === 0) {
            socket.write(response());
            return;
          }
          await sleep(20);
          socket[close]();
        });
        for (const target of [post(url), url]) {
          // Few, because a pause of the machine during one of the waits makes it too long to send a POST again.
          const record = await send([target], { plan: { requests: 5, concurrency: 1 } });
          assert.deepEqual([record.errors, record.statusCodes], [{}, { 200: 5 }]);
          assert.equal(record.reconnected, 4);
          // Sent is the first try: its wait belongs to the latency.
          assert.ok((record.latencyMs.median ?? 0) >= 19, `${record.latencyMs.median}`);
          assert.ok(attention(record).some((line) => line.startsWith('4 requests hit a closing connection')));
          assert.deepEqual(readRecord(JSON.parse(JSON.stringify(record))), record);
        }
        await server?.close();
      }
    });

    it("long after a request that isn't idempotent cause a failure", async () => {
      const url = await serve(async ({ indexOnConnection, socket }) => {
        if (indexOnConnection === 0) socket.write(response());
        else {
          await sleep(400);
          socket.destroy();
        }
      });
      const record = await send([post(url)], { plan: { requests: 2, concurrency: 1 } });
      assert.deepEqual([record.successes, record.errors, record.reconnected], [1, { prematureEnd: 1 }, undefined]);
      const idempotent = await send([url], { plan: { requests: 2, concurrency: 1 } });
      assert.deepEqual([idempotent.successes, idempotent.reconnected], [2, 1]);
    });

    it('with a byte of a response, or at the first request, cause failures', async () => {
      const url = await serve(({ indexOnConnection, socket }) => {
        if (indexOnConnection === 0) socket.write(response());
        else socket.end('H');
      });
      const record = await send([url], { plan: { requests: 4, concurrency: 1 } });
      assert.equal(record.reconnected, undefined);
      assert.equal(record.responses, 2);
      await server?.close();
      const never = await serve(({ socket }) => void socket.destroy());
      const none = await send([never], { plan: { requests: 4, concurrency: 1 } });
      assert.deepEqual([none.responses, none.errors, none.reconnected], [0, { prematureEnd: 4 }, undefined]);
      assert.equal(server?.requests, 4);
    });

    it('twice for one request cause a failure', async () => {
      const url = await serve(({ index, socket }) => {
        if (index === 0) socket.write(response());
        else socket.destroy();
      });
      const record = await send([url], { plan: { requests: 2, concurrency: 1 } });
      assert.deepEqual([record.responses, record.errors, record.reconnected], [1, { prematureEnd: 1 }, 1]);
      assert.equal(server?.requests, 3);
    });
  });
}
