/** Measures for how long of a run a server's metrics couldn't be read. */
interface UnreadTime {
  /** Adds a reading at a time, ms from the start of the clock. */
  read(atMs: number): void;
  /** Adds a reading that failed. */
  failed(): void;
  /** Returns the time between the readings around those that failed, ms, as far as it is before the end of the run. */
  ms(endMs: number): number;
}

/** Creates a measurement without readings. It counts time, because those that fail by a timeout are fewer. */
export function createUnreadTime(): UnreadTime {
  const gaps: { readonly fromMs: number; readonly toMs: number }[] = [];
  let fromMs = 0;
  let isFailing = false;
  return {
    read(atMs) {
      if (isFailing) gaps.push({ fromMs, toMs: atMs });
      isFailing = false;
      fromMs = Math.max(0, atMs);
    },
    failed() {
      isFailing = true;
    },
    ms: (endMs) =>
      [...gaps, ...(isFailing ? [{ fromMs, toMs: endMs }] : [])].reduce(
        (sum, gap) => sum + Math.max(0, Math.min(gap.toMs, endMs) - gap.fromMs),
        0,
      ),
  };
}
