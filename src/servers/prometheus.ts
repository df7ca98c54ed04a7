/** Media type of `renderMetrics`. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Labels of a sample, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

/** One value with its labels. */
export type LabeledValue = readonly [labels: Labels, value: number];

/** A metric with its values. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** The suffix is empty, or `_bucket`, `_sum`, or `_count`. */
  readonly samples: readonly (readonly [suffix: string, ...LabeledValue])[];
}

/** Counts of values by upper bound. */
export interface Histogram {
  add(value: number): void;
  /** Upper bounds with the number of values at or below each; the last bound is Infinity. */
  buckets(): readonly (readonly [bound: number, count: number])[];
  readonly sum: number;
}

/** Returns an empty histogram. @param bounds upper bounds, ascending, without Infinity */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    add: (value) => {
      sum += value;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (value <= (bounds[middle] ?? Infinity)) high = middle;
        else low = middle + 1;
      }
      counts[low] = (counts[low] ?? 0) + 1;
    },
    buckets: () => {
      let total = 0;
      return Array.from(counts, (count, i) => [bounds[i] ?? Infinity, (total += count)]);
    },
    get sum() {
      return sum;
    },
  };
}

/** Returns a counter; its name ends in `_total`. */
export const counter = (name: string, help: string, ...values: readonly LabeledValue[]): Family =>
  plain('counter', name, help, values);

/** Returns a gauge. */
export const gauge = (name: string, help: string, ...values: readonly LabeledValue[]): Family =>
  plain('gauge', name, help, values);

function plain(type: Family['type'], name: string, help: string, values: readonly LabeledValue[]): Family {
  return { name, type, help, samples: values.map(([labels, value]) => ['', labels, value]) };
}

/** Returns a histogram as a metric. */
export function histogram(name: string, help: string, of: Histogram, labels: Labels = {}): Family {
  const buckets = of.buckets();
  const total = buckets.at(-1)?.[1] ?? 0;
  return {
    name,
    type: 'histogram',
    help,
    samples: [
      ...buckets.map(([bound, count]) => ['_bucket', { ...labels, le: numberText(bound) }, count] as const),
      // Without the rounding errors of its addition: 0.009, not 0.009000000000000001.
      ['_sum', labels, Math.round(of.sum * 1e9) / 1e9],
      ['_count', labels, total],
    ],
  };
}

/** Returns the metrics in Prometheus' text format, version 0.0.4. */
export const renderMetrics = (families: readonly Family[]): string => families.map(renderFamily).join('');

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = samples.map(
    ([suffix, labels, value]) => `${name}${suffix}${labelsText(labels)} ${numberText(value)}\n`,
  );
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const numberText = (value: number): string =>
  Math.abs(value) === Infinity ? `${value < 0 ? '-' : '+'}Inf` : String(value);
