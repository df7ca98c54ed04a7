import assert from 'node:assert/strict';
import { parseUntil, watchedOf } from '../../../src/core/values/until.ts';

describe('parseUntil', () => {
  it('reads metric and precision in all spellings', () => {
    for (const text of ['p95 ±5%', 'p95 +-5%', 'p95 +/-5 %', 'p95±5%'])
      assert.deepEqual(parseUntil(text), { metric: 'p95', share: 0.05, text: 'p95 ±5%' });
    assert.deepEqual(parseUntil('ttft.p99.9 ±12.5%'), {
      metric: 'ttft.p99.9',
      share: 0.125,
      text: 'ttft.p99.9 ±12.5%',
    });
    assert.deepEqual(parseUntil('throughput ±2%'), { metric: 'throughput', share: 0.02, text: 'throughput ±2%' });
  });

  it('reports what is wrong', () => {
    assert.deepEqual(parseUntil('p95 < 5%'), {
      message: '"p95 < 5%" isn\'t a precision.',
      hint: 'Expected a metric and its precision, such as p95 ±5% or throughput ±2%.',
    });
    assert.deepEqual(parseUntil('throughputt ±5%'), {
      message: 'Metric "throughputt" has no precision to wait for.',
      hint: 'Did you mean throughput?',
      instead: 'throughput ±5%',
    });
    assert.deepEqual(parseUntil('p95 ±60%'), {
      message: "A precision of ±60% isn't possible.",
      hint: 'Expected ±0.1% to ±50%.',
    });
  });

  it("doesn't support max and errors", () => {
    assert.equal(watchedOf('max'), undefined);
    assert.equal(watchedOf('errors'), undefined);
    assert.equal(watchedOf('ttft.max'), undefined);
    assert.deepEqual(watchedOf('tpot.p50'), { time: 'tpot', statistic: { quantile: 0.5 } });
  });
});
