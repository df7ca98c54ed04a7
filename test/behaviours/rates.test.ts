import assert from 'node:assert/strict';
import type { Snapshot } from '../../src/core/metrics/types.ts';
import { transportNames } from '../../src/core/vocabulary.ts';
import { type RunPlan } from '../../src/core/plan/types.ts';
import { attention } from '../../src/core/report/words/facts.ts';
import { renderText } from '../../src/core/report/formats/text.ts';
import { runBenchmark } from '../../src/engine/run.ts';
import { run, runInput } from '../support/run-input.ts';
import { response, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const open = (ratePerS: number, durationS: number | null, more: Partial<RunPlan> = {}): Partial<RunPlan> => ({
  loadModel: 'open',
  stages: [{ fromPerS: ratePerS, toPerS: ratePerS, durationS: null }],
  requests: null,
  durationS,
  concurrency: 100,
  ...more,
});

describe('the time that rates are based on', () => {
  let server: ScriptedServer;
  /** Requests without a response. */
  let hanging = new Set<number>();
  beforeEach(async () => {
    hanging = new Set();
    server = await startScriptedServer(({ index, socket }) => {
      if (!hanging.has(index)) socket.write(response());
    });
  });
  afterEach(() => server.close());

  it('is 1.5 s for three requests at 2 req/s, by duration, by count, and by stages', async () => {
    // The half second after the last request is room for a busy machine.
    const stages = [{ fromPerS: 2, toPerS: 2, durationS: 1.5 }];
    for (const plan of [open(2, 1.5), open(2, null, { requests: 3 }), open(2, 1.5, { stages })]) {
      const record = await run([server.url], { plan });
      assert.equal(record.responses, 3);
      assert.equal(record.rateMs, 1500);
      assert.equal(record.throughputPerS, 2);
      assert.equal(record.successThroughputPerS, 2);
      assert.equal(record.perTarget[0]?.throughputPerS, 2);
      assert.ok(record.totalMs < 1500, `${record.totalMs}`);
    }
  });

  it('sends as fast as the maximum in flight allows at an infinite rate, and times responses from the start', async () => {
    const plan: Partial<RunPlan> = { loadModel: 'open', atOnce: true, requests: 400, concurrency: 4, maxInFlight: 4 };
    const record = await run([server.url], { plan });
    assert.equal(record.successes, 400);
    assert.equal(server.requests, 400);
    assert.equal(record.backlog, undefined);
    // The last response ends the run, and counts from its start.
    assert.ok(Math.abs((record.responseTimeMs.max ?? 0) - (record.timeline.endMs ?? 0)) < 1);
    assert.ok((record.responseTimeMs.median ?? 0) > (record.latencyMs.max ?? 0));
    assert.match(renderText(record), /infinite rate, max in flight 4 \(open model\)/);
  });

  it('ends with the last response, however long after the last request it arrives', async () => {
    // Draining starts with the last request, not when all are due, which is at the start.
    const slow = await startScriptedServer(({ socket }) => void setTimeout(() => socket.write(response()), 100));
    const plan: Partial<RunPlan> = { loadModel: 'open', atOnce: true, requests: 8, concurrency: 2, drainMs: 300 };
    const record = await run([slow.url], { plan });
    await slow.close();
    assert.equal(record.successes, 8);
  });

  for (const transport of transportNames) {
    it(`isn't changed by requests that hang, whatever their timeout (${transport})`, async () => {
      // The rest after the last request is room for a busy machine.
      const stages = [
        { fromPerS: 200, toPerS: 200, durationS: 0.45 },
        { fromPerS: 0, toPerS: 0, durationS: 0.3 },
      ];
      for (const timeoutMs of [900, 1_400]) {
        hanging = new Set([server.requests + 10, server.requests + 60]);
        const objectives = [{ metric: 'p95', operator: '<' as const, value: 10_000, text: 'p95 < 10s' }];
        const record = await run([server.url], { plan: open(200, 0.75, { stages, timeoutMs, transport, objectives }) });
        assert.equal(record.errors.timeout, 2);
        assert.equal(record.responses, 88);
        assert.equal(record.rateMs, 750);
        assert.equal(record.throughputPerS, 88 / 0.75);
        assert.equal(record.successThroughputPerS, 88 / 0.75);
        assert.equal(record.goodputPerS, 88 / 0.75);
        // From the first request sent, which a busy machine delays.
        assert.ok(record.totalMs >= timeoutMs, `${record.totalMs}`);
        const said = attention(record).filter((line) => line.startsWith('Failed requests ended up to'));
        assert.equal(said.length, 1);
        assert.match(renderText(record), /Failed requests ended up to/);
      }
    });
  }

  it('ends with the last response in the closed model with a number of requests, so a hanging request changes nothing', async () => {
    hanging = new Set([5]);
    const record = await run([server.url], { plan: { requests: 40, concurrency: 2, timeoutMs: 500 } });
    assert.equal(record.responses, 39);
    assert.ok(record.totalMs >= 500);
    assert.ok((record.rateMs ?? Infinity) < 400, `${record.rateMs}`);
    assert.equal(record.throughputPerS, 39 / ((record.rateMs ?? 0) / 1_000));
  });

  it('equals the total time in the closed model without failures, and is at least the duration, if there is one', async () => {
    const counted = await run([server.url], { plan: { requests: 40 } });
    assert.equal(counted.rateMs, counted.totalMs);
    assert.ok(!attention(counted).some((line) => line.startsWith('Failed requests ended up to')));
    const timed = await run([server.url], { plan: { requests: null, durationS: 0.2 } });
    assert.ok((timed.rateMs ?? 0) >= 200);
    // The count ended it long before.
    const both = await run([server.url], { plan: { requests: 20, durationS: 60 } });
    assert.equal(both.rateMs, both.totalMs);
  });

  it('ends with the cancel of a run, and is the time so far in a live one', async () => {
    const snapshots: Snapshot[] = [];
    const abort = new AbortController();
    const running = runBenchmark(runInput([server.url], { plan: open(20, 60) }), {
      signal: abort.signal,
      version: '0.0.0',
      onSnapshot(snapshot) {
        snapshots.push(snapshot);
        // The last of 8 requests, one every 50 ms, is sent after 350 ms.
        if (snapshot.phase === 'running' && snapshot.summary.responses >= 8) abort.abort();
      },
    });
    const record = await running;
    assert.ok((record.rateMs ?? 0) >= 300 && (record.rateMs ?? 0) < 10_000, `${record.rateMs}`);
    assert.equal(record.throughputPerS, record.responses / ((record.rateMs ?? 0) / 1_000));
    const live = snapshots.filter(({ phase, summary }) => phase === 'running' && summary.responses > 0);
    assert.ok(live.length > 0);
    for (const { elapsedMs, summary } of live) {
      const { rateMs = 0, throughputPerS, responses } = summary;
      assert.ok(Math.abs(rateMs - elapsedMs) < 50, `${rateMs} ${elapsedMs}`);
      assert.equal(throughputPerS, responses / (rateMs / 1_000));
    }
  });

  it('is the total time without a response, and the rate is unknown', async () => {
    hanging = new Set([0, 1]);
    const record = await run([server.url], { plan: { requests: 2, timeoutMs: 100 } });
    assert.equal(record.rateMs, record.totalMs);
    assert.equal(record.throughputPerS, 0);
  });
});
