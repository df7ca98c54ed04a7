import { perS, rateSlices, slices, type Slice } from '../../metrics/slices.ts';
import type { Backlog, Timeline } from '../../metrics/types.ts';
import { countOf, formatCount, formatMs, formatNumber, formatRate, formatS } from '../../format.ts';
import type { TimeMark } from '../server-gone.ts';
import { countAxis, timeAxis, valueAxis } from './axes.ts';
import type { ChartAxis, ChartContent, Point, Series } from './content.ts';

const nothing = 'No response yet.';

/** Returns p50 and p95 of each slice of a run up to this time. */
export function latencyOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartContent {
  const whole = slices(timeline, untilMs);
  const p95 = extremes(whole.map((slice) => slice.p95Ms));
  const points = (of: 'medianMs' | 'p95Ms'): Point[] =>
    whole.map((slice) => ({ x: middleS(slice), y: slice[of], note: responsesText(slice) }));
  const title = 'Latency over time';
  return marked(marks, {
    title,
    summary: p95 === null ? nothing : `p95 per slice: ${formatMs(p95.min)}–${formatMs(p95.max)}.`,
    series: [
      { label: 'p50', color: 'blue', look: 'line', points: points('medianMs') },
      { label: 'p95', color: 'yellow', look: 'dashed', points: points('p95Ms') },
    ],
    x: sliceAxis(whole, untilMs),
    y: valueAxis('Latency', p95?.max ?? 0, formatMs),
    remark: sliceWords(whole),
    table: {
      title,
      columns: ['From', 'Responses', 'p50', 'p95'],
      rows: whole.map((slice) => [
        fromText(slice),
        formatCount(slice.responses),
        formatMs(slice.medianMs),
        formatMs(slice.p95Ms),
      ]),
    },
  });
}

/** Returns responses per second in each slice, and failed requests per second if there are any. */
export function throughputOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartContent {
  const whole = rateSlices(timeline, untilMs);
  const rates = extremes(whole.map((slice) => perS(slice.responses, slice)));
  const failing = whole.some((slice) => slice.failures > 0);
  const line = (label: string, of: 'responses' | 'failures'): Pick<Series, 'label' | 'shape' | 'points'> => ({
    label,
    shape: 'steps',
    points: steps(whole, (slice) => ({
      y: perS(slice[of], slice),
      note: of === 'responses' ? responsesText(slice) : `${formatCount(slice.failures)} failed`,
    })),
  });
  const most = Math.max(0, ...whole.map((slice) => perS(Math.max(slice.responses, slice.failures), slice)));
  const title = 'Throughput over time';
  return marked(marks, {
    title,
    summary: rates === null ? nothing : `Throughput per slice: ${formatRate(rates.min)}–${formatRate(rates.max)}.`,
    series: [
      { ...line('Responses', 'responses'), color: 'green', look: 'area' },
      ...(failing ? [{ ...line('Failed requests', 'failures'), color: 'red', look: 'dashed' } as const] : []),
    ],
    x: sliceAxis(whole, untilMs),
    y: valueAxis('Per second', most, formatNumber),
    remark: sliceWords(whole),
    table: {
      title,
      columns: ['From', 'Responses', 'Throughput', ...(failing ? ['Failed', 'Failed per second'] : [])],
      rows: whole.map((slice) =>
        [fromText(slice), formatCount(slice.responses), formatRate(perS(slice.responses, slice))].concat(
          failing ? [formatCount(slice.failures), formatRate(perS(slice.failures, slice))] : [],
        ),
      ),
    },
  });
}

/** Returns output tokens per second in each slice, by when they arrived. */
export function tokensOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartContent {
  const whole = rateSlices(timeline, untilMs);
  const found = extremes(whole.map(tokenRate));
  const title = 'Output tokens over time';
  return marked(marks, {
    title,
    summary:
      found === null ? 'No token yet.' : `Output tokens per slice: ${tokensText(found.min)}–${tokensText(found.max)}.`,
    series: [
      {
        label: 'Output tokens',
        color: 'green',
        look: 'area',
        shape: 'steps',
        points: steps(whole, (slice) => ({
          y: tokenRate(slice),
          note: countOf(Math.round(slice.outputTokens), 'token'),
        })),
      },
    ],
    x: sliceAxis(whole, untilMs),
    y: valueAxis('Tokens per second', found?.max ?? 0, formatNumber),
    remark: sliceWords(whole),
    table: {
      title,
      columns: ['From', 'Tokens', 'Token throughput'],
      rows: whole.map((slice) => [fromText(slice), formatCount(slice.outputTokens), tokensText(tokenRate(slice))]),
    },
  });
}

/** Returns the peak backlog of the open model in each slice of the run. */
export function backlogOverTime(
  { waiting, widthMs, max, maxAtMs }: Backlog,
  untilMs: number,
  marks: readonly TimeMark[],
): ChartContent {
  const fromS = (slice: number): number => (slice * widthMs) / 1000;
  const title = 'Backlog';
  const points = waiting.map((count, slice) => ({ x: fromS(slice), y: count }));
  return marked(marks, {
    title,
    summary: `Peak backlog: ${countOf(max, 'request')}, ${formatS((maxAtMs ?? 0) / 1000)} after the start.`,
    series: [
      {
        label: 'Peak backlog',
        color: 'red',
        look: 'area',
        shape: 'steps',
        points: [...points, ...points.slice(-1).map(({ y }) => ({ x: untilMs / 1000, y }))],
      },
    ],
    x: timeAxis(untilMs),
    y: countAxis('Requests', max),
    remark: 'Requests that were due while the maximum was in flight.',
    table: {
      title,
      columns: ['From', 'Peak backlog'],
      rows: points.map(({ x, y }) => [formatS(x), formatCount(y)]),
    },
  });
}

const tokenRate = (slice: Slice): number => perS(slice.outputTokens, slice);
const tokensText = (perSecond: number): string => formatRate(perSecond, 'tokens');
const middleS = ({ fromMs, widthMs }: Slice): number => (fromMs + widthMs / 2) / 1000;
const endS = ({ fromMs, widthMs }: Slice): number => (fromMs + widthMs) / 1000;
const fromText = ({ fromMs }: Slice): string => formatS(fromMs / 1000);
const responsesText = ({ responses }: Slice): string => countOf(responses, 'response');

/** The time axis; a tooltip names the slice. */
function sliceAxis(whole: readonly Slice[], untilMs: number): ChartAxis {
  return {
    ...timeAxis(untilMs),
    text: (atS) => {
      const slice = whole.findLast(({ fromMs }) => fromMs / 1000 <= atS + 1e-9);
      return slice === undefined ? '' : `${fromText(slice)} to ${formatS(endS(slice))}`;
    },
  };
}

/**
 * A rate applies to its whole slice, and a line from middle to middle would show a slope that wasn't measured. The last
 * one is drawn twice, so its slice has its full width.
 */
function steps(whole: readonly Slice[], of: (slice: Slice) => Omit<Point, 'x'>): Point[] {
  const last = whole.at(-1);
  const points = whole.map((slice) => ({ x: slice.fromMs / 1000, ...of(slice) }));
  return last === undefined ? points : [...points, { x: endS(last), ...of(last) }];
}

/** Adds the moments to mark, as lines and in words. */
export function marked(marks: readonly TimeMark[], content: ChartContent): ChartContent {
  if (marks.length === 0) return content;
  return {
    ...content,
    summary: [content.summary, ...marks.map(({ sentence }) => sentence)].join(' '),
    markers: marks.map(({ atMs, label }) => ({ x: atMs / 1000, label })),
  };
}

/** How coarse the chart is, in words. */
function sliceWords(whole: readonly Slice[]): string {
  const first = whole[0];
  if (first === undefined) return '';
  const width = formatS(first.widthMs / 1000).replace(/\.0+ /, ' ');
  const mean = whole.reduce((sum, slice) => sum + slice.responses, 0) / whole.length;
  return mean < 1
    ? `Slices of ${width}`
    : `Slices of ${width}, on average ${mean < 10 ? mean.toFixed(1) : formatCount(mean)} responses each`;
}

function extremes(values: readonly (number | null)[]): { readonly min: number; readonly max: number } | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : { min: Math.min(...present), max: Math.max(...present) };
}
