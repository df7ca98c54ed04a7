import assert from 'node:assert/strict';
import { startFaultyServer, type FaultyServer } from '../support/faulty-server.ts';
import { run } from '../support/run-input.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const loads = [
  ['closed model', { requests: null, durationS: 60, concurrency: 4 }],
  ['closed model over two threads', { requests: null, durationS: 60, concurrency: 4, workers: 2 }],
  [
    'open model',
    {
      loadModel: 'open',
      stages: [{ fromPerS: 200, toPerS: 200, durationS: null }],
      arrivals: 'constant',
      requests: null,
      durationS: 60,
      concurrency: 50,
    },
  ],
] as const;

describe('--until', function () {
  this.timeout(40_000);
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  for (const [name, load] of loads) {
    it(`ends at the first look at which the precision is reached: ${name}`, async () => {
      const until = { metric: 'p50', share: 0.5, text: 'p50 ±50%' };
      const record = await run([`${server.url}/slow?ms=5`], { plan: { ...load, until } });
      const { precision } = record;
      assert.equal(record.status, 'completed');
      assert.ok(precision !== undefined && precision.reached);
      assert.ok(precision.share !== null && precision.share <= 0.5);
      assert.ok(record.totalMs < 40_000);
      assert.equal(record.requestsSent, server.seen.length);
      assert.equal(record.requestsCancelled, 0);
      assert.equal(record.requestsSent, record.successes);
    });
  }

  it('reports the precision reached if the duration ends first', async () => {
    const until = { metric: 'p90', share: 0.001, text: 'p90 ±0.1%' };
    const record = await run([`${server.url}/slow?ms=2`], {
      plan: { requests: null, durationS: 5.5, concurrency: 8, until },
    });
    assert.equal(record.precision?.reached, false);
    assert.equal(record.precision.looks, 1);
    assert.ok(record.precision.share !== null && record.precision.share > 0.001);
  });

  it("doesn't wait for a request of the open model that is scheduled later", async () => {
    const until = { metric: 'throughput', share: 0.5, text: 'throughput ±50%' };
    const record = await run([`${server.url}/ok`], {
      plan: {
        loadModel: 'open',
        arrivals: 'constant',
        stages: [
          { fromPerS: 200, toPerS: 200, durationS: 5.3 },
          { fromPerS: 0.01, toPerS: 0.01, durationS: null },
        ],
        requests: null,
        durationS: 300,
        concurrency: 50,
        until,
      },
    });
    assert.equal(record.precision?.reached, true);
    assert.equal(record.backlog?.unsent, 0);
  });
});

describe('--warmup auto', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScriptedServer(({ index, socket }) => {
      setTimeout(() => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), index < 100 ? 40 : 3);
    });
  });
  afterEach(() => server.close());

  for (const workers of [1, 2]) {
    it(`loses no request, with ${workers} sender threads`, async () => {
      const record = await run([`${server.url}/`], {
        plan: { requests: 1_500, concurrency: 4, autoWarmup: true, workers },
      });
      const { steadyState, timeline } = record;
      assert.ok(steadyState !== undefined);
      assert.equal(record.requestsSent + steadyState.excludedRequests, 1_500);
      assert.equal(
        timeline.responses.reduce((sum, count) => sum + count, 0),
        1_500,
      );
      assert.equal(steadyState.excludedRequests > 0, steadyState.excludedMs > 0);
      assert.equal(
        record.perTarget.reduce((sum, { requestsSent }) => sum + requestsSent, 0),
        record.requestsSent,
      );
      if (steadyState.settled === false) assert.equal(record.latencyMs.interval95.median, null);
      else assert.notEqual(record.latencyMs.interval95.median, null);
    });
  }
});
