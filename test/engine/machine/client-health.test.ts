import assert from 'node:assert/strict';
import type { ClientHealth } from '../../../src/core/metrics/types.ts';
import { startFaultyServer, type FaultyServer } from '../../support/faulty-server.ts';
import { run } from '../../support/run-input.ts';
import { waitFor } from '../../support/wait-for.ts';

const shares = ['cpuShare', 'loopUtilisation', 'stealShare', 'cpuPressureShare'] as const;
const times = [
  'eventLoopDelayP99Ms',
  'eventLoopDelayMaxMs',
  'idleDelayP99Ms',
  'ownStallMs',
  'machineStallMs',
  'dispatchGapP99Ms',
  'dispatchGapMaxMs',
] as const;

/** Keeps this thread busy until the process has computed for so long. */
function compute(ms: number): void {
  const start = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(start);
    if (user + system >= ms * 1e3) return;
  }
}

describe('client health', () => {
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  it('has every reading, each in its range', async () => {
    const { client } = await run([`${server.url}/slow?ms=10`], { plan: { requests: 150, concurrency: 5 } });
    const known = (name: keyof ClientHealth): number => {
      const value = client[name];
      assert.ok(typeof value === 'number', name);
      return value;
    };
    for (const name of times) assert.ok(known(name) >= 0 && known(name) < 10_000, `${name} ${known(name)}`);
    for (const name of shares) {
      if (process.platform !== 'linux' && client[name] === null) continue;
      assert.ok(known(name) >= 0, `${name} ${known(name)}`);
      if (name !== 'cpuShare') assert.ok(known(name) <= 1, `${name} ${known(name)}`);
    }
    assert.ok(known('loopUtilisation') > 0);
    assert.ok(known('dispatchGapMaxMs') >= known('dispatchGapP99Ms'));
  });

  it('has no dispatch-to-write delay for requests that had to open their connection', async () => {
    const { client, statusCodes } = await run([`${server.url}/close-said`], { plan: { requests: 6, concurrency: 2 } });
    assert.deepEqual(statusCodes, { '200': 6 });
    assert.deepEqual([client.connectionsReused, client.dispatchGapP99Ms, client.dispatchGapMaxMs], [0, null, null]);
  });

  it('marks a loop that paused because of its own work', async () => {
    const running = run([`${server.url}/slow?ms=20`], { plan: { requests: null, durationS: 0.8, concurrency: 4 } });
    await waitFor('requests arrive', () => server.seen.length > 8);
    compute(300);
    const { client, latencyMs } = await running;
    const own = client.ownStallMs ?? 0;
    assert.ok(own > 200, `${own} ms`);
    // On a machine that gives this process little of a core the longest latency is mostly the machine's.
    const itsOwn = own > (latencyMs.max ?? 0) / 4;
    const works = (client.cpuShare ?? 0) >= 0.5;
    assert.equal(client.bound, itsOwn || works ? 'client' : 'machine');
    const said = /The client paused for \d{3,} ms because of its own work/.test(client.warnings.join('\n'));
    assert.equal(said, itsOwn);
  });

  it('measures the client overhead right before a warm run, and not before a cold start', async () => {
    const warm = await run([`${server.url}/ok`], { plan: { requests: 10, coldStart: false } });
    const levels = warm.environment.selfCalibration ?? [];
    assert.deepEqual(
      levels.map(({ concurrency }) => concurrency),
      [1, 16],
    );
    for (const { requests, p50Ms, p99Ms, requestsPerS } of levels) {
      assert.ok(requests >= 10 && requestsPerS > 0);
      assert.ok(p50Ms > 0 && p99Ms >= p50Ms);
    }
    assert.equal(server.seen.length, 10);
    const cold = await run([`${server.url}/ok`], { plan: { requests: 10 } });
    assert.equal(cold.environment.selfCalibration, undefined);
  });
});
