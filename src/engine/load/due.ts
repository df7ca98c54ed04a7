import type { LoadModel } from '../../core/plan/load/load-model.ts';
import type { OpenLoad, RequestCounter } from './types.ts';

/** Returned by `take` when no request is due yet: the next one is at `atMs`. */
export const laterIndex = -1;
/** Returned by `take` when the load model has no more requests. */
export const doneIndex = -2;

/** Which request is next, and which are due and still queued. */
export interface DueRequests {
  /** Takes the next request for a slot that is free since `freeAtMs`. Returns its index, `laterIndex`, or `doneIndex`. */
  take(freeAtMs: number): number;
  /** Scheduled time of the request that `take` returned or is waiting for, `performance.now()`. */
  readonly atMs: number;
  /** Index of the request taken ahead of its time; -1 if there is none. */
  readonly held: number;
  /** Returns how many requests are due but unsent: none while a slot is free, and none in the closed model. */
  queued(isSlotFree: boolean): number;
  /** Returns true once no further request becomes due. */
  isOver(): boolean;
  /** Returns true if no request is left. */
  isTaken(): boolean;
  /** Drops the request taken ahead. Returns 1 if it was due at `nowMs`, otherwise 0. */
  drop(nowMs: number): number;
}

/**
 * Creates the queue of a load that started at `startedAtMs`, `performance.now()`. Nothing is stored, because the queue
 * is a range of indexes.
 * @param endMs returns the time from which no request is due, ms from the start (default: decided by the model alone)
 */
export function createDueRequests(
  model: LoadModel,
  open: OpenLoad | undefined,
  counter: RequestCounter,
  startedAtMs: number,
  endMs: () => number = () => Infinity,
): DueRequests {
  /** The request taken before it is due, so that of several loops only one wakes for it; -1 if there is none. */
  let ahead = -1;
  /** Requests that have become due; the closed model has none before their slot is free. */
  let arrived = 0;
  const time = { atMs: Number.NaN };
  const elapsedMs = (): number => performance.now() - startedAtMs;
  return {
    get atMs() {
      return time.atMs;
    },
    get held() {
      return ahead;
    },
    take(freeAtMs) {
      for (;;) {
        if (ahead >= 0) {
          if (time.atMs - startedAtMs >= endMs()) {
            ahead = -1;
            return doneIndex;
          }
          if (time.atMs > performance.now()) return laterIndex;
          const index = ahead;
          ahead = -1;
          return index;
        }
        const index = counter.next;
        const when = model.next(index, freeAtMs - startedAtMs);
        if (when === 'done' || (when === 'now' ? freeAtMs - startedAtMs : when) >= endMs()) return doneIndex;
        if (!counter.take(index)) continue;
        if (when === 'now') {
          time.atMs = freeAtMs;
          return index;
        }
        ahead = index;
        time.atMs = startedAtMs + when;
      }
    },
    queued(isSlotFree) {
      if (open === undefined || isSlotFree) return 0;
      const now = elapsedMs();
      for (;;) {
        const when = open.arrivals.next(arrived, now);
        if (when === 'done' || Number(when) > now || Number(when) >= endMs()) break;
        arrived += 1;
      }
      return Math.max(0, arrived - counter.next);
    },
    isOver() {
      if (ahead >= 0) return time.atMs - startedAtMs >= endMs();
      const now = elapsedMs();
      const next = open?.arrivals.next(Math.max(arrived, counter.next), now) ?? model.next(counter.next, now);
      return next === 'done' || (next === 'now' ? now : next) >= endMs();
    },
    isTaken() {
      if (ahead >= 0) return false;
      const now = elapsedMs();
      const next = model.next(counter.next, now);
      return next === 'done' || (next === 'now' ? now : next) >= endMs();
    },
    drop(nowMs) {
      const wasDue = ahead >= 0 && time.atMs <= nowMs;
      ahead = -1;
      return wasDue ? 1 : 0;
    },
  };
}
