import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import { parseStages } from '../../../src/core/values/stages.ts';
import { run } from '../../support/run-input.ts';

/** Answers at once, but from `fromMs` after its first request for `stallMs` not at all: what came then is answered at its end. */
async function startStallingServer(fromMs: number, stallMs: number): Promise<{ url: string; server: Server }> {
  let firstMs = Number.NaN;
  const server = createServer((_request, response) => {
    const now = performance.now();
    if (Number.isNaN(firstMs)) firstMs = now;
    const since = now - firstMs;
    const answer = (): void => void response.end('ok');
    if (since >= fromMs && since < fromMs + stallMs) setTimeout(answer, fromMs + stallMs - since);
    else answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/` };
}

const open = (stages: string, more: Partial<RunPlan> = {}): Partial<RunPlan> => {
  const parsed = parseStages(stages) ?? [];
  return {
    loadModel: 'open',
    arrivals: 'constant',
    stages: parsed,
    requests: null,
    durationS: parsed.reduce((sum, { durationS }) => sum + (durationS ?? 0), 0),
    concurrency: 1_000,
    ...more,
  };
};

describe('open model', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it('shows a 2 s pause of the server in response time, while latency hides it', async () => {
    const stalling = await startStallingServer(500, 2_000);
    ({ server } = stalling);
    const limited = await run([stalling.url], { plan: open('3500ms:100', { concurrency: 2 }) });
    assert.equal(limited.requestsSent, 350);
    assert.deepEqual(limited.statusCodes, { '200': 350 });
    assert.ok((limited.responseTimeMs.p99 ?? 0) >= 1_500);
    // Two of 350 were in flight when it stood still; 200 waited behind them.
    assert.ok((limited.latencyMs.p99 ?? Infinity) < 1_000);
    assert.ok((limited.backlog?.max ?? 0) >= 150);
    assert.ok((limited.backlog?.waitedMs ?? 0) >= 1_500);
    assert.equal(limited.backlog?.unsent, 0);
    assert.equal(Math.max(...(limited.backlog?.waiting ?? [])), limited.backlog?.max);
  });

  it('fails an objective on response time although latency passes, and excludes queued requests from goodput', async () => {
    const stalling = await startStallingServer(500, 2_000);
    ({ server } = stalling);
    const { objectives } = parseObjectives('response.p99 < 1s, p99 < 1s');
    const record = await run([stalling.url], { plan: open('3500ms:100', { concurrency: 2, objectives }) });
    assert.deepEqual(
      record.objectives.map(({ objective, outcome, actual }) => [objective.metric, outcome, actual]),
      [
        ['response.p99', 'fail', record.responseTimeMs.p99],
        ['p99', 'pass', record.latencyMs.p99],
      ],
    );
    // Of 350 requests the 100 that were due in the first half of the stall waited for longer than 1 s.
    assert.ok(Math.abs((record.sloAttainment ?? 0) - 250 / 350) < 0.1, String(record.sloAttainment));
  });

  it('shows only a few slow requests and an unchanged p99 in the closed model', async () => {
    const stalling = await startStallingServer(500, 2_000);
    ({ server } = stalling);
    const closed = await run([stalling.url], { plan: { requests: null, durationS: 3.5, concurrency: 2 } });
    assert.ok((closed.latencyMs.max ?? 0) >= 1_500);
    assert.ok((closed.latencyMs.p99 ?? Infinity) < 1_000);
    assert.equal(closed.backlog, undefined);
  });

  it('queues nothing below the maximum in flight', async () => {
    const stalling = await startStallingServer(300, 500);
    ({ server } = stalling);
    const record = await run([stalling.url], { plan: open('1s:200', { arrivals: 'poisson' }) });
    assert.equal(record.backlog?.max, 0);
    assert.equal(record.backlog?.maxAtMs, null);
    assert.equal(record.requestsSent, record.latencyMs.count);
    assert.ok((record.latencyMs.max ?? 0) >= 400);
  });

  it('counts requests that are unsent at the drain limit, also in an objective on errors', async () => {
    const stalling = await startStallingServer(0, 60_000);
    ({ server } = stalling);
    const objectives = [{ metric: 'errors', operator: '<', value: 1, text: 'errors < 100%' }] as const;
    const record = await run([stalling.url], {
      plan: open('500ms:100', { concurrency: 3, drainMs: 100, objectives }),
    });
    assert.deepEqual(record.errors, { timeout: 3 });
    assert.equal(record.backlog?.unsent, 47);
    assert.deepEqual(
      record.objectives.map(({ outcome, actual }) => [outcome, actual]),
      [['fail', 1]],
    );
  });

  it('ends by stages, number of requests, or duration', async () => {
    const stalling = await startStallingServer(1e9, 0);
    ({ server } = stalling);
    assert.equal((await run([stalling.url], { plan: open('400ms:0..100, 200ms:100') })).requestsSent, 40);
    assert.equal((await run([stalling.url], { plan: open('400ms:100', { requests: 7 }) })).requestsSent, 7);
  });
});
