import assert from 'node:assert/strict';
import { percentileCurvePoints, tailPosition } from '../../../../src/core/report/charts/percentile-curve.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

describe('the percentile curve', () => {
  const { latencyBins, latencyMs } = recordOf(closedLoop(2000, 5, (i) => ({ latencyMs: 10 + (i % 1000) / 10 })));
  const points = percentileCurvePoints(latencyBins, latencyMs);

  const at = (share: number): number | undefined => points.find((point) => point.share === share)?.ms;

  it('has the exact percentiles, and never decreases between them', () => {
    assert.deepEqual(
      [at(0.5), at(0.9), at(0.95), at(0.99), at(0.999)],
      [latencyMs.median, latencyMs.p90, latencyMs.p95, latencyMs.p99, latencyMs.p999],
    );
    for (const [i, { ms }] of points.entries()) assert.ok(ms >= (points[i - 1]?.ms ?? 0), String(ms));
    // Evenly spread from 10 to 110 ms: 75% lie below 85 ms, give or take a bin.
    assert.ok(Math.abs((at(0.75) ?? 0) - 85) < 3, String(at(0.75)));
  });

  it('ends where no values lie beyond', () => {
    assert.equal(points.at(-1)?.share, 0.9995);
    const few = recordOf(closedLoop(10, 5, () => ({ latencyMs: 10 })));
    assert.equal(percentileCurvePoints(few.latencyBins, few.latencyMs).at(-1)?.share, 0.9);
  });

  it('gives each further nine the same width', () => {
    assert.deepEqual(
      [0, 0.9, 0.99, 0.9999].map((share) => Number(tailPosition(share).toFixed(9))),
      [0, 1, 2, 4],
    );
  });
});
