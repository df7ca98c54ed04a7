import type { RequestCounter } from '../load.ts';

/** Where the loops of a run count what they take, before the clock starts and after. 64 bits, as a long run passes 2^31. */
export type Counters = Readonly<Record<'warmup' | 'run', BigInt64Array>>;

const createPlace = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));

/** Nothing taken. */
export const createCounters = (): Counters => ({ warmup: createPlace(), run: createPlace() });

/** One counter for all loops that have the place. */
export function sharedCounter(place: BigInt64Array): RequestCounter {
  return {
    get next() {
      return Number(Atomics.load(place, 0));
    },
    take(index) {
      const taken = BigInt(index);
      return Atomics.compareExchange(place, 0, taken, taken + 1n) === taken;
    },
  };
}
