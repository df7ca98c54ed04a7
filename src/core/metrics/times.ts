/**
 * Times of one request, ms, at the indexes in `time`. One array is reused for all requests, because number arguments
 * would be allocated on the hot path.
 */
export type Times = Float64Array;

/** Indexes into `Times`. */
export const time = {
  latency: 0,
  ttfb: 1,
  responseTime: 2,
  lag: 3,
  end: 4,
  ttft: 5,
  e2e: 6,
  tpot: 7,
  stall: 8,
  meanGap: 9,
} as const;

/** Number of indexes. */
export const timeCount = 10;
