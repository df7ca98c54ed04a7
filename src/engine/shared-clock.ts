const tries = 2_000;

/**
 * What is added to `performance.now()` of this thread to get milliseconds of the clock that all threads share
 * (`process.hrtime`): each thread's own clock starts when it did. The narrowest of many brackets is off by well under a
 * microsecond.
 */
export function clockOffsetMs(): number {
  let narrowest = Infinity;
  let offsetMs = 0;
  for (let i = 0; i < tries; i += 1) {
    const before = performance.now();
    const shared = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    offsetMs = shared - (before + after) / 2;
  }
  return offsetMs;
}
