import type { RequestCounter } from '../types.ts';

/** Shared counters of the requests taken by the loops of a run, one for the warm-up and one for the run. */
export type Counters = Readonly<Record<'warmup' | 'run', Int32Array>>;

/** Indexes into a shared counter: the low 32 bits of the count, and how often they have wrapped around. */
const place = { low: 0, rounds: 1 } as const;
const span = 2 ** 32;

const createPlaces = (): Int32Array => new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));

/** Creates the counters of a run, both at 0. */
export const createCounters = (): Counters => ({ warmup: createPlaces(), run: createPlaces() });

/**
 * Creates one loop's view of a shared counter. It goes past 2^32, as a long run does: a loop reads it many times
 * between two wrap-arounds of the low bits, so it notices each one. A single 64-bit place would allocate a bigint per
 * request.
 */
export function sharedCounter(places: Int32Array): RequestCounter {
  // In an object, because a number of more than 31 bits changes in place there. A captured variable would allocate.
  const known = { count: Atomics.load(places, place.rounds) * span };
  return {
    get next() {
      const low = Atomics.load(places, place.low) >>> 0;
      const before = known.count % span;
      known.count += low - before + (low < before ? span : 0);
      return known.count;
    },
    take(index) {
      const next = (index + 1) | 0;
      if (Atomics.compareExchange(places, place.low, index | 0, next) !== (index | 0)) return false;
      if (next === 0) Atomics.add(places, place.rounds, 1);
      return true;
    },
  };
}
