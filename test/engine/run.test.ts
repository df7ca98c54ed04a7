import assert from 'node:assert/strict';
import { LoadlensError } from '../../src/core/errors.ts';
import type { Snapshot } from '../../src/core/metrics/types.ts';
import { lastRecord } from '../../src/core/record/make-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { transportNames } from '../../src/core/vocabulary.ts';
import { runBenchmark } from '../../src/engine/run.ts';
import { startFaultyServer, type FaultyServer } from '../support/faulty-server.ts';
import { runInput, runOver } from '../support/run-input.ts';
import { waitFor } from '../support/wait-for.ts';

const to = encodeURIComponent;

for (const transport of transportNames) {
  const run = runOver(transport);

  describe(`runBenchmark, over ${transport}`, () => {
    let server: FaultyServer;
    beforeEach(async () => {
      server = await startFaultyServer();
    });
    afterEach(() => server.close());

    it('sends exactly N requests, with at most C in flight', async () => {
      for (const [requests, concurrency] of [
        [1, 5],
        [3, 8],
        [97, 10],
      ] as const) {
        const before = server.seen.length;
        const record = await run([`${server.url}/slow?ms=3`], { plan: { requests, concurrency } });
        assert.equal(server.seen.length - before, requests);
        assert.equal(record.requestsSent, requests);
        assert.ok(server.maxInFlight <= concurrency);
        assert.equal(record.status, 'completed');
      }
      assert.equal(server.maxInFlight, 10);
    });

    it('includes server notes in partial results', async () => {
      const plan = { requests: null, durationS: 1.4, concurrency: 1, transport };
      const input = { ...runInput([`${server.url}/folded-header`], { plan }), notes: ['said before'] };
      const partials: RunRecord[] = [];
      const snapshots: Snapshot[] = [];
      const record = await runBenchmark(input, {
        signal: new AbortController().signal,
        version: '0.0.0',
        onSnapshot: (snapshot) => void snapshots.push(snapshot),
        onPartial: async (partial) => void partials.push(partial),
      });
      const [first, last, snapshot] = [partials[0], partials.at(-1), snapshots.at(-1)];
      assert.ok(first !== undefined && last !== undefined && snapshot !== undefined);
      assert.equal(record.server?.notes?.length, 2);
      assert.deepEqual(first.server?.notes, ['said before']);
      assert.deepEqual(last.server?.notes, record.server.notes);
      assert.deepEqual(lastRecord(first, snapshot, { status: 'crashed' }).server?.notes, record.server.notes);
    });

    it('opens one connection per slot and uses it for the whole run', async () => {
      const record = await run([`${server.url}/ok`], { plan: { requests: 50, concurrency: 4 } });
      assert.equal(server.connections, 4);
      assert.equal(record.client.connectionsOpened, 4);
      assert.equal(record.client.connectionsReused, 46);
    });

    it('opens connections ahead of requests without sending on them', async () => {
      const record = await run([`${server.url}/ok`], { plan: { requests: 12, concurrency: 4, coldStart: false } });
      assert.equal(server.connections, 4);
      assert.equal(server.seen.length, 12);
      assert.equal(record.client.connectionsOpened, 4);
    });

    it('sends the same sequence for the same seed', async () => {
      const urls = Array.from({ length: 7 }, (_, i) => `${server.url}/ok?n=${i}`);
      const sequence = async (seed: number, concurrency: number): Promise<string[]> => {
        const before = server.seen.length;
        await run(urls, { plan: { requests: 60, concurrency, seed }, weights: [5, 1, 1, 1, 1, 1, 1] });
        return server.seen.slice(before).map(({ query }) => query.get('n') ?? '');
      };
      const first = await sequence(7, 1);
      assert.deepEqual(await sequence(7, 1), first);
      assert.notDeepEqual(await sequence(8, 1), first);
      const wide = await sequence(7, 10);
      assert.deepEqual(wide.toSorted(), first.toSorted());
      const heavy = first.filter((n) => n === '0').length;
      assert.ok(heavy > 60 / 7);
    });

    it('ends with the duration, and waits for requests in flight', async () => {
      const record = await run([`${server.url}/slow?ms=20`], {
        plan: { requests: null, durationS: 0.15, concurrency: 3 },
      });
      assert.equal(record.status, 'completed');
      assert.equal(record.requestsSent, server.seen.length);
      assert.deepEqual(record.statusCodes, { '200': server.seen.length });
      assert.ok(record.requestsSent >= 3);
    });

    it('ends by number of requests or duration, whichever is first', async () => {
      const record = await run([`${server.url}/ok`], { plan: { requests: 5, durationS: 60 } });
      assert.equal(record.requestsSent, 5);
    });

    it('sends and reports warm-up requests, and excludes them from all numbers', async () => {
      const record = await run([`${server.url}/ok`], { plan: { requests: 20, concurrency: 4, warmup: 9 } });
      assert.equal(server.seen.length, 29);
      assert.equal(record.warmupSent, 9);
      assert.equal(record.requestsSent, 20);
      assert.equal(record.client.connectionsReused, 20);
    });

    it('counts each of many targets', async () => {
      const record = await run([`${server.url}/ok`, `${server.url}/status?code=404`], { plan: { requests: 40 } });
      const [ok, missing] = ['/ok', '/status'].map((path) => server.seen.filter((seen) => seen.path === path).length);
      assert.deepEqual(
        record.perTarget.map(({ name, statusCodes }) => [name, statusCodes]),
        [
          ['target 0', { '200': ok }],
          ['target 1', { '404': missing }],
        ],
      );
    });

    it('keeps a bounded number of connections to many origins', async () => {
      const others = await Promise.all(Array.from({ length: 6 }, () => startFaultyServer()));
      const urls = others.map(({ url }) => `${url}/ok`);
      const record = await run(urls, { plan: { requests: 300, concurrency: 1_000 } });
      const open = others.reduce((sum, { connections }) => sum + connections, 0);
      await Promise.all(others.map((other) => other.close()));
      assert.deepEqual(record.statusCodes, { '200': 300 });
      assert.equal(record.client.connectionsOpened, open);
      assert.equal(record.client.connectionsOpened + (record.client.connectionsReused ?? Number.NaN), 300);
    });

    it('has ordered times inside the run', async () => {
      const record = await run([`${server.url}/slow?ms=10`], { plan: { requests: 10, concurrency: 2 } });
      assert.ok((record.latencyMs.min ?? 0) >= 9);
      assert.ok((record.scheduleLagMs.min ?? -1) >= 0);
      assert.ok((record.ttfbMs.min ?? Infinity) <= (record.latencyMs.min ?? 0));
      assert.ok((record.responseTimeMs.min ?? 0) >= (record.latencyMs.min ?? 0));
      assert.ok((record.latencyMs.max ?? Infinity) <= record.totalMs);
      assert.ok((record.client.littlesLawResidual ?? 1) < 0.05);
    });

    it('reports progress in complete snapshots', async () => {
      const snapshots: Snapshot[] = [];
      await runBenchmark(
        runInput([`${server.url}/slow?ms=25`], { plan: { requests: 60, concurrency: 2, transport } }),
        {
          signal: new AbortController().signal,
          version: '0.0.0',
          onSnapshot: (snapshot) => snapshots.push(snapshot),
        },
      );
      assert.ok(snapshots.length >= 2);
      for (const [i, { phase, inFlight, elapsedMs, summary }] of snapshots.entries()) {
        assert.ok(phase === 'running' || phase === 'draining');
        assert.ok(inFlight <= 2);
        assert.ok(elapsedMs > (snapshots[i - 1]?.elapsedMs ?? 0));
        assert.ok(summary.requestsSent >= (snapshots[i - 1]?.summary.requestsSent ?? 0));
      }
    });

    it("reports what it can't send before it sends anything", async () => {
      await assert.rejects(run([]), LoadlensError);
      await assert.rejects(
        run([`${server.url}/ok`, { method: 'GET', url: 'ftp://x/', headers: [] }]),
        (error) => error instanceof LoadlensError && error.message.includes('target 1'),
      );
      assert.equal(server.connections, 0);
    });

    describe('when canceled', () => {
      it('stops immediately, closes every socket, and keeps what was measured', async () => {
        const cancel = new AbortController();
        const running = run(
          [`${server.url}/ok`, `${server.url}/stall`],
          { plan: { requests: 10_000, concurrency: 5, coldStart: false } },
          cancel.signal,
        );
        // Sooner or later every slot waits for an answer that does not come.
        await waitFor('five requests stall', () => server.seen.filter(({ path }) => path === '/stall').length === 5);
        const answered = server.seen.length - 5;
        cancel.abort();
        const record = await running;
        assert.equal(record.status, 'cancelled');
        assert.equal(record.requestsCancelled, 5);
        assert.equal(record.requestsSent, answered);
        assert.deepEqual(record.statusCodes, { '200': answered });
        assert.deepEqual(record.errors, {});
        await waitFor('the server sees every socket closed', () => server.openSockets === 0);
        assert.equal(server.seen.length, answered + 5);
      });

      it('sends nothing before the clock has started', async () => {
        const record = await run([`${server.url}/ok`], { plan: { coldStart: false, warmup: 5 } }, AbortSignal.abort());
        assert.equal(record.status, 'cancelled');
        assert.equal(record.requestsSent, 0);
        assert.equal(record.totalMs, 0);
        assert.equal(server.seen.length, 0);
      });

      it('stops opening connections', async () => {
        const cancel = new AbortController();
        // The server waits for a request, the client for a TLS handshake.
        const running = run([server.url.replace('http:', 'https:')], { plan: { coldStart: false } }, cancel.signal);
        await waitFor('connections are being opened', () => server.openSockets > 0);
        cancel.abort();
        const record = await running;
        assert.equal(record.status, 'cancelled');
        assert.equal(record.requestsSent, 0);
        await waitFor('the sockets are closed', () => server.openSockets === 0);
      }).timeout(4_000);

      it('stops a warm-up', async () => {
        const cancel = new AbortController();
        const running = run([`${server.url}/stall`], { plan: { warmup: 3, concurrency: 3 } }, cancel.signal);
        await waitFor('the warm-up stalls', () => server.seen.length === 3);
        cancel.abort();
        const record = await running;
        assert.equal(record.status, 'cancelled');
        assert.equal(record.requestsSent, 0);
        assert.equal(server.seen.length, 3);
      });
    });

    it('ends at the drain limit if the server never responds', async () => {
      const record = await run([`${server.url}/stall`], {
        plan: { requests: 3, concurrency: 3, timeoutMs: 60_000, drainMs: 80 },
      });
      assert.equal(record.status, 'completed');
      assert.deepEqual(record.errors, { timeout: 3 });
      assert.equal(record.requestsSent, 3);
      assert.equal(record.requestsCancelled, 0);
      assert.match(record.client.warnings.join('\n'), /3 requests were incomplete 0\.08 s/);
      await waitFor('the sockets are closed', () => server.openSockets === 0);
    });

    it('frees the slot of a request that times out', async () => {
      const record = await run([`${server.url}/stall`, `${server.url}/ok`], {
        plan: { requests: 30, concurrency: 2, timeoutMs: 40 },
      });
      const stalled = server.seen.filter(({ path }) => path === '/stall').length;
      assert.deepEqual(record.errors, { timeout: stalled });
      assert.deepEqual(record.statusCodes, { '200': 30 - stalled });
    });

    describe('failure samples', () => {
      it('are one per status and text, limited, with secrets masked', async () => {
        const body = `key=s3cret-${'x'.repeat(700)}`;
        const record = await run([`${server.url}/status?code=401&body=${body}`], {
          plan: { requests: 50, concurrency: 5 },
          secrets: ['s3cret'],
        });
        const [{ target, status, text, error, reason, count } = assert.fail(), ...others] = record.failureSamples;
        assert.deepEqual(others, []);
        assert.deepEqual([target, status, error, count], ['target 0', 401, undefined, 50]);
        assert.equal(text.length, 512);
        assert.ok(text.startsWith('key=***-xxx'));
        assert.equal(reason, `key=***-${'x'.repeat(191)}…`);
        assert.ok(!JSON.stringify(record.failureSamples).includes('s3cret'));
      });

      it("don't exist for a run without failures", async () => {
        assert.deepEqual((await run([`${server.url}/ok`])).failureSamples, []);
      });
    });

    describe('redirects', () => {
      it('are responses unless following is enabled', async () => {
        const record = await run([`${server.url}/redirect?to=${to('/ok')}`], { plan: { requests: 3 } });
        assert.deepEqual(record.statusCodes, { '302': 3 });
        assert.equal(server.seen.length, 3);
      });

      it('are followed up to the limit, with one latency over all hops', async () => {
        const twice = `/redirect?to=${to(`/redirect?to=${to('/slow?ms=15')}`)}`;
        const record = await run([server.url + twice], { plan: { requests: 3, maxRedirects: 2 } });
        assert.deepEqual(record.statusCodes, { '200': 3 });
        assert.equal(record.requestsSent, 3);
        assert.equal(server.seen.length, 9);
        assert.ok((record.latencyMs.min ?? 0) >= 14);
        const tooMany = await run([server.url + twice], { plan: { requests: 3, maxRedirects: 1 } });
        assert.deepEqual(tooMany.statusCodes, { '302': 3 });
      });

      it('that form a loop end', async () => {
        const record = await run([`${server.url}/loop`], { plan: { requests: 1, concurrency: 1, maxRedirects: 5 } });
        assert.deepEqual(record.statusCodes, { '301': 1 });
        assert.equal(server.seen.length, 6);
      });

      it('to another origin are sent without credentials', async () => {
        const other = await startFaultyServer();
        await run(
          [
            {
              method: 'POST',
              url: `${server.url}/redirect?code=307&to=${to(`${other.url}/ok`)}`,
              headers: [
                ['Authorization', 'Bearer s3cret'],
                ['Cookie', 'a=b'],
                ['X-Trace', '1'],
              ],
              body: new TextEncoder().encode('hello'),
            },
          ],
          { plan: { requests: 1, concurrency: 1, maxRedirects: 3 } },
        );
        await other.close();
        const [request] = other.seen;
        assert.deepEqual(
          [request?.method, request?.body, request?.headers['authorization'], request?.headers['cookie']],
          ['POST', 'hello', undefined, undefined],
        );
        assert.equal(request?.headers['x-trace'], '1');
        assert.equal(request?.headers['host'], `127.0.0.1:${other.port}`);
      });
    });
  });
}
