import assert from 'node:assert/strict';
import { saturationOf, type Saturation } from '../../../src/core/metrics/saturation.ts';
import { time } from '../../../src/core/metrics/times.ts';
import { addToTimeline, createTimeline } from '../../../src/core/metrics/timeline.ts';
import type { Sample } from '../../../src/core/metrics/types.ts';
import { seededUnits } from '../../../src/core/values/pick.ts';

/** A queue: arrivals at a rate, servers that take the next request when free. */
interface Queue {
  readonly ratePerS: number;
  readonly seconds: number;
  /** Infinity: no request waits. */
  readonly servers: number;
  /** Returns a service time, s. */
  readonly service: (unit: () => number) => number;
  readonly poisson: boolean;
}

const level = 0.01;
const exponential =
  (meanS: number): Queue['service'] =>
  (unit) =>
    -meanS * Math.log1p(-unit());
const constant =
  (seconds: number): Queue['service'] =>
  () =>
    seconds;

/** Simulates a run of a queue, and judges it when the last request is due, as a run does: later, slices get too coarse. */
function judge({ ratePerS, seconds, servers, service, poisson }: Queue, seed: number): Saturation | null {
  const at = seededUnits(seed);
  let draws = 0;
  const unit = (): number => at(draws++);
  const freeAt = Array.from({ length: Number.isFinite(servers) ? servers : 0 }, () => 0);
  const due: number[] = [];
  const ended: (readonly [endMs: number, latencyMs: number])[] = [];
  for (let now = 0; ;) {
    now += poisson ? -Math.log1p(-unit()) / ratePerS : 1 / ratePerS;
    if (now >= seconds) break;
    due.push(1_000 * now);
    const free = freeAt.indexOf(Math.min(...freeAt));
    const end = Math.max(now, freeAt[free] ?? 0) + service(unit);
    if (free >= 0) freeAt[free] = end;
    ended.push([1_000 * end, 1_000 * (end - now)]);
  }
  const timeline = createTimeline();
  const times = new Float64Array(16);
  const sample: Sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 0, endMs: 0, status: 200, bytes: 0 };
  for (const [endMs, latencyMs] of ended.toSorted(([a], [b]) => a - b)) {
    if (endMs >= 1_000 * seconds) break;
    times[time.end] = endMs;
    times[time.latency] = latencyMs;
    addToTimeline(timeline, sample, times, true, true);
  }
  return saturationOf(timeline, (ms) => countBefore(due, ms), 1_000 * seconds, level);
}

/** Returns how many of rising numbers are below a limit. */
function countBefore(rising: readonly number[], limit: number): number {
  const first = rising.findIndex((each) => each >= limit);
  return first < 0 ? rising.length : first;
}

const runs = 50;
/** Returns how many of 50 runs were over-saturated. */
const overSaturated = (queue: Queue): number =>
  Array.from({ length: runs }, (_, seed) => judge(queue, seed)).filter((found) => found?.overSaturated).length;

/** 5 servers with a mean of 50 ms: 100 requests/s. */
const small = (load: number, service = exponential(0.05), poisson = true): Queue => ({
  ratePerS: 100 * load,
  seconds: 10,
  servers: 5,
  service,
  poisson,
});

/** A server that never lets a request wait, with slow responses. */
const slow = (seconds: number, service: Queue['service']): Queue => ({
  ratePerS: 20,
  seconds,
  servers: Infinity,
  service,
  poisson: true,
});

describe('saturationOf', function () {
  this.timeout(60_000);

  it('has no false alarm below capacity, and at most the nominal rate at capacity', () => {
    for (const load of [0.5, 0.8, 0.9]) assert.equal(overSaturated(small(load)), 0, `${load}`);
    assert.ok(overSaturated(small(1)) <= 3);
    for (const load of [0.5, 1]) assert.equal(overSaturated(small(load, constant(0.05), false)), 0, `${load}`);
  });

  it('detects overload far above capacity, and with equal service times just above it', () => {
    assert.ok(overSaturated(small(1.25)) >= 40);
    assert.ok(overSaturated(small(1.5)) >= 48);
    for (const load of [2, 10]) assert.equal(overSaturated(small(load)), runs, `${load}`);
    assert.equal(overSaturated(small(1.1, constant(0.05), false)), runs);
  });

  it('measures the achieved rate and the growth', () => {
    const found = judge(small(2, constant(0.05), false), 1)!;
    assert.ok(Math.abs(found.answeredPerS - 100) < 2);
    assert.ok(Math.abs(found.duePerS - 200) < 1);
    assert.ok(Math.abs(found.growth - 0.5) < 0.02);
    assert.ok(found.leastGrowth > 0 && found.leastGrowth <= found.growth);
    assert.ok(found.fromMs >= 2_500 && found.toMs === 10_000);
  });

  it("doesn't mistake the start of a run with slow responses for overload", () => {
    for (const seconds of [10, 30]) {
      assert.ok(overSaturated(slow(seconds, constant(8))) <= 2, `${seconds}`);
      assert.equal(overSaturated(slow(seconds, constant(20))), 0, `${seconds}`);
    }
    assert.ok(overSaturated(slow(60, (unit) => 1 + 19 * unit())) <= 2);
  });

  it('detects overload with slow responses, too', () => {
    const queue = { ratePerS: 16, seconds: 30, servers: 16, service: exponential(2), poisson: true };
    assert.ok(overSaturated(queue) >= 45);
    assert.equal(overSaturated({ ...queue, ratePerS: 6.4 }), 0);
  });

  it('is null without a response, and for a run that is too short', () => {
    assert.equal(
      saturationOf(createTimeline(), () => 100, 5_000, level),
      null,
    );
    assert.equal(judge({ ...small(1), seconds: 0.3 }, 1), null);
    assert.equal(judge({ ...small(0.01, constant(0.01), false) }, 1), null);
  });
});
