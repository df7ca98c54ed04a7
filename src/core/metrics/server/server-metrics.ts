import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { serverMetricsSchema } from '../schemas/server-metrics-schema.ts';
import { knownServers, meanFigures, serverFigures, type ServerFigure } from './known-series.ts';
import { readPrometheus } from './prometheus.ts';

/** What a server said about itself during a run. Arrays have one value for each reading. */
export type ServerMetrics = Frozen<v.InferOutput<typeof serverMetricsSchema>>;

/** Collects the readings of a run. */
export interface ServerMetricsCollector {
  /** Adds a reading in Prometheus' text format. */
  add(atMs: number, text: string): void;
  /** Counts a reading that failed. */
  failed(reason: string): void;
  /** Returns the readings so far; undefined without any, failed ones included. */
  result(url: string): ServerMetrics | undefined;
}

/** Maximum number of readings that are kept. Beyond it, every other one is dropped. */
const mostReadings = 600;

interface Reading {
  readonly atMs: number;
  readonly server: string | null;
  readonly values: ReadonlyMap<ServerFigure, number>;
}

/** Creates an empty collector. */
export function createServerMetrics(): ServerMetricsCollector {
  let readings: Reading[] = [];
  let every = 1;
  let count = 0;
  let failures = 0;
  let failure: string | undefined;
  /** The last reading, which is always part of the result: totals end with it. */
  let last: Reading | undefined;
  return {
    add(atMs, text) {
      last = { atMs, ...readFigures(text) };
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
    result(url) {
      if (count + failures === 0) return undefined;
      const kept = last === undefined || readings.at(-1) === last ? readings : [...readings, last];
      const known = serverFigures.filter((figure) => kept.some(({ values }) => values.has(figure)));
      return {
        url,
        server: kept.find(({ server }) => server !== null)?.server ?? null,
        failedReadings: failures,
        ...(failure !== undefined && { failure }),
        atMs: kept.map((reading) => reading.atMs),
        figures: Object.fromEntries(
          known.map((figure) => [figure, kept.map(({ values }) => values.get(figure) ?? null)]),
        ),
      };
    },
  };
}

/** Returns the figures in one reading. */
function readFigures(text: string): Omit<Reading, 'atMs'> {
  const values = new Map<ServerFigure, number>();
  const samples = readPrometheus(text, (name) => knownServers.some(({ prefix }) => name.startsWith(prefix)));
  const known = knownServers.find(({ prefix }) => samples.some(({ name }) => name.startsWith(prefix)));
  if (known === undefined) return { server: null, values };
  const valuesOf = (name: string): number[] =>
    samples.flatMap((sample) => (sample.name === name ? [sample.value] : []));
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

/**
 * Returns a counter at each reading. Servers write some counters only once they have counted something, so these are 0
 * before.
 */
function countsOf({ figures }: ServerMetrics, figure: ServerFigure): readonly (number | null)[] {
  const values = figures[figure] ?? [];
  const first = values.findIndex((value) => value !== null);
  return values.map((value, index) => (index < first ? 0 : value));
}

/** Returns the change of a counter from the first reading to the last; null if unknown or if the server was restarted. */
export function changeOf(metrics: ServerMetrics, figure: ServerFigure): number | null {
  const known = countsOf(metrics, figure).filter((value) => value !== null);
  const [first, last] = [known[0], known.at(-1)];
  const restarted = known.some((value, index) => value < (known[index - 1] ?? value));
  return first === undefined || last === undefined || known.length < 2 || restarted ? null : last - first;
}

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

function meanMs(metrics: ServerMetrics, sum: ServerFigure, count: ServerFigure): number | null {
  const [sumS, times] = [changeOf(metrics, sum), changeOf(metrics, count)];
  return sumS === null || times === null || times === 0 ? null : (sumS / times) * 1000;
}

/** Returns the rate of a counter between readings, per second, each at the time of the later one. */
export function ratesOf(metrics: ServerMetrics, figure: ServerFigure): (number | null)[] {
  const { atMs } = metrics;
  const values = countsOf(metrics, figure);
  return atMs.map((ms, index) => {
    const [before, now, beforeMs] = [values[index - 1], values[index], atMs[index - 1]];
    if (typeof before !== 'number' || typeof now !== 'number' || beforeMs === undefined || ms <= beforeMs) return null;
    return now < before ? null : ((now - before) / (ms - beforeMs)) * 1000;
  });
}
