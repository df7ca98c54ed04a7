import type { RequestCounter } from '../types.ts';

/** Where the loops of a run count what they take, before the clock starts and after. */
export type Counters = Readonly<Record<'warmup' | 'run', Int32Array>>;

/** Places in the shared numbers: the low 32 bits of the count, and how often they have started over. */
const place = { low: 0, rounds: 1 } as const;
const span = 2 ** 32;

const createPlaces = (): Int32Array => new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));

/** Nothing taken. */
export const createCounters = (): Counters => ({ warmup: createPlaces(), run: createPlaces() });

/**
 * One counter for all loops that have its places. It goes past 2^32, as a long run does: a loop sees when the low bits have
 * started over, for it looks many times before that happens again. 64 bits in one place would be a bigint, and each request would
 * pay for making some.
 */
export function sharedCounter(places: Int32Array): RequestCounter {
  // In an object: a number of more than 31 bits changes in place there, a captured variable would allocate.
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
