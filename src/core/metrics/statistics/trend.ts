import { blockMeans, meanOf } from './blocks.ts';

/** Growth of a quantity per observation. */
export interface Trend {
  readonly slope: number;
  /** 95% interval of the slope; null with too few observations. */
  readonly interval95: readonly [low: number, high: number] | null;
}

const blocks = 5;
/** Minimum number of observations per block, so that one alone doesn't determine it. */
const fewestInBlock = 2;
/** 97.5% point of Student's t with one degree of freedom less than there are steps between blocks. */
const studentT975 = 3.182446;

/**
 * Returns how many observations at the start belong to the transient, at most half of them: the number that minimizes
 * the standard error of the mean of the rest (White's rule, MSER).
 */
export function settlingOf(values: readonly number[]): number {
  let best = { settling: 0, score: Infinity };
  for (let settling = 0; 2 * settling <= values.length; settling++) {
    const rest = values.slice(settling);
    const mean = meanOf(rest);
    const score = rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
    if (score < best.score) best = { settling, score };
  }
  return best.settling;
}

/**
 * Returns the growth of values at equal distances, from the means of five blocks. Their four steps, each divided by its
 * length, are the sample for a Student's t interval. Neighboring values may be correlated up to a random walk, whose
 * steps are independent. With less correlation, neighboring steps are opposed and the interval is too wide rather than
 * too narrow. Growth that fades spreads the steps, so it doesn't pass for lasting growth. Values at the start that fill
 * no block are ignored. Returns null below five values.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const found = blockMeans(values, blocks);
  if (found === null) return null;
  const { length, means } = found;
  const steps = means.slice(1).map((mean, i) => (mean - (means[i] ?? mean)) / length);
  const slope = meanOf(steps);
  if (length < fewestInBlock) return { slope, interval95: null };
  const squares = steps.reduce((sum, step) => sum + (step - slope) ** 2, 0);
  const half = studentT975 * Math.sqrt(squares / (steps.length - 1) / steps.length);
  return { slope, interval95: [slope - half, slope + half] };
}
