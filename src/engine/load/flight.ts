/** The number of requests in flight over time. */
export interface Flight {
  readonly count: number;
  /** ∫ requests in flight dt, ms. */
  readonly integralMs: number;
  /** Counts a request that was sent (1) or ended (-1) at `atMs`, which may be before the last change. */
  change(atMs: number, change: 1 | -1): void;
  /** Adds a request that was in flight for `ms` and was never counted. */
  add(ms: number): void;
}

/** Creates the count of a load that starts at `startedAtMs`, `performance.now()`. */
export function createFlight(startedAtMs: number): Flight {
  // In an object: numbers with a fraction change in place there, a captured variable would allocate for each.
  const flight = { count: 0, integralMs: 0, changedAtMs: startedAtMs };
  return {
    get count() {
      return flight.count;
    },
    get integralMs() {
      return flight.integralMs;
    },
    change(atMs, change) {
      if (atMs > flight.changedAtMs) {
        flight.integralMs += flight.count * (atMs - flight.changedAtMs);
        flight.changedAtMs = atMs;
      } else {
        flight.integralMs += change * (flight.changedAtMs - atMs);
      }
      flight.count += change;
    },
    add(ms) {
      flight.integralMs += ms;
    },
  };
}
