import { kneeOf, succeeds } from '../../metrics/levels.ts';
import { uslThroughput } from '../../metrics/statistics/usl.ts';
import { formatCount, formatMs, formatNumber, formatPercent, formatRate } from '../../format.ts';
import type { Objective } from '../../vocabulary.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { logAxis, logPosition, spacedTicks, valueAxis } from './axes.ts';
import type { ChartAxis, ChartContent, Limit, Marker, Series } from './content.ts';
import { marked } from '../tables/tables.ts';

/** The levels of a sweep or a suite, and what follows from them. */
export type Levels = Pick<SweepRecord, 'levels' | 'figures'>;

/** Returns the charts of a sweep or a suite; none for a single level. */
export function levelCharts(sweep: Levels): ChartContent[] {
  const measured = sweep.levels.filter(({ successLatencyMs }) => successLatencyMs.count > 0);
  if (new Set(measured.map(({ plan }) => plan.concurrency)).size < 2) return [];
  const efficiency = efficiencyByLevel(sweep);
  return [
    throughputByLevel(sweep),
    latencyByLevel(sweep),
    tradeOff(sweep),
    ...(efficiency === null ? [] : [efficiency]),
  ];
}

/** Returns a concurrency with one or two digits, because the peak of a curve needn't be a whole number. */
export const concurrencyText = (concurrency: number | null): string =>
  concurrency !== null && Number.isInteger(concurrency) ? formatCount(concurrency) : formatNumber(concurrency);

/** Returns the level with the most throughput for its latency, both of successes, among those that did not fail much. */
export function knee({ levels }: Pick<Levels, 'levels'>): number | null {
  return kneeOf(
    levels.filter(succeeds).map(({ plan, successThroughputPerS, successLatencyMs }) => ({
      concurrency: plan.concurrency,
      throughputPerS: successThroughputPerS,
      meanLatencyMs: successLatencyMs.mean,
    })),
  );
}

const concurrencyAt = (place: number): string => formatCount(Math.round(2 ** place));

/** The axis of concurrency, with a tick at each level. Levels double, so each doubling has the same width. */
function levelAxis(concurrencies: readonly number[]): ChartAxis {
  const places = [...new Set(concurrencies.map(logPosition))];
  return {
    title: 'Concurrency',
    min: Math.min(...(places.length === 0 ? [0] : places)) - 0.2,
    max: Math.max(...(places.length === 0 ? [1] : places)) + 0.2,
    ticks: spacedTicks(places, concurrencyAt),
    tick: concurrencyAt,
    text: (place) => `Concurrency ${concurrencyAt(place)}`,
  };
}

const axisOf = ({ levels }: Pick<Levels, 'levels'>): ChartAxis => levelAxis(levels.map(({ plan }) => plan.concurrency));

/** The highlighted concurrencies with their names. */
function levelMarkers(levels: Levels): Marker[] {
  const named = new Map<number, string[]>();
  const name = (concurrency: number | null, words: string): void => {
    if (concurrency !== null) named.set(concurrency, [...(named.get(concurrency) ?? []), words]);
  };
  const { concurrency: recommended, rule } = levels.figures.recommended;
  const tested = Math.max(...levels.levels.map(({ plan }) => plan.concurrency));
  name(recommended, recommended === tested ? 'no limit up to' : rule === 'capacity' ? 'capacity' : 'recommended');
  name(knee(levels), 'knee');
  const peak = levels.figures.usl?.peakConcurrency ?? null;
  // A peak beyond the last level would be outside the chart.
  name(peak !== null && peak <= tested ? peak : null, 'USL peak');
  return [...named]
    .toSorted(([a], [b]) => a - b)
    .map(([concurrency, words]) => ({
      x: logPosition(concurrency),
      label: `${words.join(', ')} ${concurrencyText(concurrency)}`,
    }));
}

/** The lines of a chart that aren't levels, described for screen readers. */
function markedText(markers: readonly Marker[], limits: readonly Limit[] = []): string {
  const names = [...markers, ...limits].map(({ label }) => label);
  return names.length === 0 ? '' : ` Marked: ${names.join('; ')}.`;
}

/** Steps in which curves are drawn. */
const curveSteps = 40;

/**
 * Returns successes per second at each level, with linear scaling and the Universal Scalability Law. Each doubling has
 * the same width on both axes, so linear scaling is a straight line.
 */
export function throughputByLevel(sweep: Levels): ChartContent {
  const { levels, figures } = sweep;
  const { usl } = figures;
  const single = levels.find(({ plan }) => plan.concurrency === 1)?.successThroughputPerS ?? null;
  const rows = levels.map(({ plan: { concurrency }, successThroughputPerS: rate, successes }) => ({
    concurrency,
    rate,
    successes,
    linear: single === null ? null : single * concurrency,
    usl: usl === null ? null : uslThroughput(usl, concurrency),
  }));
  const [low, high] = [levels[0]?.plan.concurrency ?? 1, levels.at(-1)?.plan.concurrency ?? 1];
  const curve = (of: (concurrency: number) => number): Series['points'] =>
    Array.from({ length: curveSteps + 1 }, (_, step) => {
      const concurrency = low * (high / low) ** (step / curveSteps);
      return { x: logPosition(concurrency), y: logPosition(of(concurrency)) };
    });
  const lines: (Series | null)[] = [
    single === null || single <= 0
      ? null
      : {
          label: 'Linear scaling',
          color: 'green',
          look: 'dashed',
          points: [low, high].map((at) => ({ x: logPosition(at), y: logPosition(single * at) })),
        },
    usl === null
      ? null
      : { label: 'USL fit', color: 'yellow', look: 'dashed', points: curve((at) => uslThroughput(usl, at)) },
    {
      label: 'Measured',
      color: 'blue',
      look: 'line',
      dots: true,
      points: rows.map(({ concurrency, rate, successes }) => ({
        x: logPosition(concurrency),
        y: rate === null || rate <= 0 ? null : logPosition(rate),
        note: `${formatCount(successes)} successes`,
      })),
    },
  ];
  const values = rows
    .flatMap(({ rate, linear, usl: fitted }) => [rate ?? 0, linear ?? 0, fitted ?? 0])
    .filter((value) => value > 0);
  const best = rows.reduce<(typeof rows)[number] | undefined>(
    (most, row) => ((row.rate ?? 0) > (most?.rate ?? 0) ? row : most),
    undefined,
  );
  const markers = levelMarkers(sweep);
  const title = 'Throughput by concurrency';
  return {
    title,
    summary:
      best === undefined
        ? 'No level yet.'
        : `Max ${formatRate(best.rate)}, at concurrency ${formatCount(best.concurrency)}.${markedText(markers)}`,
    series: lines.filter((line) => line !== null),
    x: axisOf(sweep),
    y: logAxis('Successes per second', Math.min(...values), Math.max(...values), formatNumber),
    markers,
    table: {
      title,
      columns: ['Concurrency', 'Throughput', 'Linear scaling', ...(usl === null ? [] : ['USL fit'])],
      rows: rows.map(({ concurrency, rate, linear, usl: fitted }) =>
        [formatCount(concurrency), formatRate(rate), formatRate(linear)].concat(usl === null ? [] : formatRate(fitted)),
      ),
    },
  };
}

/** Objectives of these are limits of the latency that the charts show. */
const latencyMetrics = new Set(['mean', 'p50', 'median', 'p90', 'p95', 'p99', 'p99.9', 'max']);
/** Maximum distance of a limit, as a multiple of the largest value. A farther one would squeeze the lines, so only words name it. */
const farthest = 2.5;

const isLatencyLimit = ({ metric, operator }: Objective): boolean =>
  operator.startsWith('<') && latencyMetrics.has(metric);

/** Returns objectives as lines, as far as they are near the values, and the others in words. */
export function limitsOf(
  objectives: readonly Objective[],
  largest: number,
): { near: Limit[]; top: number; remark: string } {
  const limits = objectives.flatMap(({ text, value }) => (value === null ? [] : [{ y: value, label: text }]));
  const near = limits.filter(({ y }) => y <= farthest * largest);
  const far = limits.filter(({ y }) => y > farthest * largest);
  return {
    near,
    top: Math.max(largest, ...near.map(({ y }) => y)),
    remark: far.length === 0 ? '' : `Off the chart: ${far.map(({ label }) => label).join(', ')}`,
  };
}

/** Returns p50 and p95 of successes at each level, with the limits that objectives set. */
export function latencyByLevel(sweep: Levels): ChartContent {
  const { levels } = sweep;
  const largest = Math.max(0, ...levels.map(({ successLatencyMs }) => successLatencyMs.p95 ?? 0));
  const { near, top, remark } = limitsOf((levels[0]?.plan.objectives ?? []).filter(isLatencyLimit), largest);
  const line = (name: 'median' | 'p95'): Series['points'] =>
    levels.map(({ plan, successLatencyMs }) => ({
      x: logPosition(plan.concurrency),
      y: successLatencyMs[name],
      note: reliabilityNote(successLatencyMs.interval95[name] !== null, successLatencyMs.count),
    }));
  const last = levels.at(-1);
  const markers = levelMarkers(sweep);
  const title = 'Latency by concurrency';
  return {
    title,
    summary:
      last === undefined
        ? 'No level yet.'
        : `At concurrency ${formatCount(last.plan.concurrency)}: p50 ${formatMs(last.successLatencyMs.median)}, p95 ${formatMs(last.successLatencyMs.p95)}.${markedText(markers, near)}`,
    series: [
      { label: 'p50', color: 'blue', look: 'line', dots: true, points: line('median') },
      { label: 'p95', color: 'yellow', look: 'dashed', dots: true, points: line('p95') },
    ],
    x: axisOf(sweep),
    y: valueAxis('Latency', top, formatMs),
    markers,
    limits: near,
    remark,
    table: {
      title,
      columns: ['Concurrency', 'p50', 'p95'],
      rows: levels.map(({ plan, successLatencyMs }) => [
        formatCount(plan.concurrency),
        marked(successLatencyMs, 'median'),
        marked(successLatencyMs, 'p95'),
      ]),
      ...doubtfulNote(
        levels.map(({ successLatencyMs }) => [marked(successLatencyMs, 'median'), marked(successLatencyMs, 'p95')]),
      ),
    },
  };
}

const reliabilityNote = (reliable: boolean, count: number): string =>
  `${formatCount(count)} successes${reliable ? '' : ', too few to rely on'}`;

const doubtfulNote = (rows: readonly (readonly string[])[]): { note?: string } =>
  rows.flat().some((cell) => cell.endsWith(' ?')) ? { note: '? = too few successes to rely on.' } : {};

/** Returns what throughput costs: p95 at the throughput of each level, with the objectives on p95 as lines. */
export function tradeOff({ levels }: Pick<Levels, 'levels'>): ChartContent {
  const measured = levels.flatMap(({ plan, successThroughputPerS: rate, successLatencyMs }) =>
    rate === null || successLatencyMs.p95 === null
      ? []
      : [{ concurrency: plan.concurrency, rate, times: successLatencyMs, p95: successLatencyMs.p95 }],
  );
  const largest = Math.max(0, ...measured.map(({ p95 }) => p95));
  const objectives = (levels[0]?.plan.objectives ?? []).filter(
    (objective) => objective.metric === 'p95' && isLatencyLimit(objective),
  );
  const { near, top, remark } = limitsOf(objectives, largest);
  const point = (level: (typeof measured)[number] | undefined): string =>
    `p95 ${formatMs(level?.p95 ?? null)} with ${formatRate(level?.rate ?? null)}`;
  const title = 'p95 against throughput';
  return {
    title,
    summary: `From ${point(measured[0])} to ${point(measured.at(-1))} as concurrency grows.${markedText([], near)}`,
    series: [
      {
        label: 'Level, labeled with its concurrency',
        color: 'blue',
        look: 'line',
        dots: true,
        points: measured.map(({ rate, p95, concurrency, times }, at) => ({
          x: rate,
          y: p95,
          // A level that was measured again has its name once.
          ...(measured[at - 1]?.concurrency !== concurrency && { name: formatCount(concurrency) }),
          note: `concurrency ${formatCount(concurrency)}, ${reliabilityNote(times.interval95.p95 !== null, times.count)}`,
        })),
      },
    ],
    x: {
      ...valueAxis('Successes per second', Math.max(0, ...measured.map(({ rate }) => rate)), formatNumber),
      text: formatRate,
    },
    y: valueAxis('p95', top, formatMs),
    limits: near,
    remark,
    table: {
      title,
      columns: ['Concurrency', 'Throughput', 'p95'],
      rows: measured.map(({ concurrency, rate, times }) => [
        formatCount(concurrency),
        formatRate(rate),
        marked(times, 'p95'),
      ]),
      ...doubtfulNote(measured.map(({ times }) => [marked(times, 'p95')])),
    },
  };
}

/** Returns the share of linear scaling that each level reaches; null without a level at concurrency 1. */
function efficiencyByLevel(sweep: Levels): ChartContent | null {
  const levels = sweep.figures.levels.map(({ concurrency, efficiency, tokenScalingFactor }) => ({
    concurrency,
    x: logPosition(concurrency),
    efficiency,
    ofTokens: tokenScalingFactor === null ? null : tokenScalingFactor / concurrency,
  }));
  const last = levels.at(-1);
  if (last === undefined || levels.every(({ efficiency }) => efficiency === null)) return null;
  // Where every response has as many tokens as the next, both lines are one.
  const both = levels.some(
    ({ efficiency, ofTokens }) => ofTokens !== null && Math.abs(ofTokens - (efficiency ?? 0)) > 0.01,
  );
  const requests: Series = {
    label: 'Requests',
    color: 'green',
    look: 'line',
    dots: true,
    points: levels.map(({ x, efficiency }) => ({ x, y: efficiency })),
  };
  const tokens: Series = {
    label: 'Tokens',
    color: 'purple',
    look: 'dashed',
    dots: true,
    points: levels.map(({ x, ofTokens }) => ({ x, y: ofTokens })),
  };
  const most = Math.max(...levels.flatMap(({ efficiency, ofTokens }) => [efficiency ?? 0, both ? (ofTokens ?? 0) : 0]));
  const title = 'Efficiency by concurrency';
  return {
    title,
    summary: `At concurrency ${formatCount(last.concurrency)}, throughput is ${formatPercent(last.efficiency)} of linear scaling.`,
    series: both ? [requests, tokens] : [requests],
    x: axisOf(sweep),
    y: valueAxis('Share of linear scaling', Math.max(1, most), formatPercent, 0),
    markers: levelMarkers(sweep),
    table: {
      title,
      columns: ['Concurrency', 'Requests', ...(both ? ['Tokens'] : [])],
      rows: levels.map(({ concurrency, efficiency, ofTokens }) =>
        [formatCount(concurrency), formatPercent(efficiency)].concat(both ? formatPercent(ofTokens) : []),
      ),
    },
  };
}
