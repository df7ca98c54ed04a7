import { normalCdf, normalQuantile } from '../metrics/statistics/normal.ts';

/** The first look at an interleaved comparison, and the number of pairs from one look to the next. */
const firstLook = 8;
const step = 4;

/** A place where a comparison may stop. */
export interface Look {
  /** Pairs measured by then. */
  readonly pairs: number;
  /** The two-sided level of an interval at this look, such that all looks together keep the comparison's level. */
  readonly level: number;
}

/**
 * Returns the looks at a comparison of at most `pairs` pairs: 8, 12, 16 … and the last one. The levels follow the spending
 * function of O'Brien and Fleming's kind by Lan and DeMets (Biometrika 70, 1983): little is spent early.
 * @param level the two-sided level of the whole comparison, such as 0.05
 */
export function looksOf(pairs: number, level: number): readonly Look[] {
  const key = `${pairs} ${level}`;
  let looks = known.get(key);
  if (looks === undefined) known.set(key, (looks = makeLooks(pairs, level)));
  return looks;
}

/** Cache: a comparison needs the same looks each time. */
const known = new Map<string, readonly Look[]>();

function makeLooks(pairs: number, level: number): Look[] {
  const counts: number[] = [];
  for (let count = firstLook; count < pairs; count += step) counts.push(count);
  counts.push(pairs);
  return boundariesOf(
    counts.map((count) => count / pairs),
    level,
  ).map((bound, i) => ({ pairs: counts[i] ?? pairs, level: 2 * (1 - normalCdf(bound)) }));
}

/** Returns the part of `level`, half of it on either side, that may be spent at the share `time` of the information, 0 to 1. */
const spent = (time: number, level: number): number =>
  4 * (1 - normalCdf(normalQuantile(1 - level / 4) / Math.sqrt(time)));

/** Number of grid points of the process's density. */
const gridPoints = 401;

/**
 * Returns the bound of |Z| at each time, such that the process leaves the bounds by then with the probability spent so far.
 * Simpson's rule carries the density of the process inside the bounds from look to look (Armitage, McPherson, and Rowe, 1969).
 */
export function boundariesOf(times: readonly number[], level: number): number[] {
  let inside: { readonly at: Float64Array; readonly weight: Float64Array } = {
    at: Float64Array.of(0),
    weight: Float64Array.of(1),
  };
  let before = 0;
  return times.map((time) => {
    const deviation = Math.sqrt(time - before);
    const allowed = spent(time, level) - (before === 0 ? 0 : spent(before, level));
    const leaving = (bound: number): number => {
      let sum = 0;
      for (let i = 0; i < inside.at.length; i += 1) {
        const from = inside.at[i] ?? 0;
        const stays = normalCdf((bound - from) / deviation) - normalCdf((-bound - from) / deviation);
        sum += (inside.weight[i] ?? 0) * (1 - stays);
      }
      return sum;
    };
    let low = 0;
    let high = 12 * Math.sqrt(time);
    // To 1e-11, far below the error of the grid.
    for (let i = 0; i < 40; i += 1) {
      const middle = (low + high) / 2;
      if (leaving(middle) > allowed) low = middle;
      else high = middle;
    }
    inside = carriedOn(inside, high, deviation);
    before = time;
    return high / Math.sqrt(time);
  });
}

/** Returns the density inside the bounds at the next look, as points with their Simpson weights. */
function carriedOn(
  from: { readonly at: Float64Array; readonly weight: Float64Array },
  bound: number,
  deviation: number,
): { readonly at: Float64Array; readonly weight: Float64Array } {
  const at = new Float64Array(gridPoints);
  const weight = new Float64Array(gridPoints);
  const width = (2 * bound) / (gridPoints - 1);
  for (let k = 0; k < gridPoints; k += 1) {
    const here = -bound + k * width;
    let density = 0;
    for (let i = 0; i < from.at.length; i += 1) {
      const z = (here - (from.at[i] ?? 0)) / deviation;
      density += (from.weight[i] ?? 0) * Math.exp((-z * z) / 2);
    }
    const simpson = k === 0 || k === gridPoints - 1 ? 1 : k % 2 === 1 ? 4 : 2;
    at[k] = here;
    weight[k] = (density / (deviation * Math.sqrt(2 * Math.PI))) * ((simpson * width) / 3);
  }
  return { at, weight };
}
