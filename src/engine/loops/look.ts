import type { Loop } from './loop.ts';

/** A loop that is at work for more of the time than that is the limit, … */
const busy = 0.9;
/** … when so many looks in a row say so. */
const busyLooks = 2;

/** Answers, each time it looks, whether every loop has been the limit for some looks. One that is new has to show it, too. */
export function createLook(): (loops: Iterable<Pick<Loop, 'utilisation'>>) => boolean {
  const looks = new Map<Pick<Loop, 'utilisation'>, number>();
  return (loops) => {
    let areLimit = true;
    for (const loop of loops) {
      const count = loop.utilisation() > busy ? (looks.get(loop) ?? 0) + 1 : 0;
      looks.set(loop, count);
      if (count < busyLooks) areLimit = false;
    }
    return areLimit;
  };
}
