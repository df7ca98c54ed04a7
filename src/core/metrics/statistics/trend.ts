/** How a quantity grows from one observation to the next. */
export interface Trend {
  readonly slope: number;
  /** 95 % interval of the slope; null with too few observations. */
  readonly interval95: readonly [low: number, high: number] | null;
}

const blocks = 5;
/** Observations that a block needs so that one of them alone does not make it. */
const fewestInBlock = 2;
/** The 97.5 % point of Student's t with one degree of freedom less than there are steps between blocks. */
const studentT975 = 3.182446;

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * How many observations at the start are still on their way to where the others are, at most half of them: as many as make
 * the standard error of the mean of the rest the smallest (White's rule, MSER).
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
 * The growth of values at equal distances, from the means of five blocks: their four steps, each divided by its length, are
 * the sample, and Student's t makes the interval. Neighbouring values may hang together how they like, up to a random walk,
 * whose steps are independent of each other; where they do not, neighbouring steps are opposed and the interval is too wide
 * rather than too narrow. Growth that dies away spreads the steps and so does not pass for one that lasts. Values at the start
 * that fill no block are left out. Null below five values.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const length = Math.floor(values.length / blocks);
  if (length === 0) return null;
  const first = values.length - blocks * length;
  const means = Array.from({ length: blocks }, (_, i) =>
    meanOf(values.slice(first + i * length, first + (i + 1) * length)),
  );
  const steps = means.slice(1).map((mean, i) => (mean - (means[i] ?? mean)) / length);
  const slope = meanOf(steps);
  if (length < fewestInBlock) return { slope, interval95: null };
  const squares = steps.reduce((sum, step) => sum + (step - slope) ** 2, 0);
  const half = studentT975 * Math.sqrt(squares / (steps.length - 1) / steps.length);
  return { slope, interval95: [slope - half, slope + half] };
}
