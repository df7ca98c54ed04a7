import type { Ranked } from '../statistics/quantiles.ts';

/**
 * Counts of values in buckets whose width grows with the value, in the layout of HdrHistogram: each power of two of
 * nanoseconds is split into `2 ** bits` equal buckets. Memory is a few pages, however many values are counted.
 * Kept here, and not taken from hdr-histogram-js, because its recordValue costs 0.25 µs and a request makes eight of them;
 * a test holds both against each other.
 */
export interface Histogram {
  readonly bits: number;
  /** One page for each power of two that has been seen. */
  readonly pages: (Uint32Array | undefined)[];
}

/** Bits of 3 significant digits: a bucket is at most 1/1024 of its value wide. */
export const threeDigits = 10;

const nanosPerMs = 1e6;
/** 2^52 ns are 52 days. What is longer counts as that long. */
const highest = 2 ** 52;
const powers = Float64Array.from({ length: 54 }, (_, exponent) => 2 ** exponent);

/** An empty histogram. */
export function createHistogram(bits: number): Histogram {
  return { bits, pages: [] };
}

/**
 * Counts the duration at `values[index]`, in ms. Allocates only for the first value of a power of two: also not for its
 * arguments, where a number of its own, unlike a place in an array, would be boxed.
 */
export function countValue(histogram: Histogram, values: Float64Array, index: number): void {
  const { bits, pages } = histogram;
  const nanos = Math.min(highest, Math.max(0, Math.floor((values[index] ?? 0) * nanosPerMs + 0.5)));
  const exponent = nanos < 4294967296 ? 31 - Math.clz32(nanos) : 63 - Math.clz32(Math.floor(nanos / 4294967296));
  const page = exponent <= bits ? 0 : exponent - bits;
  // Page 0 has a slot for each small value; in all others the lower half would repeat the page before.
  const slot = page === 0 ? nanos : Math.floor(nanos / (powers[page] ?? 1)) - (1 << bits);
  const counts = pages[page] ?? addPage(histogram, page);
  counts[slot] = (counts[slot] ?? 0) + 1;
}

/** Adds the counts of `from`, which has as many bits, to `into`. */
export function addCounts(into: Histogram, from: Histogram): void {
  for (const [page, counts] of from.pages.entries()) {
    if (counts === undefined) continue;
    const target = into.pages[page] ?? addPage(into, page);
    for (let slot = 0; slot < counts.length; slot++) target[slot] = (target[slot] ?? 0) + (counts[slot] ?? 0);
  }
}

/**
 * The counted values by rank, each as the middle of its bucket (off by at most half a bucket's width) and never outside
 * of the exact `min` and `max`.
 */
export function rankedCounts(histogram: Histogram, min: number, max: number): Ranked {
  const values: number[] = [];
  const ranks: number[] = [];
  let count = 0;
  for (const [page, counts] of histogram.pages.entries()) {
    if (counts === undefined) continue;
    const width = powers[page] ?? 1;
    const offset = page === 0 ? 0 : 1 << histogram.bits;
    for (let slot = 0; slot < counts.length; slot++) {
      const here = counts[slot] ?? 0;
      if (here === 0) continue;
      count += here;
      values.push(((slot + offset) * width + (width - 1) / 2) / nanosPerMs);
      ranks.push(count);
    }
  }
  return {
    count,
    at: (rank) => {
      if (rank <= 1) return min;
      if (rank >= count) return max;
      let low = 0;
      let high = ranks.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ranks[middle] ?? 0) < rank) low = middle + 1;
        else high = middle;
      }
      return Math.min(max, Math.max(min, values[low] ?? max));
    },
  };
}

/**
 * Every bucket that holds anything, by number: 0 is the lowest, neighbours differ by one. Numbers mean something to histograms
 * of as many bits alone.
 */
export function bucketsOf({ bits, pages }: Histogram): [bucket: number, count: number][] {
  return pages.flatMap((counts, page) => {
    const first = page === 0 ? 0 : (page + 1) * 2 ** bits;
    return Array.from(counts ?? []).flatMap((count, slot): [number, number][] =>
      count === 0 ? [] : [[first + slot, count]],
    );
  });
}

/** The same values in buckets of fewer bits. */
export function coarserBuckets(
  buckets: readonly (readonly [bucket: number, count: number])[],
  bits: number,
  fewerBits: number,
): [bucket: number, count: number][] {
  const counts = new Map<number, number>();
  for (const [bucket, count] of buckets) {
    const coarser = bucketAt(nanosOf(bucket, bits), fewerBits);
    counts.set(coarser, (counts.get(coarser) ?? 0) + count);
  }
  return [...counts];
}

/** Adds what a bucket of a histogram of `bits` bits held; where these are fewer than the histogram's own, at its middle. */
export function addBucket(histogram: Histogram, bucket: number, bits: number, count: number): void {
  const own = 2 ** histogram.bits;
  const place = bits === histogram.bits ? bucket : bucketAt(nanosOf(bucket + 0.5, bits), histogram.bits);
  const page = Math.max(0, Math.floor(place / own) - 1);
  const slot = page === 0 ? place : place - (page + 1) * own;
  const counts = histogram.pages[page] ?? addPage(histogram, page);
  counts[slot] = (counts[slot] ?? 0) + count;
}

/** The middle of a bucket, in ms. */
export function middleOf(bucket: number, bits: number): number {
  return (nanosOf(bucket, bits) + nanosOf(bucket + 1, bits) - 1) / 2 / nanosPerMs;
}

/** The lowest value of a bucket, or with a fraction as far into it, in whole nanoseconds. */
function nanosOf(bucket: number, bits: number): number {
  const each = 2 ** bits;
  const page = Math.max(0, Math.floor(bucket / each) - 1);
  return Math.floor(page === 0 ? bucket : (bucket - page * each) * 2 ** page);
}

/** The number of the bucket that a value lies in. */
function bucketAt(nanos: number, bits: number): number {
  const each = 2 ** bits;
  const page = nanos < 2 * each ? 0 : Math.floor(Math.log2(nanos)) - bits;
  return page === 0 ? nanos : page * each + Math.floor(nanos / 2 ** page);
}

function addPage(histogram: Histogram, page: number): Uint32Array {
  const counts = new Uint32Array(page === 0 ? 2 << histogram.bits : 1 << histogram.bits);
  while (histogram.pages.length <= page) histogram.pages.push(undefined);
  histogram.pages[page] = counts;
  return counts;
}
