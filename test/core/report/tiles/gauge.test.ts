import assert from 'node:assert/strict';
import { evaluateObjectives } from '../../../../src/core/plan/objectives.ts';
import { compactRecord } from '../../../../src/core/record/compact-run.ts';
import { gaugeOf, type Gauge } from '../../../../src/core/report/tiles/gauge.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

/** 100 requests that take 1 ms to 100 ms. */
const record = recordOf(closedLoop(100, 1, (index) => ({ latencyMs: index + 1 })));

function gauges(text: string, of = record): Gauge[] {
  const verdicts = evaluateObjectives(parseObjectives(text).objectives, record);
  return verdicts.map((verdict) => gaugeOf(verdict, of));
}

const near = (actual: number | null | undefined, wanted: number): void =>
  assert.ok(Math.abs((actual ?? NaN) - wanted) < 1e-9, String(actual));

describe('bar of an objective', () => {
  it('has the value, its interval, and the limit as shares of the largest with some room', () => {
    const [gauge] = gauges('p50 < 40ms');
    const [low, high] = record.latencyMs.interval95.median!;
    const end = 1.12 * high;
    near(gauge?.value, 50.5 / end);
    near(gauge?.limit, 40 / end);
    near(gauge?.interval?.[0], low / end);
    near(gauge?.interval?.[1], high / end);
    assert.equal(gauge?.outcome, 'fail');
    assert.equal(gauge?.words, 'Not met: p50 < 40ms');
    assert.equal(gauge?.measured, '50.5 ms');
  });

  it('finds the interval also in the copy of the history', () => {
    const [gauge] = gauges('p50 < 40ms', compactRecord(record));
    near(gauge?.interval?.[1], 1 / 1.12);
  });

  it('has no interval where there is none', () => {
    const [mean, p99, errors] = gauges('mean < 200ms, p99 < 200ms, errors < 1%');
    assert.equal(mean?.interval, null);
    assert.equal(p99?.interval, null);
    assert.equal(p99?.words, 'Not enough data: p99 < 200ms');
    assert.equal(errors?.value, 0);
    near(errors?.limit, 1 / 1.12);
  });

  it('has no value where nothing was measured', () => {
    const [gauge] = gauges('ttft.p95 < 100ms');
    assert.equal(gauge?.value, null);
    assert.equal(gauge?.measured, '–');
  });
});
