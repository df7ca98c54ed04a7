const tries = 2_000;

/**
 * Returns the time on a clock that all threads share, ms. The zero of `performance.now()` is the start of its thread.
 */
export function sharedNow(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e3 + nanos / 1e6;
}

let known: number | undefined;

/**
 * Returns the offset that turns this thread's `performance.now()` into `sharedNow`, ms. Measured once, because both run
 * at the same speed.
 */
export const clockOffsetMs = (): number => (known ??= measureOffset());

/** Measures the offset by the narrowest of many brackets, which is off by less than a microsecond. */
function measureOffset(): number {
  let narrowest = Infinity;
  let offsetMs = 0;
  for (let i = 0; i < tries; i += 1) {
    const before = performance.now();
    const shared = sharedNow();
    const after = performance.now();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    offsetMs = shared - (before + after) / 2;
  }
  return offsetMs;
}
