import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { type RunPlan } from '../../../src/core/plan/types.ts';
import { attention } from '../../../src/core/report/words/facts.ts';
import { run, runOver } from '../../support/run-input.ts';
import { response, startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';
import { whileTrusted } from '../../support/trusted.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A server that stands still once: what comes in a second before that is over is responded to afterwards, in turn. */
function startStalling(tls: boolean, fromMs: number, stallMs: number): Promise<ScriptedServer> {
  let startedAtMs = Number.NaN;
  return startScriptedServer(
    async ({ index, socket }) => {
      const now = performance.now();
      if (index === 0) startedAtMs = now;
      const intoMs = now - startedAtMs - fromMs;
      if (intoMs >= 0 && intoMs < stallMs) await sleep(stallMs - intoMs);
      socket.write(response());
    },
    { tls },
  );
}

const open = (ratePerS: number, durationS: number, more: Partial<RunPlan>): Partial<RunPlan> => ({
  loadModel: 'open',
  stages: [{ fromPerS: ratePerS, toPerS: ratePerS, durationS: null }],
  requests: null,
  durationS,
  ...more,
});

describe('the timeout starts when a request is dispatched', () => {
  for (const transport of transportNames) {
    it(`time in the backlog isn't counted, over TLS and TCP (${transport})`, async () => {
      const timeouts: number[] = [];
      for (const tls of [false, true]) {
        const server = await startStalling(tls, 300, 1_600);
        const plan = open(100, 3, { concurrency: 10, timeoutMs: 400, transport });
        const record = await whileTrusted(() => run([server.url], { plan }));
        await server.close();
        assert.deepEqual(Object.keys(record.errors), ['timeout']);
        assert.equal(server.requests, 300);
        assert.equal(record.requestsSent, 300);
        assert.equal(record.backlog?.unsent, 0);
        assert.ok((record.responseTimeMs.max ?? 0) > 1_000);
        timeouts.push(record.errors.timeout ?? 0);
      }
      // Ten slots, each three or four times.
      for (const count of timeouts) assert.ok(count >= 25 && count <= 40, timeouts.join(', '));
    });
  }

  describe('without a connection', () => {
    /** Accepts TCP, and never says a word of TLS. */
    let silent: ScriptedServer;
    let url = '';
    before(async () => {
      silent = await startScriptedServer(() => {});
      url = `https://127.0.0.1:${silent.port}/`;
    });
    after(() => silent.close());

    for (const transport of transportNames) {
      it(`a request that couldn't be sent in time isn't a timeout (${transport})`, async () => {
        const record = await runOver(transport)([url], { plan: { requests: 3, timeoutMs: 100 } });
        assert.deepEqual(record.errors, { unreachable: 3 });
        assert.match(record.failureSamples[0]?.text ?? '', /No connection within 100 ms/);
      });

      it(`requests of an open model that still wait for a connection at the end are unsent (${transport})`, async () => {
        const plan = open(20, 0.5, { concurrency: 4, drainMs: 100, transport });
        const record = await run([url], { plan });
        assert.deepEqual([record.requestsSent, record.errors, record.backlog?.unsent], [0, {}, 10]);
        assert.ok(attention(record).some((line) => line.startsWith('Unsent when the run ended: 10 requests')));
      });

      it(`a canceled request is neither in flight nor a failure (${transport})`, async () => {
        const already = silent.connections;
        const abort = new AbortController();
        const running = run([url], { plan: open(20, 60, { concurrency: 100, transport }) }, abort.signal);
        await waitFor('connections are being opened', () => silent.connections >= already + 4);
        abort.abort();
        const record = await running;
        assert.deepEqual([record.requestsSent, record.requestsCancelled], [0, 0]);
        assert.ok((record.backlog?.unsent ?? 0) >= 4);
        const closed = new AbortController();
        const other = run([url], { plan: { requests: 5, transport } }, closed.signal);
        await waitFor('more are', () => silent.connections >= already + 6);
        closed.abort();
        const { requestsSent, requestsCancelled, errors } = await other;
        assert.deepEqual([requestsSent, requestsCancelled, errors], [0, 0, {}]);
      });
    }

    it('several event loops add up their unsent requests', async () => {
      const plan = open(40, 0.5, { concurrency: 30, drainMs: 100, workers: 2 });
      const record = await run([url], { plan });
      assert.deepEqual([record.requestsSent, record.backlog?.unsent], [0, 20]);
    });
  });
});
