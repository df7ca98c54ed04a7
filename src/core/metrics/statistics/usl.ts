import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { uslFitSchema } from '../schemas/figures-schema.ts';

/** Gunther's Universal Scalability Law, X(N) = λN / (1 + α(N−1) + βN(N−1)), fitted to measured levels. */
export type UslFit = Frozen<v.InferOutput<typeof uslFitSchema>>;

/** A measured point of the curve. */
export interface UslPoint {
  readonly concurrency: number;
  readonly throughputPerS: number;
}

/** Minimum number of different levels for a fit. */
const fewestLevels = 5;
const neededR2 = 0.9;
const farthestPeak = 2;
const mostSteps = 200;

type Parameters = readonly [lambda: number, alpha: number, beta: number];

const none = (note: string): { fit: null; note: string } => ({ fit: null, note });

/** Returns the throughput at a concurrency by the fit. */
export function uslThroughput({ lambda, alpha, beta }: Pick<UslFit, 'lambda' | 'alpha' | 'beta'>, n: number): number {
  return (lambda * n) / (1 + alpha * (n - 1) + beta * n * (n - 1));
}

/** Returns the fit, or a note why there is none to show. */
export function fitUsl(points: readonly UslPoint[]): { fit: UslFit | null; note: string } {
  const different = new Set(points.map(({ concurrency }) => concurrency)).size;
  if (different < fewestLevels) {
    return none(`A USL fit needs at least ${fewestLevels} levels without many failures. There are ${different}.`);
  }
  const { parameters, r2 } = leastSquares(points);
  const [lambda, alpha, beta] = parameters;
  if (!(r2 > neededR2)) return none("The USL doesn't fit these levels (R² isn't above 0.9).");
  const tested = Math.max(...points.map(({ concurrency }) => concurrency));
  const peakConcurrency = alpha >= 1 ? 1 : Math.sqrt((1 - alpha) / beta);
  if (!(peakConcurrency <= farthestPeak * tested)) {
    return none(
      `The levels do not reach far enough to tell where throughput peaks (beyond ${farthestPeak} × ${tested}).`,
    );
  }
  const peakThroughputPerS = uslThroughput({ lambda, alpha, beta }, peakConcurrency);
  return { fit: { lambda, alpha, beta, r2, peakConcurrency, peakThroughputPerS }, note: '' };
}

/**
 * Fits by least squares with λ > 0 and α, β ≥ 0. The optimum is either inside the bounds or on one of them (α = 0, β =
 * 0, or both). Each of these four cases is solved separately, and the best one within the bounds is returned.
 */
export function leastSquares(points: readonly UslPoint[]): { parameters: Parameters; r2: number } {
  const mean = points.reduce((sum, { throughputPerS }) => sum + throughputPerS, 0) / points.length;
  const spread = points.reduce((sum, { throughputPerS }) => sum + (throughputPerS - mean) ** 2, 0);
  const cases = [[], [1], [2], [1, 2]].map((fixed) => descend(points, fixed));
  const best = cases
    .filter(({ parameters: [lambda, alpha, beta] }) => lambda > 0 && alpha >= 0 && beta >= 0)
    .reduce((a, b) => (b.error < a.error ? b : a), { parameters: [mean, 0, 0], error: Infinity });
  return { parameters: best.parameters, r2: spread > 0 ? 1 - best.error / spread : 0 };
}

interface Descent {
  readonly parameters: Parameters;
  /** Sum of squared differences. */
  readonly error: number;
}

/** Minimizes by Levenberg-Marquardt with the parameters at the indexes `fixed` held at 0. */
function descend(points: readonly UslPoint[], fixed: readonly number[]): Descent {
  const free = [0, 1, 2].filter((place) => !fixed.includes(place));
  let parameters = linearised(points, free);
  let error = errorOf(points, parameters);
  let damping = 1e-3;
  for (let step = 0; step < mostSteps && damping < 1e12; step++) {
    const { matrix, vector } = normalEquations(points, parameters, free);
    const damped = matrix.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));
    const change = solve(damped, vector);
    const next = moved(parameters, free, change);
    const nextError = errorOf(points, next);
    if (nextError < error) {
      const gained = error - nextError;
      parameters = next;
      error = nextError;
      damping /= 10;
      if (gained <= 1e-15 * error) break;
    } else {
      damping *= 10;
    }
  }
  return { parameters, error };
}

/** Returns a starting point, exact without noise: N/X = 1/λ + α/λ·(N−1) + β/λ·N(N−1) is linear. */
function linearised(points: readonly UslPoint[], free: readonly number[]): Parameters {
  const usable = points.filter(({ throughputPerS }) => throughputPerS > 0);
  const columns = usable.map(({ concurrency: n }) => [1, n - 1, n * (n - 1)]);
  const matrix = free.map((i) => free.map((j) => columns.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)));
  const vector = free.map((i) =>
    usable.reduce((sum, point, k) => sum + ((columns[k]?.[i] ?? 0) * point.concurrency) / point.throughputPerS, 0),
  );
  const [inverse, a, b] = moved([0, 0, 0], free, solve(matrix, vector));
  const first = Math.max(...points.map(({ concurrency, throughputPerS }) => throughputPerS / concurrency));
  return inverse > 0 ? [1 / inverse, a / inverse, b / inverse] : [first, 0, 0];
}

function normalEquations(points: readonly UslPoint[], [lambda, alpha, beta]: Parameters, free: readonly number[]) {
  const rows = points.map(({ concurrency: n, throughputPerS }) => {
    const below = 1 + alpha * (n - 1) + beta * n * (n - 1);
    const value = (lambda * n) / below;
    const slopes = [n / below, (-value * (n - 1)) / below, (-value * n * (n - 1)) / below];
    return { slopes: free.map((place) => slopes[place] ?? 0), rest: throughputPerS - value };
  });
  const matrix = free.map((_, i) =>
    free.map((__, j) => rows.reduce((sum, { slopes }) => sum + (slopes[i] ?? 0) * (slopes[j] ?? 0), 0)),
  );
  const vector = free.map((_, i) => rows.reduce((sum, { slopes, rest }) => sum + (slopes[i] ?? 0) * rest, 0));
  return { matrix, vector };
}

/** Returns the sum of squared differences. A curve with a pole between the levels isn't a throughput curve. */
function errorOf(points: readonly UslPoint[], [lambda, alpha, beta]: Parameters): number {
  let sum = 0;
  for (const { concurrency: n, throughputPerS } of points) {
    const below = 1 + alpha * (n - 1) + beta * n * (n - 1);
    if (below <= 0) return Infinity;
    sum += (throughputPerS - (lambda * n) / below) ** 2;
  }
  return sum;
}

function moved(parameters: Parameters, free: readonly number[], change: readonly number[]): Parameters {
  const at = (place: 0 | 1 | 2): number => {
    const index = free.indexOf(place);
    return parameters[place] + (index < 0 ? 0 : (change[index] ?? 0));
  };
  return [at(0), at(1), at(2)];
}

/** Solves by Gaussian elimination with pivots, up to three rows. Returns zeros without a unique solution. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const left = rows.slice(column).toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    rows.splice(column, left.length, ...left);
    const pivotRow = rows[column] ?? [];
    const pivot = pivotRow[column] ?? 0;
    if (!Number.isFinite(pivot) || Math.abs(pivot) < 1e-300) return vector.map(() => 0);
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = (row[column] ?? 0) / pivot;
      for (let j = column; j <= size; j++) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
