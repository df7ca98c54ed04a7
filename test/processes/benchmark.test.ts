import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeSearchPlan } from '../../src/core/plan/capacity-search.ts';
import { parseObjectives } from '../../src/core/values/objectives.ts';
import { throughputWorkload } from '../../src/core/plan/suites/suite.ts';
import type { BenchmarkCommand, BenchmarkEvent } from '../../src/processes/messages.ts';
import { readBenchmarkEvent } from '../../src/processes/messages.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { startFaultyServer, type FaultyServer } from '../support/faulty-server.ts';
import { runInput } from '../support/run-input.ts';
import { waitFor } from '../support/wait-for.ts';

const entry = fileURLToPath(new URL('../../src/processes/benchmark.ts', import.meta.url));

/** A benchmark process, with what it said so far. */
function start(): {
  child: ChildProcess;
  events: BenchmarkEvent[];
  say: (command: BenchmarkCommand) => void;
  exit: Promise<unknown[]>;
} {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const events: BenchmarkEvent[] = [];
  child.on('message', (message) => events.push(readBenchmarkEvent(message)));
  return { child, events, say: (command) => void child.send(command), exit: once(child, 'exit') };
}

const types = (events: readonly BenchmarkEvent[]): string[] => events.map(({ type }) => type);

describe('the benchmark process', () => {
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  it("reports that it's ready, sends snapshots and one record, and exits", async () => {
    const { events, say, exit } = start();
    const body = new Uint8Array([0, 255, 7]);
    const post = { method: 'POST', url: `${server.url}/slow?ms=30`, headers: [], body };
    say({ type: 'run', input: runInput([post], { plan: { requests: 40, concurrency: 2, coldStart: false } }) });
    assert.deepEqual(await exit, [0, null]);
    const snapshots = events.filter(({ type }) => type === 'snapshot');
    assert.ok(snapshots.length >= 1);
    const partials = events.flatMap((event) => (event.type === 'partial' ? [event.record] : []));
    const others = events.filter(({ type }) => type !== 'partial');
    assert.deepEqual(types(others), ['ready', ...types(snapshots), 'record']);
    const last = events.at(-1);
    assert.ok(last?.type === 'record');
    // Before anything is sent, and when the clock starts: then with all that the whole record says beside the numbers.
    assert.ok(partials.length >= 2);
    const { id, startedAt, plan, targets, environment, source, addresses, warmupSent } = last.record;
    const started = partials[1];
    assert.deepEqual(
      [started?.id, started?.startedAt, started?.plan, started?.targets, started?.environment, started?.source],
      [id, startedAt, plan, targets, environment, source],
    );
    assert.deepEqual(
      [started?.addresses, started?.warmupSent, started?.client.transport],
      [addresses, warmupSent, last.record.client.transport],
    );
    assert.deepEqual([started?.status, started?.requestsSent], ['crashed', 0]);
    assert.equal(last.record.requestsSent, 40);
    assert.deepEqual(last.record.statusCodes, { '200': 40 });
    assert.match(last.record.environment.loadlens, /^\d+\.\d+\.\d+/);
    assert.equal(server.seen.length, 40);
    assert.equal(server.seen[0]?.headers['content-length'], '3');
  });

  it('ends on cancel with a record of what was measured', async () => {
    const { events, say, exit } = start();
    say({ type: 'run', input: runInput([`${server.url}/stall`], { plan: { requests: 100, concurrency: 4 } }) });
    await waitFor('four requests stall', () => server.seen.length === 4);
    say({ type: 'cancel' });
    assert.deepEqual(await exit, [0, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'record');
    assert.equal(last.record.status, 'cancelled');
    assert.equal(last.record.requestsCancelled, 4);
  });

  it('recognizes that it was suspended, not busy', async () => {
    if (process.platform === 'win32') return;
    const { child, events, say, exit } = start();
    const plan = { requests: null, durationS: 1, concurrency: 4 };
    say({ type: 'run', input: runInput([`${server.url}/slow?ms=20`], { plan }) });
    await waitFor('requests arrive', () => server.seen.length > 8);
    child.kill('SIGSTOP');
    await sleep(300);
    child.kill('SIGCONT');
    await exit;
    const last = events.at(-1);
    assert.ok(last?.type === 'record');
    const { bound, machineStallMs, warnings } = last.record.client;
    assert.ok((machineStallMs ?? 0) > 200, `${machineStallMs} ms`);
    assert.equal(bound, 'machine');
    assert.match(warnings.join('\n'), /The machine paused for \d{3,} ms/);
  });

  it('measures a sweep level by level, and reports each level once', async () => {
    const { events, say, exit } = start();
    const { plan, ...rest } = runInput([`${server.url}/slow?ms=40`], { plan: { requests: 16 } });
    const levels = [1, 2, 4].map((concurrency) => Object.assign({}, plan, { concurrency }));
    say({ type: 'sweep', input: { ...rest, plan: { levels, coolDownMs: 20 } }, serverPid: process.pid });
    assert.deepEqual(await exit, [0, null]);
    const ended = events.flatMap((event) => (event.type === 'levelEnded' ? [event.record] : []));
    const current = events.flatMap((event) => (event.type === 'levelSnapshot' ? [event.level] : []));
    assert.deepEqual([...new Set(current)], [0, 1, 2]);
    assert.deepEqual(
      current,
      current.toSorted((a, b) => a - b),
    );
    const last = events.at(-1);
    assert.ok(last?.type === 'sweep');
    assert.equal(last.record.status, 'completed');
    assert.deepEqual(
      last.record.levels.map((level) => [level.plan.concurrency, level.successes, level.server?.pid]),
      [1, 2, 4].map((concurrency) => [concurrency, 16, process.pid]),
    );
    assert.deepEqual(ended, last.record.levels.slice(0, 2));
  });

  it('searches for the capacity, and reports each run once', async () => {
    const { events, say, exit } = start();
    const { plan: _, ...rest } = runInput([`${server.url}/slow?ms=20`], {});
    const search = { by: 'concurrency', objectives: parseObjectives('p50 < 10s').objectives, range: [1, 2] } as const;
    const plan = makeSearchPlan(search, { requests: 60, coolDownMs: 0 }, { defaults: {} });
    say({ type: 'search', input: { ...rest, plan } });
    assert.deepEqual(await exit, [0, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'sweep');
    const { status, search: found } = last.record;
    assert.deepEqual([status, found?.capacity, found?.firstFailing, found?.sure], ['completed', 2, null, true]);
    // A run is reported with the next snapshot. After the last one there may be none, and the record has all of them.
    const ended = events.flatMap((event) => (event.type === 'levelEnded' ? [event.record.plan.concurrency] : []));
    assert.deepEqual([ended[0], ended], [1, [1, 2].slice(0, ended.length)]);
    const current = events.flatMap((event) => (event.type === 'levelSnapshot' ? [event.level] : []));
    assert.deepEqual([current[0], current.at(-1)], [0, ended.length]);
    assert.deepEqual(
      current,
      current.toSorted((a, b) => a - b),
    );
  });

  it('keeps the finished levels when a sweep is canceled', async () => {
    const { events, say, exit } = start();
    const { plan, ...rest } = runInput([`${server.url}/slow?ms=5`], { plan: { requests: 4 } });
    const levels = [1, 2].map((concurrency) => Object.assign({}, plan, { concurrency }));
    say({ type: 'sweep', input: { ...rest, plan: { levels, coolDownMs: 60_000 } } });
    await waitFor('the first level', () => events.some(({ type }) => type === 'levelEnded'));
    say({ type: 'cancel' });
    assert.deepEqual(await exit, [0, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'sweep');
    assert.equal(last.record.status, 'cancelled');
    assert.deepEqual(
      last.record.levels.map((level) => level.plan.concurrency),
      [1],
    );
  });

  it('measures the throughput suite, and keeps no secret of its URL', async () => {
    const mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 0.01 });
    try {
      const { events, say, exit } = start();
      const url = `${mock.url}/v1/completions?ttft_ms=5`;
      const model = {
        name: 'mock',
        url: 'http://x/?key={{$secret KEY}}',
        server: 'url',
        synthetic: null,
        dtype: null,
      } as const;
      const setup = {
        name: 'mock',
        url,
        model: 'mock',
        headers: [],
        secrets: ['ttft_ms'],
        objectives: [],
        timeoutMs: 5000,
        ignoreEos: false,
      };
      say({ type: 'suite', input: { setup, model, workload: throughputWorkload(true), earlier: [] } });
      assert.deepEqual(await exit, [0, null]);
      const last = events.at(-1);
      assert.ok(last?.type === 'suite');
      assert.equal(last.record.status, 'completed');
      assert.deepEqual(
        last.record.levels.map(({ concurrency, requests, failed, tokens }) => [concurrency, requests, failed, tokens]),
        [
          [1, 5, 0, 150],
          [2, 6, 0, 180],
          [4, 8, 0, 240],
        ],
      );
      assert.equal(JSON.stringify(events).includes('ttft_ms'), false);
    } finally {
      await mock.close();
    }
  });

  it('exits with its parent, and closes its sockets', async () => {
    const { child, say, exit } = start();
    say({ type: 'run', input: runInput([`${server.url}/stall`], { plan: { requests: 100, concurrency: 4 } }) });
    await waitFor('four requests stall', () => server.seen.length === 4);
    child.disconnect();
    await exit;
    await waitFor('the sockets are closed', () => server.openSockets === 0);
  });

  it('reports errors that the user can fix', async () => {
    const { events, say, exit } = start();
    say({ type: 'run', input: runInput([]) });
    assert.deepEqual(await exit, [1, null]);
    assert.deepEqual(events.slice(1), [
      {
        type: 'failure',
        message: 'test has no target.',
        hint: 'Add a line with a URL, such as http://127.0.0.1:5000/.',
      },
    ]);
  });

  it('reports a bug with its stack', async () => {
    const { child, events, exit } = start();
    // Passes as an input, and breaks later on.
    child.send({ type: 'run', input: { plan: {}, requests: [], targets: [null] } });
    assert.deepEqual(await exit, [1, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'failure');
    assert.match(last.message, /^Internal error: /);
    assert.match(last.stack ?? '', /run\.ts/);
  });

  it('fails on an unknown message', async () => {
    const { child, events, exit } = start();
    child.send({ type: 'dance' });
    assert.deepEqual(await exit, [1, null]);
    assert.deepEqual(types(events), ['ready', 'failure']);
  });
});
