import type { Loop } from './loop.ts';

/** A loop whose utilization exceeds this share is saturated. */
const busy = 0.9;

/**
 * Returns a function that counts for how many looks in a row every loop has been saturated. A new loop resets the count
 * until it is saturated, too.
 */
export function createLook(): (loops: Iterable<Pick<Loop, 'utilisation'>>) => number {
  const looks = new Map<Pick<Loop, 'utilisation'>, number>();
  return (loops) => {
    let fewest = Infinity;
    for (const loop of loops) {
      const count = loop.utilisation() > busy ? (looks.get(loop) ?? 0) + 1 : 0;
      looks.set(loop, count);
      fewest = Math.min(fewest, count);
    }
    return fewest;
  };
}
