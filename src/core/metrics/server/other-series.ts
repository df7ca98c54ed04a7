import { formatBytes, formatNumber } from '../../format.ts';
import { labelsIn, readPrometheus } from './prometheus.ts';

/** A series by name: the samples that have these labels, added up. */
export interface SeriesName {
  /** As written. */
  readonly text: string;
  readonly name: string;
  /** Required labels as name and value. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

/** How a series is shown: as it is, or how fast it grows. */
export const seriesKinds = ['gauge', 'counter'] as const;
/** How a series is shown. */
export type SeriesKind = (typeof seriesKinds)[number];

const label = String.raw`[A-Za-z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"`;
const oneSeries = String.raw`([A-Za-z_:][\w:]*)(?:\{\s*(${label}(?:\s*,\s*${label})*\s*,?)?\s*\})?`;
const allSeries = new RegExp(String.raw`^\s*${oneSeries}(?:\s+${oneSeries})*\s*$`);

/** Parses names of series as in PromQL, with spaces between: `up http_requests_total{code="500"}`; undefined if invalid. */
export function parseSeries(text: string): SeriesName[] | undefined {
  if (!allSeries.test(text)) return undefined;
  return Array.from(text.matchAll(new RegExp(oneSeries, 'g')), ([written, name = '', labels = '']) => ({
    text: written,
    name,
    labels: [...labelsIn(labels)],
  }));
}

/** Returns the value of each series in one reading, null where it has none: the sum of the samples with its labels. */
export function readSeries(text: string, wanted: readonly SeriesName[]): (number | null)[] {
  if (wanted.length === 0) return [];
  const samples = readPrometheus(
    text,
    wanted.map(({ name }) => name),
  ).map(({ name, labels, value }) => ({ name, labels: labelsIn(labels), value }));
  return wanted.map((series) => {
    const found = samples.filter(
      ({ name, labels }) => name === series.name && series.labels.every(([key, value]) => labels.get(key) === value),
    );
    return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
  });
}

/** Returns how a series is shown, by its type in a reading, or by its name if the reading has none. */
export function kindOf(text: string, { name }: SeriesName): SeriesKind {
  const typeOf = (of: string): string | undefined =>
    new RegExp(String.raw`^# TYPE ${of.replaceAll(/\W/g, String.raw`\$&`)}[ \t]+(\w+)`, 'm').exec(text)?.[1];
  const family = name.replace(/_(?:total|sum|count|bucket)$/, '');
  const type = typeOf(name) ?? (family === name ? undefined : typeOf(family));
  if (type === undefined || type === 'untyped' || type === 'unknown') {
    return name.endsWith('_total') ? 'counter' : 'gauge';
  }
  if (type === 'counter') return 'counter';
  // The quantiles of a summary have the name of the family.
  return (type === 'histogram' || type === 'summary') && family !== name ? 'counter' : 'gauge';
}

/** Returns how values of a series are written: as sizes if its name says bytes. */
export const seriesText = (name: string): ((value: number) => string) =>
  /_bytes(?:_total)?(?:\{|$)/.test(name) ? formatBytes : formatNumber;
