import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { fitUsl, leastSquares, uslThroughput } from '../../../../src/core/metrics/statistics/usl.ts';

const levels = [1, 2, 4, 8, 16, 32];
const curve = (lambda: number, alpha: number, beta: number, at = levels) =>
  at.map((concurrency) => ({ concurrency, throughputPerS: uslThroughput({ lambda, alpha, beta }, concurrency) }));
const close = (actual: number, expected: number, tolerance: number): boolean =>
  Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));

describe('the Universal Scalability Law fit', () => {
  it('recovers the λ, α, and β of the points', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e5, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (lambda, alpha, beta) => {
          const { parameters } = leastSquares(curve(lambda, alpha, beta));
          assert.ok(close(parameters[0] / lambda, 1, 1e-6), `λ ${parameters[0]}`);
          assert.ok(close(parameters[1], alpha, 1e-5), `α ${parameters[1]}`);
          assert.ok(close(parameters[2], beta, 1e-6), `β ${parameters[2]}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never worse than the original parameters, and never has a negative α or β', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        fc.array(fc.double({ min: 0.8, max: 1.25, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (alpha, beta, noise) => {
          const points = curve(100, alpha, beta).map(({ concurrency, throughputPerS }, i) => ({
            concurrency,
            throughputPerS: throughputPerS * noise[i]!,
          }));
          const error = (of: { lambda: number; alpha: number; beta: number }): number =>
            points.reduce((sum, p) => sum + (p.throughputPerS - uslThroughput(of, p.concurrency)) ** 2, 0);
          const [lambda, a, b] = leastSquares(points).parameters;
          assert.ok(lambda > 0 && a >= 0 && b >= 0);
          assert.ok(error({ lambda, alpha: a, beta: b }) <= error({ lambda: 100, alpha, beta }) * (1 + 1e-9));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has its peak at √((1−α)/β)', () => {
    const { fit, note } = fitUsl(curve(50, 0.05, 0.004));
    assert.equal(note, '');
    assert.ok(fit);
    assert.equal(fit.peakConcurrency.toFixed(3), Math.sqrt(0.95 / 0.004).toFixed(3));
    assert.equal(fit.peakThroughputPerS.toFixed(3), uslThroughput(fit, fit.peakConcurrency).toFixed(3));
    assert.ok(fit.r2 > 0.999_999);
  });

  it('explains why there is no fit', () => {
    assert.match(fitUsl(curve(50, 0.05, 0.004, [1, 2, 4, 8])).note, /at least 5 levels.*There are 4/);
    assert.match(fitUsl(curve(50, 0.05, 0)).note, /do not reach far enough/);
    const jumping = levels.map((concurrency, i) => ({ concurrency, throughputPerS: i % 2 === 0 ? 10 : 90 }));
    assert.match(fitUsl(jumping).note, /doesn't fit these levels/);
    assert.equal(fitUsl(levels.map((concurrency) => ({ concurrency, throughputPerS: 0 }))).fit, null);
    assert.equal(fitUsl(levels.map((concurrency) => ({ concurrency, throughputPerS: 7 }))).fit, null);
  });
});
