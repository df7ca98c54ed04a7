import { changePoints, leastSide } from '../../comparison/change-points.ts';
import { formatMs, formatRate, formatUtc, noValue, countOf } from '../../format.ts';
import { changeText } from '../../record/comparisons/comparison-sentences.ts';
import { trendMetrics, type Trend, type TrendMetricName, type TrendRun } from '../tables/trend-runs.ts';
import { valueAxis } from './axes.ts';
import type { ChartContent, Marker, Series } from './content.ts';

/** A metric of a trend as a chart, in words, and the runs behind it. */
export interface TrendView {
  readonly chart: ChartContent;
  /** The changes in sentences, or that there is none. */
  readonly sentences: readonly string[];
  /** The runs with a value, oldest first: the points of the chart. */
  readonly runs: readonly TrendRun[];
}

/** Writes a value of a metric. */
const textOf = (metric: TrendMetricName, value: number | null): string => {
  const { unit } = trendMetrics[metric];
  return unit === 'ms' ? formatMs(value) : formatRate(value, unit === 'req/s' ? 'req' : 'tokens');
};

/** Returns the commit of a run as a label: `af09993`, with `*` if files had changed; its time without a commit. */
export function commitLabel({ commit, dirty, startedAt }: TrendRun): string {
  if (commit === undefined) return formatUtc(startedAt).slice(5, 16);
  return `${commit.slice(0, 7)}${dirty === true ? '*' : ''}`;
}

/** Returns commit, branch, and state of the files: `af09993 (main), uncommitted changes`. */
function commitText({ commit, branch, dirty }: TrendRun): string {
  if (commit === undefined) return noValue;
  return `${commit.slice(0, 7)}${branch === undefined ? '' : ` (${branch})`}${dirty === true ? ', uncommitted changes' : ''}`;
}

/**
 * Returns a metric over the runs, in the order of their start.
 * @param target name of a target; undefined: the whole run
 */
export function trendView(trend: Trend, metric: TrendMetricName, target?: string): TrendView {
  const { label } = trendMetrics[metric];
  const all = trend.runs.map((run) => ({ run, value: valuesOf(run, target)?.[metric] }));
  const known = all.flatMap(({ run, value }) => (value === undefined ? [] : [{ run, value }]));
  const values = known.map(({ value }) => value[0]);
  const changes = changePoints(values.map(Math.log));
  const runs = known.map(({ run }) => run);
  const ends = [...changes.map(({ index }) => index), values.length];
  const levels = ends.map((to, i) => ({
    from: ends[i - 1] ?? 0,
    to,
    level: medianOf(values.slice(ends[i - 1] ?? 0, to)),
  }));
  const labelAt = (index: number): string => (runs[index] === undefined ? '' : commitLabel(runs[index]));
  const title = `${capitalized(label)}${target === undefined ? '' : ` of ${target}`}`;
  const sentences = changes.map(
    ({ index, shift }) =>
      `${capitalized(label)} ${changeText(Math.exp(shift))} at ${labelAt(index)}${where(runs[index])}: ${textOf(metric, levels.find(({ to }) => to === index)?.level ?? null)} before, ${textOf(metric, levels.find(({ from }) => from === index)?.level ?? null)} after.`,
  );
  const most = Math.max(...known.map(({ value: [value, , high] }) => high ?? value));
  const markers = changes.map(({ index, shift }): Marker => ({
    x: index - 0.5,
    label: `${changeText(Math.exp(shift))} at ${labelAt(index)}`,
  }));
  const none =
    values.length < 2 * leastSide
      ? `A change can be found from ${2 * leastSide} runs on.`
      : `No change found in ${countOf(values.length, 'run')}.`;
  return {
    runs,
    sentences: sentences.length > 0 ? sentences : [none],
    chart: {
      title,
      summary: `${countOf(values.length, 'run')}, oldest first. ${sentences.length > 0 ? sentences.join(' ') : none}`,
      series: [
        {
          label: 'Run, with 95% interval',
          color: 'blue',
          look: 'line',
          dots: true,
          points: known.map(({ run, value: [value, bottom, top] }, x) => ({
            x,
            y: value,
            note: commitText(run),
            ...(bottom !== undefined && top !== undefined && { bottom, top }),
          })),
        },
        ...(changes.length === 0 ? [] : [levelSeries(levels)]),
      ],
      x: {
        title: 'Commit, in the order of the runs',
        min: -0.5,
        max: Math.max(values.length - 0.5, 0.5),
        ticks: ticksOf(runs),
        tick: labelAt,
        text: (index) => `${labelAt(index)} · ${runs[index] === undefined ? '' : formatUtc(runs[index].startedAt)}`,
      },
      y: valueAxis(capitalized(label), most, (value) => textOf(metric, value)),
      ...(markers.length > 0 && { markers }),
      table: {
        title,
        columns: ['Run', 'Commit', capitalized(label), '95% interval', 'Change'],
        words: ['Commit', '95% interval', 'Change'],
        rows: known.map(({ run, value: [value, low, high] }, i) => [
          formatUtc(run.startedAt),
          commitText(run),
          textOf(metric, value),
          low === undefined || high === undefined ? noValue : `${textOf(metric, low)} to ${textOf(metric, high)}`,
          changes.flatMap(({ index, shift }) => (index === i ? [changeText(Math.exp(shift))] : [])).join(''),
        ]),
      },
    },
  };
}

const valuesOf = (run: TrendRun, target: string | undefined): TrendRun['values'] | undefined =>
  target === undefined ? run.values : run.targets?.[target];

/** `Throughput`, but `p95`. */
export const capitalized = (label: string): string =>
  /^p\d/.test(label) ? label : label.charAt(0).toUpperCase() + label.slice(1);

const where = (run: TrendRun | undefined): string => (run?.branch === undefined ? '' : ` (${run.branch})`);

/** The median between two changes, as one line with steps. */
function levelSeries(levels: readonly { from: number; to: number; level: number }[]): Series {
  return {
    label: 'Median between changes',
    color: 'yellow',
    look: 'dashed',
    points: levels.flatMap(({ from, to, level }, i) => [
      ...(i === 0 ? [] : [{ x: from - 0.5, y: null }]),
      { x: from - 0.5, y: level },
      { x: to - 0.5, y: level },
    ]),
  };
}

/** The first run of each commit has a tick, as far as there is room. */
function ticksOf(runs: readonly TrendRun[]): number[] {
  const apart = Math.ceil(runs.length / mostTicks);
  const ticks: number[] = [];
  for (const [i, run] of runs.entries()) {
    const before = runs[i - 1];
    const isNew = before === undefined || commitLabel(run) !== commitLabel(before);
    if (isNew && i - (ticks.at(-1) ?? -Infinity) >= apart) ticks.push(i);
  }
  return ticks;
}

const mostTicks = 8;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}
