import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { clientHealth, isLost, lostHealth } from '../../../../src/core/metrics/client/client-health.ts';
import { wasObserved, type ClientReadings } from '../../../../src/core/metrics/client/client-readings.ts';
import type { Summary } from '../../../../src/core/metrics/types.ts';
import { sampleOf, streamOf, summaryOf } from '../samples.ts';

const calm: ClientReadings = {
  eventLoopDelayMedianMs: 0.1,
  eventLoopDelayP99Ms: 0.5,
  eventLoopDelayMaxMs: 8,
  eventLoopReadings: 299,
  idleDelayMedianMs: 0.25,
  idleDelayP99Ms: 0.25,
  cpuShare: 0.2,
  loopUtilisation: 0.18,
  ownStallMs: 0,
  machineStallMs: 12,
  stealShare: 0.001,
  cpuPressureShare: 0.3,
  dispatchGapMedianMs: 0.02,
  dispatchGapP99Ms: 0.1,
  dispatchGapMaxMs: 1.5,
  lagIsOwn: false,
  transport: 'raw',
  connectionsOpened: 2,
  connectionsReused: 299,
  inFlightIntegralMs: 30_000,
};
/** So many requests of which each takes so long. */
const requests = (count: number, latencyMs: number, lagMs = 0): Summary =>
  summaryOf(
    Array.from({ length: count }, (_, index) =>
      sampleOf(latencyMs, { sentMs: index * 5, scheduledMs: index * 5 - lagMs }),
    ),
  );
const summary = requests(300, 100);
const fast = requests(300, 10);
const few = requests(298, 100);

function boundOf(changes: Partial<ClientReadings>, of = summary): string | null | undefined {
  return clientHealth({ ...calm, ...changes }, of).bound;
}

function warningsOf(changes: Partial<ClientReadings>, of = summary): readonly string[] {
  return clientHealth({ ...calm, ...changes }, of).warnings;
}

/** Loop, requests and the idle thread late by so much (p99). */
const lateBy = (ms: number): Partial<ClientReadings> => ({
  eventLoopDelayP99Ms: ms,
  dispatchGapP99Ms: ms,
  idleDelayP99Ms: ms,
});

describe('client health', () => {
  it("has no warning if the client isn't busy", () => {
    const health = clientHealth(calm, summary);
    assert.deepEqual(health, {
      eventLoopDelayP99Ms: 0.5,
      eventLoopDelayMaxMs: 8,
      cpuShare: 0.2,
      connectionsOpened: 2,
      connectionsReused: 299,
      scheduleLagP99Ms: 0,
      littlesLawResidual: 0,
      idleDelayP99Ms: 0.25,
      loops: 1,
      loopUtilisation: 0.18,
      dispatchGapP99Ms: 0.1,
      dispatchGapMaxMs: 1.5,
      ownStallMs: 0,
      machineStallMs: 12,
      stealShare: 0.001,
      cpuPressureShare: 0.3,
      transport: 'raw',
      bound: null,
      warnings: [],
    });
  });

  it("checks requests in flight against throughput and latency by Little's law", () => {
    assert.equal(clientHealth({ ...calm, inFlightIntegralMs: 37_500 }, summary).littlesLawResidual, 0.2);
    assert.match(warningsOf({ inFlightIntegralMs: 37_500 })[0]!, /disagree by 20%.*may distort/);
    assert.deepEqual(warningsOf({ inFlightIntegralMs: 31_200 }), []);
    assert.equal(clientHealth({ ...calm, inFlightIntegralMs: 0 }, summary).littlesLawResidual, null);
  });

  it("includes the time of failed requests if it is known, and otherwise doesn't judge", () => {
    const failing = summaryOf([sampleOf(100), sampleOf(300, { status: 0, error: 'timeout' })]);
    const residual = (changes: Partial<ClientReadings>, of = failing): number | null =>
      clientHealth({ ...calm, inFlightIntegralMs: 400, ...changes }, of).littlesLawResidual;
    assert.equal(residual({ requestTimeMs: 400 }), 0);
    assert.equal(residual({}), null);
    assert.equal(residual({ requestTimeMs: 400 }, { ...failing, requestsCancelled: 1 }), null);
  });

  it('compares the p99 of a delay with the p99 shown: more than 20% of it, and 2 ms', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 20 }), []);
    assert.match(
      warningsOf({ eventLoopDelayP99Ms: 20.1 })[0]!,
      /event loop delay of 20\.1 ms \(p99\) is more than 20% of the p99 latency\. Latencies include this delay\.$/,
    );
    assert.equal(boundOf({ eventLoopDelayP99Ms: 20.1 }), 'client');
    const reading = { inFlightIntegralMs: 3000 };
    assert.deepEqual(warningsOf({ ...reading, eventLoopDelayP99Ms: 2 }, fast), []);
    assert.equal(warningsOf({ ...reading, eventLoopDelayP99Ms: 2.1 }, fast).length, 1);
  });

  it('compares the p50 of a delay with the p50 shown: more than 5% of it, and 2 ms', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayMedianMs: 5 }), []);
    assert.match(
      warningsOf({ eventLoopDelayMedianMs: 5.1, eventLoopDelayP99Ms: 30 })[0]!,
      /event loop delay of 5\.1 ms \(p50\) is more than 5% of the p50 latency/,
    );
    assert.equal(boundOf({ eventLoopDelayMedianMs: 5.1 }), 'client');
    assert.deepEqual(warningsOf({ inFlightIntegralMs: 3000, eventLoopDelayMedianMs: 2 }, fast), []);
  });

  it('judges a p99 only with enough requests and readings, a p50 with fewer', () => {
    const reading = { inFlightIntegralMs: 29_800 };
    const late = { eventLoopDelayP99Ms: 49, dispatchGapP99Ms: 49 };
    assert.equal(warningsOf(late).length, 2);
    assert.deepEqual(warningsOf({ ...reading, ...late }, few), []);
    assert.deepEqual(warningsOf({ ...late, eventLoopReadings: 298, connectionsReused: 298 }), []);
    assert.match(warningsOf({ ...reading, dispatchGapMedianMs: 6 }, few)[0]!, /6\.0 ms \(p50\)/);
    const five = requests(5, 100);
    assert.deepEqual(warningsOf({ inFlightIntegralMs: 500, dispatchGapMedianMs: 60 }, five), []);
  });

  it('compares with TTFT if that is shorter than latency', () => {
    const streams = summaryOf(
      Array.from({ length: 300 }, (_, index) => {
        const sentMs = index * 5;
        return streamOf([20, 500], { sentMs, scheduledMs: sentMs });
      }),
    );
    const reading = { inFlightIntegralMs: (streams.latencyMs.mean ?? 0) * 300 };
    assert.deepEqual(warningsOf({ ...reading, eventLoopDelayP99Ms: 4 }, streams), []);
    assert.match(
      warningsOf({ ...reading, eventLoopDelayP99Ms: 4.1 }, streams)[0]!,
      /more than 20% of the p99 time to first token/,
    );
  });

  it('warns of requests that wait in the client, by the same rule', () => {
    assert.deepEqual(warningsOf({ dispatchGapP99Ms: 20 }), []);
    assert.match(warningsOf({ dispatchGapP99Ms: 20.1 })[0]!, /delay from dispatch to write of 20\.1 ms \(p99\)/);
    assert.equal(boundOf({ dispatchGapP99Ms: 20.1 }), 'client');
    const unknown = { dispatchGapMedianMs: null, dispatchGapP99Ms: null, dispatchGapMaxMs: null };
    assert.deepEqual(warningsOf(unknown), []);
  });

  it('judges schedule lag only if the client is its only possible cause, and then instead of dispatch to write', () => {
    const late = requests(300, 100, 6);
    assert.deepEqual(warningsOf({ lagIsOwn: false }, late), []);
    const warnings = warningsOf({ lagIsOwn: true, dispatchGapP99Ms: 25 }, late);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /schedule lag of 6\.0 ms \(p50\)/);
    assert.equal(boundOf({ lagIsOwn: true }, late), 'client');
    const backlog = { max: 1, maxAtMs: 20, waitedMs: 6, unsent: 0, widthMs: 50, waiting: [1] };
    assert.deepEqual(warningsOf({ lagIsOwn: true }, { ...late, backlog }), []);
  });

  it('attributes a delay to the machine if an idle thread was at least half as late', () => {
    const late = { eventLoopDelayP99Ms: 26, dispatchGapP99Ms: 28 };
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 12.9 }), 'client');
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 13 }), 'client');
    assert.match(
      warningsOf({ ...late, idleDelayP99Ms: 13 })[1]!,
      /event loop delay of 26\.0 ms.*idle thread had a delay of 13\.0 ms, so other work/,
    );
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 14 }), 'machine');
    assert.equal(boundOf({ eventLoopDelayMedianMs: 6, idleDelayP99Ms: 14 }), 'client');
    assert.equal(boundOf({ eventLoopDelayMedianMs: 6, idleDelayMedianMs: 3 }), 'machine');
  });

  it('marks the client rather than the machine if it used half a core or more', () => {
    const disturbed = { eventLoopDelayP99Ms: 30, idleDelayP99Ms: 30, machineStallMs: 60 };
    assert.equal(boundOf({ ...disturbed, cpuShare: 0.49, loopUtilisation: 0.49 }), 'machine');
    const working = { ...disturbed, cpuShare: 0.5, loopUtilisation: 0.5 };
    assert.equal(boundOf(working), 'client');
    assert.match(warningsOf(working)[0]!, /^The client used 50% of a core\. Its own work is the likelier cause/);
    assert.equal(warningsOf(working).length, 3);
    assert.equal(boundOf({ ...working, loops: 2, busyLoops: 0.5 }), 'machine');
    assert.equal(boundOf({ ...working, stealShare: 0.2 }), 'machine');
    assert.equal(boundOf({ cpuShare: 0.62, loopUtilisation: 0.7 }), null);
  });

  describe('of recorded runs', () => {
    const cases: readonly [name: string, of: Summary, changes: Partial<ClientReadings>, bound: string | null][] = [
      ['an idle machine, 3 ms late on 31 ms, CPU 3%', requests(300, 31), { ...lateBy(3), cpuShare: 0.03 }, null],
      ['the same with 40 requests', requests(40, 31), { ...lateBy(3), cpuShare: 0.03 }, null],
      ['30 ms late on 31 ms, other work on the machine', requests(300, 31), lateBy(30), 'machine'],
      [
        '30 ms late on 31 ms, the idle thread in time',
        requests(300, 31),
        { ...lateBy(30), idleDelayP99Ms: 1 },
        'client',
      ],
      [
        'responses of 50 MB, the client busy for 62% of a core',
        requests(40, 180),
        { cpuShare: 0.62, loopUtilisation: 0.95, machineStallMs: 70, ...lateBy(40) },
        'client',
      ],
    ];
    for (const [name, of, changes, bound] of cases) {
      it(`${name}: ${bound ?? 'no mark'}`, () => {
        const inFlightIntegralMs = (of.latencyMs.mean ?? 0) * of.responses;
        assert.equal(boundOf({ inFlightIntegralMs, ...changes }, of), bound);
        assert.equal(warningsOf({ inFlightIntegralMs, ...changes }, of).length === 0, bound === null);
      });
    }
  });

  it("doesn't mark a run with delays below their limits, whatever its latency and size", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 1, max: 500, noNaN: true }),
        share,
        (n, ms, part) => {
          const p99Ms = part * Math.max(2, 0.199 * ms);
          const of = requests(n, ms);
          const inFlightIntegralMs = (of.latencyMs.mean ?? 0) * n;
          const delays = {
            ...lateBy(p99Ms),
            eventLoopDelayMedianMs: part * Math.max(2, 0.049 * ms),
            inFlightIntegralMs,
          };
          assert.equal(boundOf(delays, of), null);
        },
      ),
    );
  });

  it('warns of a long pause, of the client or the machine', () => {
    assert.match(warningsOf({ ownStallMs: 60 })[0]!, /client paused for 60 ms/);
    assert.equal(boundOf({ ownStallMs: 60 }), 'client');
    assert.match(warningsOf({ machineStallMs: 60 })[0]!, /machine paused for 60 ms/);
    assert.equal(boundOf({ machineStallMs: 60 }), 'machine');
    assert.deepEqual(warningsOf({ ownStallMs: 49, machineStallMs: 50 }), []);
    const slow = summaryOf([sampleOf(300)]);
    assert.deepEqual(warningsOf({ ownStallMs: 75, machineStallMs: 75, inFlightIntegralMs: 300 }, slow), []);
    assert.equal(warningsOf({ ownStallMs: 76, machineStallMs: 76, inFlightIntegralMs: 300 }, slow).length, 2);
  });

  it('warns of a busy core, and of an event loop that is always busy', () => {
    assert.match(warningsOf({ cpuShare: 0.97, loopUtilisation: 0.95 })[0]!, /97% of a core/);
    assert.equal(warningsOf({ cpuShare: 0.97, loopUtilisation: 0.95 }).length, 1);
    assert.match(warningsOf({ cpuShare: 0.85, loopUtilisation: 0.95 })[0]!, /event loop was busy for 95%/);
    assert.equal(boundOf({ cpuShare: 0.85, loopUtilisation: 0.95 }), 'client');
    assert.deepEqual(warningsOf({ cpuShare: 0.9, loopUtilisation: 0.9 }), []);
  });

  it('scales the limits with the number of event loops', () => {
    const two = { loops: 2, cpuShare: 1.7, loopUtilisation: 0.88, busyLoops: 1.72 };
    assert.equal(clientHealth({ ...calm, ...two }, summary).loops, 2);
    assert.deepEqual(warningsOf(two), []);
    assert.match(warningsOf({ ...two, cpuShare: 1.81 })[0]!, /181% of a core over 2 event loops/);
    assert.match(warningsOf({ ...two, loopUtilisation: 0.95 })[0]!, /event loop was busy for 95%/);
    assert.equal(boundOf({ ...two, cpuShare: 1, loopUtilisation: 0.95, busyLoops: 1.5 }), 'client');
    assert.match(
      warningsOf({ ...two, cpuShare: 0.9, loopUtilisation: 0.95, busyLoops: 1.8 })[0]!,
      /waited for a core for 45%/,
    );
  });

  it('reports a noisy machine if the hypervisor or other work took the cores', () => {
    assert.deepEqual(warningsOf({ stealShare: 0.05 }), []);
    assert.match(warningsOf({ stealShare: 0.06 })[0]!, /hypervisor took 6%/);
    assert.equal(boundOf({ stealShare: 0.06 }), 'machine');
    assert.deepEqual(warningsOf({ stealShare: null, cpuPressureShare: null }), []);
    assert.deepEqual(warningsOf({ cpuShare: 0.2, loopUtilisation: 0.45 }), []);
    assert.match(warningsOf({ cpuShare: 0.2, loopUtilisation: 0.46 })[0]!, /waited for a core for 26%/);
    assert.equal(boundOf({ cpuShare: 0.4, loopUtilisation: 0.98 }), 'machine');
  });

  it("attributes delays on a noisy machine to the machine, but the client's own pauses to the client", () => {
    const disturbed = { stealShare: 0.2 };
    assert.equal(boundOf({ ...disturbed, eventLoopDelayP99Ms: 30 }), 'machine');
    assert.equal(boundOf({ ...disturbed, cpuShare: 0.97 }), 'client');
    assert.equal(boundOf({ ...disturbed, ownStallMs: 60 }), 'client');
    assert.match(warningsOf({ ...disturbed, eventLoopDelayP99Ms: 30 })[0]!, /hypervisor/);
    assert.match(warningsOf({ ...disturbed, cpuShare: 0.97 })[0]!, /of a core/);
  });

  it('judges only pauses, not shares and percentiles, in a run of less than 200 ms', () => {
    const short = summaryOf(Array.from({ length: 300 }, (_, index) => sampleOf(100, { sentMs: index * 0.33 })));
    assert.equal(wasObserved(short), false);
    assert.equal(wasObserved(summary), true);
    const doubtful = {
      cpuShare: 1.2,
      loopUtilisation: 1,
      stealShare: 0.5,
      eventLoopDelayP99Ms: 30,
      dispatchGapP99Ms: 25,
    };
    assert.equal(warningsOf(doubtful).length, 4);
    assert.deepEqual(warningsOf(doubtful, short), []);
    assert.equal(warningsOf({ ownStallMs: 60 }, short).length, 1);
  });

  it('of a crashed process has only the schedule lag', () => {
    const health = lostHealth(summary);
    assert.deepEqual(health, {
      eventLoopDelayP99Ms: null,
      eventLoopDelayMaxMs: null,
      cpuShare: null,
      connectionsOpened: null,
      connectionsReused: null,
      scheduleLagP99Ms: 0,
      littlesLawResidual: null,
      warnings: [],
    });
    assert.equal(isLost(health), true);
    assert.equal(isLost(clientHealth(calm, summary)), false);
  });

  it("doesn't judge a latency that doesn't exist", () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 30, inFlightIntegralMs: 0 }, summaryOf([])), []);
  });
});
