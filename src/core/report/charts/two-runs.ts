import { slices } from '../../metrics/slices.ts';
import { timelineEndMs } from '../../metrics/timeline.ts';
import { formatMs, formatMsRange, formatPercent, formatS, countOf, noValue } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { timeAxis, valueAxis } from './axes.ts';
import { binAxis, edgeFormat } from './bin-axis.ts';
import type { ChartContent, Point } from './content.ts';
import { sharedBins } from './shared-bins.ts';

/** Returns the latencies of two runs laid over each other, as shares of their responses. */
export function comparedHistogram(before: RunRecord, after: RunRecord): ChartContent {
  const bins = sharedBins(before.latencyBins, after.latencyBins);
  const edge = edgeFormat(bins.edgesMs);
  const title = 'Latency, all responses';
  return {
    title,
    summary: `p50: ${formatMs(before.latencyMs.median)} before, ${formatMs(after.latencyMs.median)} after. p95: ${formatMs(before.latencyMs.p95)} before, ${formatMs(after.latencyMs.p95)} after.`,
    series: [
      { label: 'Before', color: 'blue', look: 'area', shape: 'steps', points: steps(bins.before) },
      { label: 'After', color: 'yellow', look: 'dashed', shape: 'steps', points: steps(bins.after) },
    ],
    x: binAxis('Latency', bins.edgesMs),
    y: valueAxis('Share of responses', Math.max(0, ...bins.before, ...bins.after), formatPercent),
    table: {
      title,
      columns: ['From', 'To', 'Before', 'After'],
      rows: bins.before.map((share, i) => [
        edge(i),
        edge(i + 1),
        formatPercent(share),
        formatPercent(bins.after[i] ?? null),
      ]),
    },
  };
}

/** Shares of bins; the last is drawn twice, so that its bin has its width. */
const steps = (shares: readonly number[]): Point[] =>
  [...shares, ...shares.slice(-1)].map((share, i) => ({ x: i, y: share }));

/** Returns the 95th percentile of two runs over the time since each started. */
export function comparedTimeline(before: RunRecord, after: RunRecord): ChartContent {
  const first = slices(before.timeline, timelineEndMs(before));
  const second = slices(after.timeline, timelineEndMs(after));
  const values = (of: typeof first): number[] => of.flatMap((slice) => slice.p95Ms ?? []);
  const range = (of: typeof first): string =>
    values(of).length === 0 ? noValue : formatMsRange(Math.min(...values(of)), Math.max(...values(of))).join(' to ');
  const points = (of: typeof first): Point[] =>
    of.map(({ fromMs, widthMs, p95Ms, responses }) => ({
      x: (fromMs + widthMs / 2) / 1000,
      y: p95Ms,
      note: countOf(responses, 'response'),
    }));
  const title = 'p95 over time';
  return {
    title,
    summary: `p95 per slice: ${range(first)} before, ${range(second)} after.`,
    series: [
      { label: 'Before', color: 'blue', look: 'line', points: points(first) },
      { label: 'After', color: 'yellow', look: 'dashed', points: points(second) },
    ],
    x: timeAxis(Math.max(timelineEndMs(before), timelineEndMs(after))),
    y: valueAxis('p95', Math.max(0, ...values(first), ...values(second)), formatMs),
    table: {
      title,
      columns: ['Run', 'From', 'p95'],
      rows: [
        ...first.map((slice) => ['Before', formatS(slice.fromMs / 1000), formatMs(slice.p95Ms)]),
        ...second.map((slice) => ['After', formatS(slice.fromMs / 1000), formatMs(slice.p95Ms)]),
      ],
    },
  };
}
