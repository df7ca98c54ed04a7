/**
 * A closed model would send to a server that stopped as fast as its requests fail. After this number of failures in a
 * row, and two per slot, it pauses before the next attempt, longer each time. A load with a number of requests pauses
 * for at most `mostMs` in all.
 */
const limits = { afterFailures: 20, firstMs: 10, longestMs: 250, mostMs: 10_000 };

/** Pauses of a closed model whose server doesn't respond. */
export interface Pauses {
  /** No request is sent. */
  readonly active: boolean;
  /** Counts a request. Returns true while no request may follow it. */
  after(gotResponse: boolean, slots: number): boolean;
  clear(): void;
}

/**
 * Creates the pauses of one load.
 * @param isTimed the load ends at a time, so pauses can't prolong it
 * @param resume sends again
 */
export function createPauses(isTimed: boolean, resume: () => void): Pauses {
  let failuresInRow = 0;
  let timer: NodeJS.Timeout | undefined;
  let nextMs = limits.firstMs;
  let pausedMs = 0;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
    resume();
  };
  return {
    get active() {
      return timer !== undefined;
    },
    after(gotResponse, slots) {
      if (gotResponse) {
        failuresInRow = 0;
        nextMs = limits.firstMs;
        if (timer !== undefined) end();
        return false;
      }
      failuresInRow += 1;
      if (failuresInRow < Math.max(limits.afterFailures, 2 * slots)) return false;
      if (timer !== undefined) return true;
      if (!isTimed && pausedMs >= limits.mostMs) return false;
      timer = setTimeout(end, nextMs);
      pausedMs += nextMs;
      nextMs = Math.min(2 * nextMs, limits.longestMs);
      return true;
    },
    clear() {
      clearTimeout(timer);
    },
  };
}
