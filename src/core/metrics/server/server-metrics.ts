import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { serverMetricsSchema } from '../schemas/server-metrics-schema.ts';
import { knownServers, meanFigures, serverFigures, type ServerFigure } from './known-series.ts';
import { kindOf, readSeries, type SeriesKind, type SeriesName } from './other-series.ts';
import { labelOf, readPrometheus, type PrometheusSample } from './prometheus.ts';

/** What a server said about itself during a run. Arrays have one value for each reading. */
export type ServerMetrics = Frozen<v.InferOutput<typeof serverMetricsSchema>>;

/** A series that was asked for by name. */
export type OtherSeries = NonNullable<ServerMetrics['series']>[number];

/** Collects the readings of a run. */
export interface ServerMetricsCollector {
  /** Adds a reading in Prometheus' text format. */
  add(atMs: number, text: string): void;
  /** Counts a reading that failed. */
  failed(reason: string): void;
  /**
   * Returns the readings so far; undefined without any, failed ones included.
   * @param isPartial the first or the last reading failed
   */
  result(url: string, isPartial?: boolean): ServerMetrics | undefined;
}

/** Maximum number of readings that are kept. Beyond it, every other one is dropped. */
const mostReadings = 600;

interface Reading {
  readonly atMs: number;
  readonly server: string | null;
  readonly values: ReadonlyMap<ServerFigure, number>;
  /** One value for each wanted series. */
  readonly others: readonly (number | null)[];
}

/**
 * Creates an empty collector.
 * @param wanted other series to keep, by name
 */
export function createServerMetrics(wanted: readonly SeriesName[] = []): ServerMetricsCollector {
  let readings: Reading[] = [];
  let every = 1;
  let count = 0;
  let failures = 0;
  let failure: string | undefined;
  /** The last reading, which is always part of the result: totals end with it. */
  let last: Reading | undefined;
  const kinds: (SeriesKind | undefined)[] = wanted.map(() => undefined);
  return {
    add(atMs, text) {
      const others = readSeries(text, wanted);
      for (const [index, series] of wanted.entries()) if (others[index] !== null) kinds[index] ??= kindOf(text, series);
      last = { atMs, ...readFigures(text), others };
      if (count % every === 0) readings.push(last);
      count += 1;
      if (readings.length <= mostReadings) return;
      readings = readings.filter((_, index) => index % 2 === 0);
      every *= 2;
    },
    failed(reason) {
      failures += 1;
      failure = reason;
    },
    result(url, isPartial = false) {
      if (count + failures === 0) return undefined;
      const kept = last === undefined || readings.at(-1) === last ? readings : [...readings, last];
      const known = serverFigures.filter((figure) => kept.some(({ values }) => values.has(figure)));
      return {
        url,
        server: kept.find(({ server }) => server !== null)?.server ?? null,
        failedReadings: failures,
        ...(failure !== undefined && { failure }),
        ...(isPartial && { isPartial }),
        atMs: kept.map((reading) => reading.atMs),
        figures: Object.fromEntries(
          known.map((figure) => [figure, kept.map(({ values }) => values.get(figure) ?? null)]),
        ),
        ...(wanted.length > 0 && {
          series: wanted.map(({ text }, index) => ({
            name: text,
            kind: kinds[index] ?? 'gauge',
            atMs: kept.map((reading) => reading.atMs),
            values: kept.map(({ others }) => others[index] ?? null),
          })),
        }),
      };
    },
  };
}

/** Start of vLLM's series if Ray Serve writes them. A colon follows, or in newer versions an underscore. */
const rayPrefix = 'ray_vllm';

const nameOf = (name: string): string =>
  name.startsWith(rayPrefix) ? `vllm:${name.slice(rayPrefix.length + 1)}` : name;

/** Returns the figures in one reading. */
function readFigures(text: string): Pick<Reading, 'server' | 'values'> {
  const values = new Map<ServerFigure, number>();
  const samples = readPrometheus(text, [rayPrefix, ...knownServers.map(({ prefix }) => prefix)]).map(
    ({ name, labels, value }) => ({ name: nameOf(name), labels, value }),
  );
  const known = knownServers.find(({ prefix }) => samples.some(({ name }) => name.startsWith(prefix)));
  if (known === undefined) return { server: null, values };
  const valuesOf = (name: string): number[] => withoutRepeats(samples.filter((sample) => sample.name === name));
  for (const figure of serverFigures) {
    const found = (known.series[figure] ?? [])
      .map((series) => (typeof series === 'string' ? [series] : series).map(valuesOf))
      .find((lists) => lists.every((list) => list.length > 0))
      // vLLM writes -1 for a share that it doesn't know.
      ?.flatMap((list) => (meanFigures.has(figure) ? list.filter((value) => value >= 0) : list));
    if (found === undefined || found.length === 0) continue;
    const sum = found.reduce((total, value) => total + value, 0);
    values.set(figure, meanFigures.has(figure) ? sum / found.length : sum);
  }
  const { quotient } = known;
  const [of, by] = quotient === undefined ? [] : [valuesOf(quotient.of)[0], valuesOf(quotient.by)[0]];
  if (quotient !== undefined && of !== undefined && by !== undefined && by > 0) values.set(quotient.figure, of / by);
  return { server: known.name, values };
}

/** Labels of processes that work on the same requests. SGLang lets each of them report, if it's asked to. */
const sameWork = /(?:^|,)(?:tp_rank|pp_rank|moe_ep_rank)="[^"]*"/g;

/**
 * Returns the values of a series that add up: of processes that work on the same requests, the highest, and of parts beside
 * their total, the total. With priorities, SGLang writes a total with an empty one.
 */
function withoutRepeats(samples: readonly PrometheusSample[]): number[] {
  if (samples.length < 2) return samples.map(({ value }) => value);
  const hasTotal = samples.some(({ labels }) => labelOf(labels, 'priority') === '');
  const highest = new Map<string, number>();
  for (const { labels, value } of samples) {
    if (hasTotal && (labelOf(labels, 'priority') ?? '') !== '') continue;
    const of = labels.replaceAll(sameWork, '');
    highest.set(of, Math.max(highest.get(of) ?? value, value));
  }
  return [...highest.values()];
}

/**
 * Returns a counter at each reading. Servers write some counters only once they have counted something, so these are 0
 * before.
 */
export function countsIn(values: readonly (number | null)[]): readonly (number | null)[] {
  const first = values.findIndex((value) => value !== null);
  return values.map((value, index) => (index < first ? 0 : value));
}

const countsOf = ({ figures }: ServerMetrics, figure: ServerFigure): readonly (number | null)[] =>
  countsIn(figures[figure] ?? []);

/**
 * Returns the change of a counter from the first reading to the last; null if unknown, if the server was restarted, or if the
 * readings don't include the whole run.
 */
export const changeOf = (metrics: ServerMetrics, figure: ServerFigure): number | null =>
  metrics.isPartial === true || isRestarted(metrics) ? null : changeIn(countsOf(metrics, figure));

/** Returns the change in readings of a counter; null with less than two, or if it fell. */
export function changeIn(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((value) => value !== null);
  if (fell(known)) return null;
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined || known.length < 2 ? null : last - first;
}

/** Figures that never fall, unless the server was restarted or several servers respond at one address. */
const counters = [
  'promptTokens',
  'outputTokens',
  'prefixQueries',
  'prefixHits',
  'preemptions',
  'ttftCount',
  'e2eCount',
] as const;

/** Returns whether a counter fell between two readings. */
export const isRestarted = (metrics: ServerMetrics): boolean =>
  counters.some((figure) => {
    const known = (metrics.figures[figure] ?? []).filter((value) => value !== null);
    return fell(known);
  });

const fell = (values: readonly number[]): boolean =>
  values.some((value, index) => value < (values[index - 1] ?? value));

/** Returns the share of prompt tokens that the server found in its prefix cache during the run, 0 to 1; null if unknown. */
export function prefixHitShare(metrics: ServerMetrics): number | null {
  const [queries, hits] = [changeOf(metrics, 'prefixQueries'), changeOf(metrics, 'prefixHits')];
  if (queries !== null && hits !== null && queries > 0) return hits / queries;
  return (metrics.figures.prefixHitRate ?? []).findLast((value) => value !== null) ?? null;
}

/** Returns the mean time to first token of the run as the server measured it, ms; null if unknown. */
export const serverTtftMs = (metrics: ServerMetrics): number | null => meanMs(metrics, 'ttftSumS', 'ttftCount');

/** Returns the mean end-to-end latency of the run as the server measured it, ms; null if unknown. */
export const serverE2eMs = (metrics: ServerMetrics): number | null => meanMs(metrics, 'e2eSumS', 'e2eCount');

/** Returns the mean time of a request in the server's queue during the run, ms; null if unknown. */
export const serverQueueMs = (metrics: ServerMetrics): number | null => meanMs(metrics, 'queueSumS', 'queueCount');

function meanMs(metrics: ServerMetrics, sum: ServerFigure, count: ServerFigure): number | null {
  const [sumS, times] = [changeOf(metrics, sum), changeOf(metrics, count)];
  return sumS === null || times === null || times === 0 ? null : (sumS / times) * 1000;
}

/** Returns the rate of a counter between readings, per second, each at the time of the later one. */
export const ratesOf = (metrics: ServerMetrics, figure: ServerFigure): (number | null)[] =>
  ratesIn(metrics.atMs, countsOf(metrics, figure));

/** Returns the rates between readings of a counter, as `ratesOf`. */
export function ratesIn(atMs: readonly number[], values: readonly (number | null)[]): (number | null)[] {
  return atMs.map((ms, index) => {
    const [before, now, beforeMs] = [values[index - 1], values[index], atMs[index - 1]];
    if (typeof before !== 'number' || typeof now !== 'number' || beforeMs === undefined || ms <= beforeMs) return null;
    return now < before ? null : ((now - before) / (ms - beforeMs)) * 1000;
  });
}
