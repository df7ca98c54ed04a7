import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  cutAtWord,
  formatAgo,
  formatBytes,
  formatCount,
  formatMs,
  formatMsRange,
  formatPercent,
  formatRate,
  formatS,
  formatUtc,
  withoutZeros,
} from '../../src/core/format.ts';

describe('format', () => {
  it('formats times', () => {
    const times: readonly [number | null, string][] = [
      [0, '0 ms'],
      [0.0004, '0.400 µs'],
      [0.85, '850 µs'],
      [0.9999, '1.00 ms'],
      [12.345, '12.3 ms'],
      [999.4, '999 ms'],
      [999.6, '1.00 s'],
      [1023.4, '1.02 s'],
      [59_999, '1 min 00 s'],
      [125_000, '2 min 05 s'],
      [3_599_900, '1 h 00 min'],
      [7_300_000, '2 h 02 min'],
      [-5, '-5.00 ms'],
      [null, '–'],
      [Number.NaN, '–'],
    ];
    for (const [ms, text] of times) assert.equal(formatMs(ms), text);
    assert.equal(formatMs(1011.94, 4), '1.012 s');
    assert.equal(formatS(12.34), '12.3 s');
    assert.equal(formatS(null), '–');
    assert.equal(withoutZeros(formatS(30)), '30 s');
    assert.equal(withoutZeros('1.50 s'), '1.5 s');
    assert.equal(withoutZeros('100 s'), '100 s');
    assert.equal(withoutZeros(formatS(60)), '1 min');
    assert.equal(withoutZeros(formatS(7200)), '2 h');
    assert.equal(withoutZeros(formatS(605)), '10 min 05 s');
  });

  it('shows the unit of a range once', () => {
    assert.deepEqual(formatMsRange(103, 120), ['103', '120 ms']);
    assert.deepEqual(formatMsRange(980, 1020), ['980 ms', '1.02 s']);
    assert.deepEqual(formatMsRange(0.5, 0.6), ['500', '600 µs']);
    assert.deepEqual(formatMsRange(65_000, 66_000), ['1 min 05 s', '1 min 06 s']);
  });

  it("doesn't round a ratio to 0% or 100%", () => {
    const ratios: readonly [number | null, string][] = [
      [0, '0%'],
      [1, '100%'],
      [0.5, '50%'],
      [0.986, '98.6%'],
      [0.9996, '99.96%'],
      [0.99996, '> 99.99%'],
      [0.00004, '< 0.01%'],
      [0.000999, '0.10%'],
      [1.5, '150%'],
      [-0.05, '-5%'],
      [null, '–'],
    ];
    for (const [ratio, text] of ratios) assert.equal(formatPercent(ratio), text);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
        assert.equal(formatPercent(ratio) === '100%', ratio === 1);
        assert.equal(formatPercent(ratio) === '0%', ratio === 0);
      }),
    );
  });

  it('formats times of day', () => {
    assert.equal(formatUtc('2026-11-22T20:15:37.123Z'), '2026-11-22 20:15:37 UTC');
    assert.equal(formatUtc('2026-11-22T20:15:37Z'), '2026-11-22 20:15:37 UTC');
  });

  it('formats rates, counts, sizes, and ages', () => {
    assert.equal(formatRate(9.7794), '9.78 req/s');
    assert.equal(formatRate(12_345.6), '12,346 req/s');
    assert.equal(formatRate(29.3, 'tokens'), '29.3 tokens/s');
    assert.equal(formatRate(null), '–');
    assert.deepEqual([0, 999, 1000, 1_234_567, null].map(formatCount), ['0', '999', '1,000', '1,234,567', '–']);
    assert.deepEqual([0, 999, 1540, 1e9, null].map(formatBytes), ['0 B', '999 B', '1.54 kB', '1.00 GB', '–']);
    assert.deepEqual([0, 59_999, 120_000, 10_800_000, 432_000_000].map(formatAgo), [
      'just now',
      'just now',
      '2 min ago',
      '3 h ago',
      '5 d ago',
    ]);
  });

  it('cuts texts after a word', () => {
    assert.equal(cutAtWord('The stream ended', 16), 'The stream ended');
    assert.equal(cutAtWord('The stream ended early', 16), 'The stream…');
    assert.equal(cutAtWord('http://127.0.0.1/path and', 16), 'http://127.0.0.…');
  });
});
