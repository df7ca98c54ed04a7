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
  cpuShare: 0.2,
  connectionsOpened: 2,
  connectionsReused: 98,
  inFlightIntegralMs: 10_000,
};
const summary = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 5 })));

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

  it('warns of an event loop or a schedule that is late by more than 5% of the median and 2 ms', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 5 }), []);
    assert.match(warningsOf({ eventLoopDelayP99Ms: 5.1 })[0]!, /event loop was late by 5\.1 ms/);
    const fast = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(10, { sentMs: index * 5 })));
    const reading = { inFlightIntegralMs: 1000 };
    assert.deepEqual(warningsOf({ ...reading, eventLoopDelayP99Ms: 2 }, fast), []);
    assert.equal(warningsOf({ ...reading, eventLoopDelayP99Ms: 2.1 }, fast).length, 1);
    const late = summaryOf(
      Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index, scheduledMs: index - 6 })),
    );
    assert.match(warningsOf({}, late)[0]!, /left 6\.0 ms late/);
  });

  it('warns of one long standstill and of a busy core', () => {
    assert.match(warningsOf({ eventLoopDelayMaxMs: 60 })[0]!, /stood still for 60 ms/);
    assert.deepEqual(warningsOf({ eventLoopDelayMaxMs: 49 }), []);
    assert.match(warningsOf({ cpuShare: 0.97 })[0]!, /97% of a core/);
  });

  it('says nothing of CPU and event loop in a run of less than 200 ms, but of a standstill', () => {
    const short = summaryOf(Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 0.99 })));
    assert.equal(wasObserved(short), false);
    assert.equal(wasObserved(summary), true);
    assert.deepEqual(warningsOf({ cpuShare: 1.2, eventLoopDelayP99Ms: 30 }, short), []);
    assert.equal(warningsOf({ eventLoopDelayMaxMs: 60 }, short).length, 1);
  });

  it('of a process that is gone has the lag alone, and says why', () => {
    const health = lostHealth(summary, 'The process is gone.');
    assert.deepEqual(health, {
      eventLoopDelayP99Ms: null,
      eventLoopDelayMaxMs: null,
      cpuShare: null,
      connectionsOpened: null,
      connectionsReused: null,
      scheduleLagP99Ms: 0,
      littlesLawResidual: null,
      warnings: ['The process is gone.'],
    });
    assert.equal(isLost(health), true);
    assert.equal(isLost(clientHealth(calm, summary)), false);
  });

  it('judges no latency where there is none', () => {
    assert.deepEqual(warningsOf({ eventLoopDelayP99Ms: 30, inFlightIntegralMs: 0 }, summaryOf([])), []);
  });
});
