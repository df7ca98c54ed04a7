import type { Backlog } from '../types.ts';

const mostSlices = 120;
const firstWidthMs = 50;

/** Records the backlog of the open model. */
export interface BacklogRecorder {
  /** Records the number of queued requests `atMs` after the start. It stays valid until the next call. */
  add(atMs: number, waiting: number): void;
  /**
   * Returns the backlog.
   * @param unsent number of requests that were never sent
   */
  summary(unsent: number): Backlog;
}

/** Creates a recorder with at most 120 time slices. When they are full, neighbors are merged and the width doubles. */
export function createBacklogRecorder(): BacklogRecorder {
  let widthMs = firstWidthMs;
  let slices: number[] = [];
  const seen = { max: 0, maxAtMs: 0, waitedMs: 0, atMs: 0, waiting: 0 };
  return {
    add(atMs, waiting) {
      if (seen.waiting > 0) seen.waitedMs += atMs - seen.atMs;
      seen.atMs = atMs;
      seen.waiting = waiting;
      if (waiting > seen.max) {
        seen.max = waiting;
        seen.maxAtMs = atMs;
      }
      let slice = Math.floor(atMs / widthMs);
      while (slice >= mostSlices) {
        slices = Array.from({ length: Math.ceil(slices.length / 2) }, (_, i) =>
          Math.max(slices[2 * i] ?? 0, slices[2 * i + 1] ?? 0),
        );
        widthMs *= 2;
        slice = Math.floor(atMs / widthMs);
      }
      while (slices.length <= slice) slices.push(0);
      slices[slice] = Math.max(slices[slice] ?? 0, waiting);
    },
    summary: (unsent) => ({
      max: seen.max,
      maxAtMs: seen.max === 0 ? null : seen.maxAtMs,
      waitedMs: seen.waitedMs,
      unsent,
      widthMs,
      waiting: [...slices],
    }),
  };
}
