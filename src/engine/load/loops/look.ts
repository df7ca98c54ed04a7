import type { Loop } from './loop.ts';

/** A loop that is at work for more of the time than that has no room for more. */
const busy = 0.9;

/** Answers, each time it looks, for how many looks in a row now every loop has been busy. One that is new has to show it, too. */
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
