const niceSteps = [1, 2, 2.5, 5, 10];
const mostSteps = 6;

/** Round numbers from 0 on, and the end of an axis that has room for the largest value. */
export function niceTicks(largest: number): { readonly ticks: readonly number[]; readonly end: number } {
  const least = Math.max(largest, 1e-6) / mostSteps;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = (niceSteps.find((nice) => nice * power >= least) ?? 10) * power;
  const count = Math.max(1, Math.floor(largest / step + 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, i) => i * step);
  return { ticks, end: Math.max(largest, count * step) };
}

/** A round number with some room above the largest value. */
export function roundAbove(largest: number): number {
  const { ticks } = niceTicks(largest);
  const step = ticks[1] ?? largest;
  return Math.ceil((largest * 1.05) / step) * step;
}
