const tries = 2_000;

/** Milliseconds of a clock that all threads share, unlike `performance.now()`, whose zero is the start of the thread. */
export function sharedNow(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e3 + nanos / 1e6;
}

let known: number | undefined;

/** What is added to `performance.now()` of this thread to get `sharedNow`. Both count alike, so it is worked out once. */
export const clockOffsetMs = (): number => (known ??= measureOffset());

/** The narrowest of many brackets is off by well under a microsecond. */
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
