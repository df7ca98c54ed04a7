import { createHistogram, type Family, histogram } from '../prometheus.ts';

/** Upper bounds, seconds. Negative ones, too, because the gap after a late chunk is shorter than scheduled. */
const steps = [0.01, 0.015, 0.02, 0.03, 0.05, 0.07].flatMap((ms) =>
  [1, 10, 100, 1000, 10_000, 100_000].map((factor) => Number(((ms * factor) / 1000).toPrecision(2))),
);
const positive = steps.toSorted((a, b) => a - b);
const bounds = [...positive.map((bound) => -bound).toReversed(), 0, ...positive];

/** Differences between actual and scheduled times. */
export interface Lateness {
  add(ms: number): void;
  /** Returns them as a histogram of Prometheus, in seconds. */
  family(name: string, help: string): Family;
}

/** Returns an empty record. */
export function createLateness(): Lateness {
  const seconds = createHistogram(bounds);
  return {
    add: (ms) => seconds.add(ms / 1000),
    family: (name, help) => histogram(name, help, seconds),
  };
}
