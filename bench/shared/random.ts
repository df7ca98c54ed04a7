/** A source of random numbers that a seed determines. */
export interface RandomSource {
  /** Returns a number from 0 to below 1. */
  readonly unit: () => number;
  /** Returns a value of the standard normal distribution. */
  readonly normal: () => number;
}

/** Creates a source (Mulberry32; polar method of Marsaglia for normal values). */
export function createRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  let spare = Number.NaN;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    unit,
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      for (;;) {
        const x = 2 * unit() - 1;
        const y = 2 * unit() - 1;
        const squares = x * x + y * y;
        if (squares >= 1 || squares === 0) continue;
        const factor = Math.sqrt((-2 * Math.log(squares)) / squares);
        spare = y * factor;
        return x * factor;
      }
    },
  };
}
