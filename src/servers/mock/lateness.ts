/** Upper bounds, seconds: both signs, for a gap after a late write is shorter than told. */
const steps = [0.01, 0.015, 0.02, 0.03, 0.05, 0.07].flatMap((ms) =>
  [1, 10, 100, 1000, 10_000, 100_000].map((factor) => Number(((ms * factor) / 1000).toPrecision(2))),
);
const positive = steps.toSorted((a, b) => a - b);
const bounds = [...positive.map((bound) => -bound).toReversed(), 0, ...positive];

/** Counts of times that the server was late by: what it did less what it was told to. */
export interface Lateness {
  add(ms: number): void;
  /** As a histogram of Prometheus, in seconds. */
  render(name: string, help: string): string;
}

/** Starts at zero. */
export function createLateness(): Lateness {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    add: (ms) => {
      const seconds = ms / 1000;
      sum += seconds;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (seconds <= (bounds[middle] ?? Infinity)) high = middle;
        else low = middle + 1;
      }
      counts[low] = (counts[low] ?? 0) + 1;
    },
    render: (name, help) => {
      let total = 0;
      const lines = Array.from(counts, (count, i) => `${name}_bucket{le="${bounds[i] ?? '+Inf'}"} ${(total += count)}`);
      const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      return [...head, ...lines, `${name}_sum ${sum}`, `${name}_count ${total}`].join('\n');
    },
  };
}
