import type { Ranked } from '../statistics/quantiles.ts';

/**
 * Counts of values in buckets whose width grows with the value, in the layout of HdrHistogram: each power of two of
 * nanoseconds is split into `2 ** bits` equal buckets. Memory is a few pages, however many values are counted.
 * hdr-histogram-js isn't used because its `recordValue` takes 0.25 µs, and a request needs eight calls. A test compares
 * the two.
 */
export interface Histogram {
  readonly bits: number;
  /** One page per power of two that has occurred. */
  readonly pages: (Uint32Array | undefined)[];
}

/** Bits for 3 significant digits: a bucket's width is at most 1/1024 of its value. */
export const threeDigits = 10;

const nanosPerMs = 1e6;
/** 2^52 ns (52 days), the maximum. Longer values are counted as this. */
const highest = 2 ** 52;
const powers = Float64Array.from({ length: 54 }, (_, exponent) => 2 ** exponent);

/** Creates an empty histogram. */
export function createHistogram(bits: number): Histogram {
  return { bits, pages: [] };
}

/**
 * Counts the duration at `values[index]`, ms. Allocates only for the first value of a power of two. The value is passed
 * in an array because a number argument would be boxed.
 */
export function countValue(histogram: Histogram, values: Float64Array, index: number): void {
  const { bits, pages } = histogram;
  const nanos = Math.min(highest, Math.max(0, Math.floor((values[index] ?? 0) * nanosPerMs + 0.5)));
  const exponent = nanos < 4294967296 ? 31 - Math.clz32(nanos) : 63 - Math.clz32(Math.floor(nanos / 4294967296));
  const page = exponent <= bits ? 0 : exponent - bits;
  // Page 0 has a slot for each small value. In other pages the lower half would repeat the previous page.
  const slot = page === 0 ? nanos : Math.floor(nanos / (powers[page] ?? 1)) - (1 << bits);
  const counts = pages[page] ?? addPage(histogram, page);
  counts[slot] = (counts[slot] ?? 0) + 1;
}

/** Adds the counts of `from` to `into`. Both must have the same bits. */
export function addCounts(into: Histogram, from: Histogram): void {
  for (const [page, counts] of from.pages.entries()) {
    if (counts === undefined) continue;
    const target = into.pages[page] ?? addPage(into, page);
    for (let slot = 0; slot < counts.length; slot++) target[slot] = (target[slot] ?? 0) + (counts[slot] ?? 0);
  }
}

/**
 * Returns the counted values by rank. Each is the middle of its bucket, off by at most half the bucket's width, and
 * within the exact `min` and `max`.
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
 * Returns the value, ms, with `position` values below it, if those of a bucket are spread evenly over its width.
 * @param position from 0 to the number of values, with a fraction
 * @returns NaN without values
 */
export function valueAt({ bits, pages }: Histogram, position: number): number {
  let before = 0;
  let last = Number.NaN;
  for (const [page, counts] of pages.entries()) {
    if (counts === undefined) continue;
    const width = powers[page] ?? 1;
    const offset = page === 0 ? 0 : 1 << bits;
    for (let slot = 0; slot < counts.length; slot++) {
      const here = counts[slot] ?? 0;
      if (here === 0) continue;
      const share = (position - before) / here;
      last = ((slot + offset + Math.min(1, share)) * width) / nanosPerMs;
      if (share <= 1) return last;
      before += here;
    }
  }
  return last;
}

/** Returns how many values are below `valueMs`, with a fraction of its bucket: the inverse of `valueAt`. */
export function countBelow({ bits, pages }: Histogram, valueMs: number): number {
  const nanos = valueMs * nanosPerMs;
  let below = 0;
  for (const [page, counts] of pages.entries()) {
    if (counts === undefined) continue;
    const width = powers[page] ?? 1;
    // In units of the page's slots. The lower half of all pages but the first would repeat the previous page.
    const place = nanos / width - (page === 0 ? 0 : 1 << bits);
    if (place <= 0) break;
    const whole = Math.min(counts.length, Math.floor(place));
    for (let slot = 0; slot < whole; slot++) below += counts[slot] ?? 0;
    if (whole < counts.length) return below + (place - whole) * (counts[whole] ?? 0);
  }
  return below;
}

/**
 * Returns all non-empty buckets by number: 0 is the lowest, and neighbors differ by 1. Numbers are comparable between
 * histograms with the same bits only.
 */
export function bucketsOf({ bits, pages }: Histogram): [bucket: number, count: number][] {
  return pages.flatMap((counts, page) => {
    const first = page === 0 ? 0 : (page + 1) * 2 ** bits;
    return Array.from(counts ?? []).flatMap((count, slot): [number, number][] =>
      count === 0 ? [] : [[first + slot, count]],
    );
  });
}

/** Returns the same values in buckets with fewer bits. */
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

/**
 * Adds the count of a bucket from a histogram with `bits` bits. If these are fewer than the histogram's own, the count
 * goes to the bucket's middle.
 */
export function addBucket(histogram: Histogram, bucket: number, bits: number, count: number): void {
  const own = 2 ** histogram.bits;
  const place = bits === histogram.bits ? bucket : bucketAt(nanosOf(bucket + 0.5, bits), histogram.bits);
  const page = Math.max(0, Math.floor(place / own) - 1);
  const slot = page === 0 ? place : place - (page + 1) * own;
  const counts = histogram.pages[page] ?? addPage(histogram, page);
  counts[slot] = (counts[slot] ?? 0) + count;
}

/** Returns the middle of a bucket, ms. */
export function middleOf(bucket: number, bits: number): number {
  return (nanosOf(bucket, bits) + nanosOf(bucket + 1, bits) - 1) / 2 / nanosPerMs;
}

/** Returns the lowest value of a bucket, or a value that fraction into it, ns. */
function nanosOf(bucket: number, bits: number): number {
  const each = 2 ** bits;
  const page = Math.max(0, Math.floor(bucket / each) - 1);
  return Math.floor(page === 0 ? bucket : (bucket - page * each) * 2 ** page);
}

/** Returns the number of the bucket that contains a value. */
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
