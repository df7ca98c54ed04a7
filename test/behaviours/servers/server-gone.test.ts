import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { attention } from '../../../src/core/report/words/facts.ts';
import { compactRecord } from '../../../src/core/record/compact-run.ts';
import { readRecord } from '../../../src/core/record/read-run.ts';
import { run, runOver } from '../../support/run-input.ts';
import { response, startScriptedServer } from '../../support/scripted-server.ts';

/** Starts a server in a process of its own that is killed 500 ms after its first request. Returns its URL. */
async function startMortal(): Promise<string> {
  const code = `let dying;
    require('node:http').createServer((_, response) => {
      dying ??= setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);
      setTimeout(() => response.end('fine'), 2);
    }).listen(0, '127.0.0.1', function () { process.send(this.address().port); });`;
  const child = spawn(process.execPath, ['--eval', code], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port]: unknown[] = await once(child, 'message');
  return `http://127.0.0.1:${String(port)}`;
}

for (const transport of transportNames) {
  it(`reports when a server stopped responding, and reduces the load (${transport})`, async () => {
    const record = await runOver(transport)([await startMortal()], {
      plan: { requests: null, durationS: 2, concurrency: 8 },
    });
    const failed = record.requestsSent - record.responses;
    assert.ok(failed >= 20 && failed < 2_000, `${failed}`);
    assert.ok(record.successes > 20 && record.totalMs > 1_500);
    const { unresponsiveFromMs: atMs = NaN } = record;
    assert.ok(atMs > 400 && atMs < 1_000, `${atMs}`);
    assert.ok(attention(record).some((line) => line.startsWith('The server stopped responding after ')));
    assert.deepEqual(readRecord(JSON.parse(JSON.stringify(record))), record);
    const compact = compactRecord(record).unresponsiveFromMs ?? Number.NaN;
    assert.ok(Math.abs(compact - atMs) < 0.01);
  });
}

for (const transport of transportNames) {
  for (const [model, load] of Object.entries({
    closed: {},
    open: { loadModel: 'open', stages: [{ fromPerS: 400, toPerS: 400, durationS: 1.5 }] },
  } as const)) {
    it(`doesn't blame the client for a server that stopped, at concurrency 64 (${transport}, ${model} model)`, async () => {
      const plan = { requests: null, durationS: 1.5, concurrency: 64, ...load };
      const record = await runOver(transport)([await startMortal()], { plan });
      assert.ok((record.unresponsiveFromMs ?? 0) > 400, `${record.unresponsiveFromMs}`);
      assert.deepEqual([record.client.bound, record.client.warnings], [null, []]);
      assert.equal(record.server?.notes, undefined);
      // By the clock all leave that the rate asks for.
      if (model === 'open') assert.equal(record.requestsSent, 600);
      const told = attention(record).some((line) => line.endsWith('Requests kept leaving at the target rate.'));
      assert.equal(told, model === 'open');
    });
  }
}

it('sends all requests of a run with a number of requests, and continues when the server is back', async () => {
  const gone = await startScriptedServer(({ socket }) => void socket.write(response()));
  await gone.close();
  const none = await run([gone.url], { plan: { requests: 300, concurrency: 20 } });
  assert.deepEqual([none.requestsSent, none.errors, none.unresponsiveFromMs], [300, { refused: 300 }, undefined]);
  assert.deepEqual([none.client.bound, none.client.warnings], [null, []]);

  const late = run([gone.url], { plan: { requests: null, durationS: 1, concurrency: 4 } });
  await sleep(400);
  const back = await startScriptedServer(({ socket }) => void socket.write(response()), { port: gone.port });
  const record = await late;
  await back.close();
  assert.ok(record.successes > 100 && (record.errors.refused ?? 0) < 400, `${record.successes}`);
  assert.equal(record.unresponsiveFromMs, undefined);
});

it("doesn't mistake a few failed requests for a server that stopped", async () => {
  const server = await startScriptedServer(({ index, socket }) => {
    if (index % 4 === 0) socket.destroy();
    else socket.write(response());
  });
  const record = await run([server.url], { plan: { requests: 400, concurrency: 8 } });
  await server.close();
  assert.ok(record.responses > 200);
  assert.equal(record.unresponsiveFromMs, undefined);
});
