/**
 * The times of one request, in ms, at the places that `time` names. One array serves all requests, one after the other: on
 * the hot path numbers travel in it, because as arguments of a call each would be allocated.
 */
export type Times = Float64Array;

/** Places in Times. */
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

/** How many places there are. */
export const timeCount = 10;
