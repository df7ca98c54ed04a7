import assert from 'node:assert/strict';
import {
  clientHealth,
  isLost,
  lostHealth,
  wasObserved,
  type ClientReadings,
} from '../../../src/core/metrics/client-health.ts';
import { sampleOf, summaryOf } from './samples.ts';

const calm: ClientReadings = {
  eventLoopDelayP99Ms: 0.5,
  eventLoopDelayMaxMs: 8,
  idleDelayP99Ms: 0.25,
  cpuShare: 0.2,
  loopUtilisation: 0.18,
  ownStallMs: 0,
  machineStallMs: 12,
  stealShare: 0.001,
  cpuPressureShare: 0.3,
  dispatchGapP99Ms: 0.1,
  dispatchGapMaxMs: 1.5,
  lagIsOwn: false,
  transport: 'raw',
  connectionsOpened: 2,
  connectionsReused: 98,
  inFlightIntegralMs: 10_000,
};
const summary = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 5 })));

const fast = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(10, { sentMs: index * 5 })));

function boundOf(changes: Partial<ClientReadings>, of = summary): string | null | undefined {
  return clientHealth({ ...calm, ...changes }, of).bound;
}

function warningsOf(changes: Partial<ClientReadings>, of = summary): readonly string[] {
  return clientHealth({ ...calm, ...changes }, of).warnings;
}

describe('client health', () => {
  it('has nothing to warn of when the client is calm', () => {
    const health = clientHealth(calm, summary);
    assert.deepEqual(health, {
      eventLoopDelayP99Ms: 0.5,
      eventLoopDelayMaxMs: 8,
      cpuShare: 0.2,
      connectionsOpened: 2,
      connectionsReused: 98,
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

  it("holds requests in flight against throughput and latency by Little's law", () => {
    assert.equal(clientHealth({ ...calm, inFlightIntegralMs: 12_500 }, summary).littlesLawResidual, 0.2);
    assert.match(warningsOf({ inFlightIntegralMs: 12_500 })[0]!, /disagree by 20%.*bottleneck/);
    assert.deepEqual(warningsOf({ inFlightIntegralMs: 10_400 }), []);
    assert.equal(clientHealth({ ...calm, inFlightIntegralMs: 0 }, summary).littlesLawResidual, null);
  });

  it('counts the time of failed requests when it is told, and is silent otherwise', () => {
    const failing = summaryOf([sampleOf(100), sampleOf(300, { status: 0, error: 'timeout' })]);
    const residual = (changes: Partial<ClientReadings>, of = failing): number | null =>
      clientHealth({ ...calm, inFlightIntegralMs: 400, ...changes }, of).littlesLawResidual;
    assert.equal(residual({ requestTimeMs: 400 }), 0);
    assert.equal(residual({}), null);
    assert.equal(residual({ requestTimeMs: 400 }, { ...failing, requestsCancelled: 1 }), null);
  });

  it('warns of an event loop that is late by more than 5% of the median and 2 ms', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 5 }), []);
    assert.match(warningsOf({ eventLoopDelayP99Ms: 5.1 })[0]!, /event loop was late by 5\.1 ms.*own delay\.$/);
    assert.equal(boundOf({ eventLoopDelayP99Ms: 5.1 }), 'client');
    const reading = { inFlightIntegralMs: 1000 };
    assert.deepEqual(warningsOf({ ...reading, eventLoopDelayP99Ms: 2 }, fast), []);
    assert.equal(warningsOf({ ...reading, eventLoopDelayP99Ms: 2.1 }, fast).length, 1);
  });

  it('warns of requests that wait in the client, by the same measure', () => {
    assert.deepEqual(warningsOf({ dispatchGapP99Ms: 5 }), []);
    assert.match(warningsOf({ dispatchGapP99Ms: 5.1 })[0]!, /waited for 5\.1 ms \(p99\) in the client/);
    assert.equal(boundOf({ dispatchGapP99Ms: 5.1 }), 'client');
    assert.deepEqual(warningsOf({ dispatchGapP99Ms: null, dispatchGapMaxMs: null }), []);
  });

  it('judges a schedule lag only when nothing but the client can be its cause, and then instead of the wait', () => {
    const late = summaryOf(
      Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 5, scheduledMs: index * 5 - 6 })),
    );
    assert.deepEqual(warningsOf({ lagIsOwn: false }, late), []);
    const warnings = warningsOf({ lagIsOwn: true, dispatchGapP99Ms: 5.5 }, late);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /left 6\.0 ms late/);
    assert.equal(boundOf({ lagIsOwn: true }, late), 'client');
    const backlog = { max: 1, maxAtMs: 20, waitedMs: 6, unsent: 0, widthMs: 50, waiting: [1] };
    assert.deepEqual(warningsOf({ lagIsOwn: true }, { ...late, backlog }), []);
  });

  it('lays a delay on the machine when a thread with nothing to do was late half as much', () => {
    const late = { eventLoopDelayP99Ms: 6, dispatchGapP99Ms: 8 };
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 2.9 }), 'client');
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 3 }), 'client');
    assert.match(
      warningsOf({ ...late, idleDelayP99Ms: 3 })[1]!,
      /event loop was late by 6\.0 ms.*nothing to do was late by 3\.0 ms: other work/,
    );
    assert.equal(boundOf({ ...late, idleDelayP99Ms: 4 }), 'machine');
  });

  it('warns of one long standstill, its own or the machine’s', () => {
    assert.match(warningsOf({ ownStallMs: 60 })[0]!, /client stood still for 60 ms/);
    assert.equal(boundOf({ ownStallMs: 60 }), 'client');
    assert.match(warningsOf({ machineStallMs: 60 })[0]!, /machine stood still for 60 ms/);
    assert.equal(boundOf({ machineStallMs: 60 }), 'machine');
    assert.deepEqual(warningsOf({ ownStallMs: 49, machineStallMs: 50 }), []);
    const slow = summaryOf([sampleOf(300)]);
    assert.deepEqual(warningsOf({ ownStallMs: 75, machineStallMs: 75, inFlightIntegralMs: 300 }, slow), []);
    assert.equal(warningsOf({ ownStallMs: 76, machineStallMs: 76, inFlightIntegralMs: 300 }, slow).length, 2);
  });

  it('warns of a busy core, and of an event loop that is always at work', () => {
    assert.match(warningsOf({ cpuShare: 0.97, loopUtilisation: 0.95 })[0]!, /97% of a core/);
    assert.equal(warningsOf({ cpuShare: 0.97, loopUtilisation: 0.95 }).length, 1);
    assert.match(warningsOf({ cpuShare: 0.85, loopUtilisation: 0.95 })[0]!, /event loop was at work for 95%/);
    assert.equal(boundOf({ cpuShare: 0.85, loopUtilisation: 0.95 }), 'client');
    assert.deepEqual(warningsOf({ cpuShare: 0.9, loopUtilisation: 0.9 }), []);
  });

  it('judges several loops by what each has', () => {
    const two = { loops: 2, cpuShare: 1.7, loopUtilisation: 0.88, busyLoops: 1.72 };
    assert.equal(clientHealth({ ...calm, ...two }, summary).loops, 2);
    assert.deepEqual(warningsOf(two), []);
    assert.match(warningsOf({ ...two, cpuShare: 1.81 })[0]!, /181% of a core over 2 event loops/);
    assert.match(warningsOf({ ...two, loopUtilisation: 0.95 })[0]!, /event loop was at work for 95%/);
    assert.equal(boundOf({ ...two, cpuShare: 1, loopUtilisation: 0.95, busyLoops: 1.5 }), 'client');
    assert.match(
      warningsOf({ ...two, cpuShare: 1, loopUtilisation: 0.95, busyLoops: 1.8 })[0]!,
      /no core to do it on for 40%/,
    );
  });

  it('says that the machine was disturbed when the hypervisor or other work took the cores', () => {
    assert.deepEqual(warningsOf({ stealShare: 0.05 }), []);
    assert.match(warningsOf({ stealShare: 0.06 })[0]!, /hypervisor kept 6%/);
    assert.equal(boundOf({ stealShare: 0.06 }), 'machine');
    assert.deepEqual(warningsOf({ stealShare: null, cpuPressureShare: null }), []);
    assert.deepEqual(warningsOf({ cpuShare: 0.2, loopUtilisation: 0.45 }), []);
    assert.match(warningsOf({ cpuShare: 0.2, loopUtilisation: 0.46 })[0]!, /no core to do it on for 26%/);
    assert.equal(boundOf({ cpuShare: 0.5, loopUtilisation: 0.98 }), 'machine');
  });

  it('blames the machine for what is late on a disturbed one, and the client for what it does to itself', () => {
    const disturbed = { stealShare: 0.2 };
    assert.equal(boundOf({ ...disturbed, eventLoopDelayP99Ms: 30 }), 'machine');
    assert.equal(boundOf({ ...disturbed, cpuShare: 0.97 }), 'client');
    assert.equal(boundOf({ ...disturbed, ownStallMs: 60 }), 'client');
    assert.match(warningsOf({ ...disturbed, eventLoopDelayP99Ms: 30 })[0]!, /hypervisor/);
    assert.match(warningsOf({ ...disturbed, cpuShare: 0.97 })[0]!, /of a core/);
  });

  it('says nothing of shares and percentiles in a run of less than 200 ms, but of a standstill', () => {
    const short = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 0.99 })));
    assert.equal(wasObserved(short), false);
    assert.equal(wasObserved(summary), true);
    const doubtful = {
      cpuShare: 1.2,
      loopUtilisation: 1,
      stealShare: 0.5,
      eventLoopDelayP99Ms: 30,
      dispatchGapP99Ms: 9,
    };
    assert.equal(warningsOf(doubtful).length, 4);
    assert.deepEqual(warningsOf(doubtful, short), []);
    assert.equal(warningsOf({ ownStallMs: 60 }, short).length, 1);
  });

  it('of a process that is gone has the lag alone', () => {
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

  it('judges no latency where there is none', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 30, inFlightIntegralMs: 0 }, summaryOf([])), []);
  });
});
