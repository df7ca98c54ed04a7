import type { Distribution, LatencyBins, StreamNumbers } from '../../metrics/types.ts';
import { formatCount, formatMs, formatPercent } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { countAxis } from './axes.ts';
import { binAxis, binPosition, edgeFormat } from './bin-axis.ts';
import type { ChartContent, SeriesColor } from './content.ts';

/** Subject of a histogram, in words. */
interface HistogramWords {
  readonly title: string;
  readonly color: SeriesColor;
  /** Title of the axis of times. */
  readonly time: string;
  /** What is counted, as the header of a column. */
  readonly counted: string;
  readonly summary: (distribution: Distribution) => string;
}

/** Returns how many responses took how long; null without a response. */
export function latencyHistogram({
  latencyBins,
  latencyMs,
}: Pick<RunRecord, 'latencyBins' | 'latencyMs'>): ChartContent | null {
  return histogram(
    {
      title: 'Latency, all responses',
      color: 'blue',
      time: 'Latency',
      counted: 'Responses',
      summary: ({ count, min, max, median, p95 }) =>
        `${formatCount(count)} responses between ${formatMs(min)} and ${formatMs(max)}; half took at most ${formatMs(median)}, 95% at most ${formatMs(p95)}.`,
    },
    latencyBins,
    latencyMs,
  );
}

/** Returns how many streams had their first token after how long; null without one. */
export function ttftHistogram(bins: LatencyBins, { ttftMs }: StreamNumbers): ChartContent | null {
  return histogram(
    {
      title: 'Time to first token (TTFT)',
      color: 'yellow',
      time: 'TTFT',
      counted: 'Streams',
      summary: ({ count, min, max, median, p95 }) =>
        `${formatCount(count)} first tokens after ${formatMs(min)} to ${formatMs(max)}; half within ${formatMs(median)}, 95% within ${formatMs(p95)}.`,
    },
    bins,
    ttftMs,
  );
}

/** Returns how many times between two chunks were how long, of all streams together; null without one. */
export function iclHistogram(bins: LatencyBins, { iclMs }: StreamNumbers): ChartContent | null {
  return histogram(
    {
      title: 'Inter-chunk latency (ICL)',
      color: 'purple',
      time: 'ICL',
      counted: 'Chunks',
      summary: ({ count, min, max, median, p95 }) =>
        `${formatCount(count)} chunks ${formatMs(min)} to ${formatMs(max)} after the previous one; half within ${formatMs(median)}, 95% within ${formatMs(p95)}.`,
    },
    bins,
    iclMs,
  );
}

/** How many values were how long, with p50, p95, and p99 marked; an unreliable one with a question mark. */
function histogram(
  words: HistogramWords,
  { edgesMs, counts }: LatencyBins,
  distribution: Distribution,
): ChartContent | null {
  if (distribution.count === 0 || counts.length === 0) return null;
  const edge = edgeFormat(edgesMs);
  const share = (count: number): string => formatPercent(count / distribution.count);
  return {
    title: words.title,
    summary: words.summary(distribution),
    series: [
      {
        label: words.counted,
        color: words.color,
        look: 'area',
        shape: 'bars',
        points: counts.map((count, i) => ({ x: i + 0.5, y: count, note: share(count) })),
      },
    ],
    x: binAxis(words.time, edgesMs),
    y: countAxis(words.counted, Math.max(...counts)),
    markers: (['median', 'p95', 'p99'] as const).flatMap((name) => {
      const ms = distribution[name];
      const mark = distribution.interval95[name] === null ? ' ?' : '';
      const label = `${name === 'median' ? 'p50' : name} ${formatMs(ms)}${mark}`;
      return ms === null ? [] : [{ x: binPosition(edgesMs, ms), label }];
    }),
    table: {
      title: words.title,
      columns: ['From', 'To', words.counted, 'Share'],
      rows: counts.map((count, i) => [edge(i), edge(i + 1), formatCount(count), share(count)]),
    },
  };
}
