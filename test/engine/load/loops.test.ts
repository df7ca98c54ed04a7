import assert from 'node:assert/strict';
import type { Worker } from 'node:worker_threads';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import type { Snapshot } from '../../../src/core/metrics/types.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { createCounters, sharedCounter } from '../../../src/engine/load/loops/counter.ts';
import { createLook } from '../../../src/engine/load/loops/look.ts';
import { sideThread } from '../../../src/engine/machine/side-thread.ts';
import { runBenchmark, type RunHooks } from '../../../src/engine/run.ts';
import { startFaultyServer, type FaultyServer } from '../../support/faulty-server.ts';
import { run, runInput } from '../../support/run-input.ts';
import { startStreamServer } from '../../support/stream-server.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A request whose body is its turn among those to its target, modulo `count`: of a single target, its index in the run. */
const numbered = (url: string, count: number): PreparedRequest => ({
  method: 'POST',
  url,
  headers: [],
  prompts: { bodies: Array.from({ length: count }, (_, i) => new TextEncoder().encode(String(i))), order: 'rotate' },
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const indexesIn = (server: FaultyServer): number[] =>
  server.seen.map(({ body }) => Number(body)).toSorted((a, b) => a - b);

/** The threads of loops that are started from here on. */
async function noteThreads(onThread: (worker: Worker) => void): Promise<() => void> {
  // Started once and for all: the first run would start it.
  await sideThread();
  process.on('worker', onThread);
  return () => process.off('worker', onThread);
}

/** Runs over one loop that may become several. */
const growing = (
  requests: readonly (string | PreparedRequest)[],
  plan: Partial<RunPlan>,
  hooks: Partial<RunHooks> = {},
): Promise<RunRecord> =>
  runBenchmark(runInput(requests, { plan }), {
    signal: new AbortController().signal,
    version: '0.0.0',
    mostLoops: 2,
    ...hooks,
  });

describe('several event loops', () => {
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  it('send every index once, to the same target as a single loop', async () => {
    const targets = ['a', 'b', 'c'].map((name) => numbered(`${server.url}/slow?ms=3&target=${name}`, 600));
    const sent: string[][] = [];
    for (const workers of [1, 2, 3]) {
      const before = server.seen.length;
      const record = await run(targets, { plan: { requests: 600, concurrency: 7, workers }, weights: [5, 1, 1] });
      const seen = server.seen.slice(before).map(({ body, query }) => `${body} ${query.get('target')}`);
      sent.push(seen.toSorted());
      assert.equal(record.status, 'completed');
      assert.equal(record.client.loops, workers);
      assert.deepEqual(record.statusCodes, { '200': 600 });
      assert.deepEqual(
        record.perTarget.map(({ requestsSent }) => requestsSent),
        ['a', 'b', 'c'].map((name) => seen.filter((each) => each.endsWith(name)).length),
      );
      assert.equal(record.latencyMs.count, 600);
      assert.equal(record.percentileMethod, 'linear-interpolation');
      assert.equal(record.client.connectionsOpened, 7);
      assert.equal((record.client.connectionsOpened ?? 0) + (record.client.connectionsReused ?? 0), 600);
    }
    for (const name of ['a', 'b', 'c']) {
      const turns = (sent[0] ?? []).filter((each) => each.endsWith(name)).map((each) => Number.parseInt(each));
      assert.deepEqual(
        turns.toSorted((x, y) => x - y),
        upTo(turns.length),
      );
    }
    assert.deepEqual(sent[1], sent[0]);
    assert.deepEqual(sent[2], sent[0]);
  });

  it('together have as many requests in flight as planned, and never more', async () => {
    const record = await run([`${server.url}/slow?ms=4`], { plan: { requests: 200, concurrency: 8, workers: 3 } });
    assert.equal(record.requestsSent, 200);
    assert.equal(server.maxInFlight, 8);
    assert.equal(server.connections, 8);
    assert.ok((record.client.littlesLawResidual ?? 1) < 0.05);
  });

  it('are never more than the number of slots', async () => {
    const record = await run([`${server.url}/slow?ms=5`], { plan: { requests: 80, concurrency: 2, workers: 16 } });
    assert.equal(record.client.loops, 2);
    assert.equal(server.connections, 2);
  });

  it('end with the duration, and wait for requests in flight', async () => {
    const record = await run([`${server.url}/slow?ms=20`], {
      plan: { requests: null, durationS: 0.2, concurrency: 4, workers: 2 },
    });
    assert.equal(record.status, 'completed');
    assert.equal(record.requestsSent, server.seen.length);
    assert.deepEqual(record.statusCodes, { '200': server.seen.length });
    assert.ok(record.requestsSent >= 4);
  });

  it('share one clock, with no time before the start or after the end', async () => {
    const record = await run([`${server.url}/slow?ms=10`], { plan: { requests: 60, concurrency: 6, workers: 3 } });
    assert.ok((record.latencyMs.min ?? 0) >= 9);
    assert.ok((record.scheduleLagMs.min ?? -1) >= 0);
    assert.ok((record.latencyMs.max ?? Infinity) <= record.totalMs);
    // Ten of ten milliseconds one after the other on each slot.
    assert.ok(record.totalMs >= 90);
  });

  it('open connections and warm up before the clock starts', async () => {
    const record = await run([`${server.url}/ok`], {
      plan: { requests: 50, concurrency: 4, workers: 2, warmup: 20, coldStart: false },
    });
    assert.equal(record.warmupSent, 20);
    assert.equal(record.requestsSent, 50);
    assert.equal(server.seen.length, 70);
    assert.equal(record.client.connectionsOpened, 4);
    assert.equal(server.connections, 4);
  });

  it('report their progress together', async () => {
    const snapshots: Snapshot[] = [];
    await growing(
      [`${server.url}/slow?ms=20`],
      { requests: 240, concurrency: 4, workers: 2 },
      { onSnapshot: (snapshot) => snapshots.push(snapshot) },
    );
    const last = snapshots.at(-1);
    assert.ok(last && last.inFlight > 2 && last.inFlight <= 4, JSON.stringify(last?.inFlight));
    assert.ok(last.summary.requestsSent > 60, String(last.summary.requestsSent));
    for (const [i, { summary }] of snapshots.entries())
      assert.ok(summary.requestsSent >= (snapshots[i - 1]?.summary.requestsSent ?? 0));
  });

  it('judge objectives over all requests, also of streams', async () => {
    const streams = await startStreamServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const word of ['a', 'b', 'c']) response.write(`data: {"choices":[{"delta":{"content":"${word}"}}]}\n\n`);
      response.end('data: [DONE]\n\n');
    });
    const { objectives } = parseObjectives('ttft.p95 < 10s, errors < 1%, p95 < 0.001ms');
    const stream: PreparedRequest = {
      method: 'POST',
      url: `${streams.url}/v1/chat/completions`,
      headers: [],
      dialect: 'openai',
      streams: true,
    };
    const record = await run([stream], { plan: { requests: 90, concurrency: 6, workers: 3, objectives } });
    await streams.close();
    assert.deepEqual(record.streams, { whole: 90, partial: 0, partialChunks: 0 });
    assert.deepEqual([record.ttftMs?.count, record.iclMs?.count], [90, 180]);
    assert.deepEqual([record.outputTokens, record.tokenSource], [270, 'chunks']);
    assert.deepEqual(
      record.objectives.map(({ outcome }) => outcome),
      ['pass', 'pass', 'fail'],
    );
    const kept = record.streamedRequests?.length ?? 0;
    assert.ok(kept > 25 && kept <= 50, String(kept));
    assert.deepEqual([record.goodputPerS, record.sloAttainment], [0, 0]);
  });

  it('group equal failures together', async () => {
    const record = await run([`${server.url}/status?code=503`], {
      plan: { requests: 60, concurrency: 6, workers: 3 },
    });
    assert.deepEqual(record.statusCodes, { '503': 60 });
    assert.deepEqual(
      record.failureSamples.map(({ status, count }) => [status, count]),
      [[503, 60]],
    );
  });

  it('keep the schedule of an open model', async () => {
    const record = await run([numbered(`${server.url}/ok`, 400)], {
      plan: {
        loadModel: 'open',
        arrivals: 'constant',
        stages: [{ fromPerS: 400, toPerS: 400, durationS: 1 }],
        requests: null,
        durationS: 1,
        concurrency: 50,
        workers: 2,
      },
    });
    assert.equal(record.client.loops, 2);
    assert.equal(record.requestsSent, 400);
    assert.deepEqual(indexesIn(server), upTo(400));
    assert.ok((record.scheduleLagMs.min ?? -1) >= 0);
    // The last is due 2.5 ms before the end.
    assert.ok(record.totalMs > 900);
    assert.equal(record.backlog?.unsent, 0);
  });

  it('together respect the maximum in flight of an open model', async () => {
    const record = await run([`${server.url}/slow?ms=50`], {
      plan: {
        loadModel: 'open',
        arrivals: 'constant',
        stages: [{ fromPerS: 200, toPerS: 200, durationS: 0.5 }],
        requests: null,
        durationS: 0.5,
        concurrency: 4,
        workers: 2,
      },
    });
    assert.equal(server.maxInFlight, 4);
    assert.equal(record.requestsSent, 100);
    assert.equal(server.seen.length, 100);
    // 80 a second leave of 200 that are due.
    assert.ok((record.backlog?.max ?? 0) > 20, String(record.backlog?.max));
  });

  describe('when canceled', () => {
    it('close all sockets and keep what was measured', async () => {
      const cancel = new AbortController();
      const running = run(
        [`${server.url}/ok`, `${server.url}/stall`],
        { plan: { requests: 10_000, concurrency: 6, workers: 3 } },
        cancel.signal,
      );
      await waitFor('six requests stall', () => server.seen.filter(({ path }) => path === '/stall').length === 6);
      const answered = server.seen.length - 6;
      cancel.abort();
      const record = await running;
      assert.equal(record.status, 'cancelled');
      assert.equal(record.requestsCancelled, 6);
      assert.deepEqual(record.statusCodes, { '200': answered });
      await waitFor('the server sees every socket closed', () => server.openSockets === 0);
    });

    it("send nothing if they haven't started", async () => {
      const record = await run([`${server.url}/ok`], { plan: { workers: 2 } }, AbortSignal.abort());
      assert.equal(record.status, 'cancelled');
      assert.equal(server.seen.length, 0);
    });

    it('send nothing while they are starting', async () => {
      const cancel = new AbortController();
      const running = run([`${server.url}/ok`], { plan: { workers: 2, coldStart: false } }, cancel.signal);
      setTimeout(() => cancel.abort(), 50);
      const record = await running;
      assert.equal(record.status, 'cancelled');
      assert.equal(record.requestsSent, 0);
      await waitFor('the server sees every socket closed', () => server.openSockets === 0);
    });
  });

  it('end the run as crashed if one of them ends, and keep what it reported', async () => {
    const threads: Worker[] = [];
    const stop = await noteThreads((worker) => void threads.push(worker));
    const running = run([`${server.url}/slow?ms=5`], {
      plan: { requests: null, durationS: 60, concurrency: 4, workers: 2 },
    });
    await waitFor('much has been sent', () => server.seen.length > 300);
    stop();
    await threads[0]?.terminate();
    const record = await running;
    assert.equal(record.status, 'crashed');
    assert.ok(record.requestsSent > 50 && record.requestsSent <= server.seen.length, String(record.requestsSent));
    assert.equal(record.client.loops, 2);
    assert.deepEqual(record.perTarget, []);
    assert.equal(record.stopReason, 'A sender thread stopped unexpectedly: the thread exited with code 1.');
    assert.equal(record.client.littlesLawResidual, null);
    await waitFor('the sockets are closed', () => server.openSockets === 0);
  });
});

describe('a single event loop', () => {
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  it("passes slots to another loop when it's saturated, and every index is sent once", async () => {
    // The loop has other work until the slots have moved: four, each to a connection of its own.
    const work = setInterval(() => {
      const until = performance.now() + 12;
      while (performance.now() < until);
      if (server.connections >= 13) clearInterval(work);
    }, 1);
    const record = await growing([numbered(`${server.url}/slow?ms=4`, 3_000)], { requests: 3_000, concurrency: 9 });
    clearInterval(work);
    assert.equal(record.client.loops, 2);
    assert.deepEqual(indexesIn(server), upTo(3_000));
    assert.deepEqual(record.statusCodes, { '200': 3_000 });
    assert.equal(server.maxInFlight, 9);
    assert.equal(server.connections, 13);
  }).timeout(20_000);

  it("stays the only one if it isn't saturated, or without another core", async () => {
    const idle = await growing([`${server.url}/slow?ms=20`], { requests: null, durationS: 1.2, concurrency: 3 });
    assert.equal(idle.client.loops, 1);
    const only = await growing(
      [`${server.url}/ok`],
      { requests: null, durationS: 1.2, concurrency: 3 },
      { mostLoops: 1 },
    );
    assert.equal(only.client.loops, 1);
    assert.equal(server.connections, 6);
  }).timeout(10_000);

  it('can be canceled while another one starts', async () => {
    const cancel = new AbortController();
    const threads: Worker[] = [];
    const stop = await noteThreads((worker) => {
      threads.push(worker);
      cancel.abort();
    });
    const record = await growing(
      [`${server.url}/ok`],
      { requests: null, durationS: 60, concurrency: 9 },
      { signal: cancel.signal },
    );
    stop();
    assert.equal(record.status, 'cancelled');
    assert.equal(record.client.loops, 1);
    assert.equal(threads.length, 1);
    await waitFor('the sockets are closed', () => server.openSockets === 0);
  }).timeout(10_000);
});

describe('the check of event loops', () => {
  it('counts the checks in a row in which every loop was busy', () => {
    const look = createLook();
    const [a, b] = [{ share: 1 }, { share: 1 }];
    const loops = [a, b].map((loop) => ({ utilisation: () => loop.share }));
    const first = loops.slice(0, 1);
    assert.equal(look(first), 1);
    assert.equal(look(first), 2);
    assert.equal(look(loops), 1);
    assert.equal(look(loops), 2);
    a.share = 0.85;
    assert.equal(look(loops), 0);
    a.share = 0.95;
    assert.equal(look(loops), 1);
    assert.equal(look(loops), 2);
  });
});

describe('the shared counter', () => {
  it('returns each index once', () => {
    const { run: place, warmup } = createCounters();
    const [a, b] = [sharedCounter(place), sharedCounter(place)];
    assert.equal(a.next, 0);
    assert.equal(a.take(0), true);
    assert.equal(b.take(0), false);
    assert.equal(b.next, 1);
    assert.equal(b.take(1), true);
    assert.equal(a.next, 2);
    assert.equal(sharedCounter(warmup).next, 0);
  });

  it('counts past 2^32, also for a loop that joins later', () => {
    const { run: places } = createCounters();
    const counter = sharedCounter(places);
    places[0] = 2 ** 31 - 1;
    assert.equal(counter.next, 2 ** 31 - 1);
    assert.equal(counter.take(2 ** 31 - 1), true);
    assert.equal(counter.next, 2 ** 31);
    places[0] = -1;
    assert.equal(counter.next, 2 ** 32 - 1);
    assert.equal(counter.take(2 ** 32 - 1), true);
    assert.equal(counter.next, 2 ** 32);
    const late = sharedCounter(places);
    assert.equal(late.next, 2 ** 32);
    assert.equal(late.take(2 ** 32), true);
    assert.equal(counter.take(2 ** 32), false);
    assert.equal(counter.next, 2 ** 32 + 1);
  });
});
