import type { Objective } from '../../../src/core/vocabulary.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import { chartFigure, type ChartContent, type ChartFigure } from '../kit/figure.ts';
import { roundAbove } from '../kit/ticks.ts';
import { levelAxis, levelMarkers, levelPosition, markedWords, type Levels } from './level-axis.ts';

/** Metrics whose objectives are limits of the latency in this chart. */
const latencyMetrics = new Set(['mean', 'p50', 'median', 'p90', 'p95', 'p99', 'p99.9', 'max']);
/** A limit above this multiple of the largest value would flatten the lines, so it's text below the chart. */
const farthest = 2.5;

/** Creates the chart of success latency by level, p50 and p95, with the limits of objectives. */
export function latencyByLevel(levels: Levels): ChartFigure {
  return chartFigure(
    'Latency by concurrency',
    [
      { title: 'Concurrency', kind: 'number' },
      { title: 'p50', kind: 'number' },
      { title: 'p95', kind: 'number' },
    ],
    latencyByLevelContent(levels),
  );
}

/** What the chart shows of the levels that there are; what stands out of them is not known before the last. */
export function latencyByLevelContent(sweep: Levels, markers = levelMarkers(sweep)): ChartContent {
  const { levels } = sweep;
  const largest = Math.max(0, ...levels.map(({ successLatencyMs }) => successLatencyMs.p95 ?? 0));
  const limits = (levels[0]?.plan.objectives ?? []).filter(isLimit);
  const near = limits.filter(({ value }) => value <= farthest * largest);
  const far = limits.filter(({ value }) => value > farthest * largest);
  const top = Math.max(largest, ...near.map(({ value }) => value));
  const shownLimits = near.map(({ text, value }) => ({ y: value, label: text }));
  const line = (name: 'median' | 'p95') =>
    levels.map(({ plan, successLatencyMs }) => ({ x: levelPosition(plan.concurrency), y: successLatencyMs[name] }));
  const last = levels.at(-1);
  return {
    summary:
      last === undefined
        ? 'No level yet.'
        : `At concurrency ${formatCount(last.plan.concurrency)}: p50 ${formatMs(last.successLatencyMs.median)}, p95 ${formatMs(last.successLatencyMs.p95)}. ${markedWords(markers, shownLimits)}`.trim(),
    series: [
      { label: 'p50', color: 'blue', look: 'line', dots: true, points: line('median') },
      { label: 'p95', color: 'yellow', look: 'dashed', dots: true, points: line('p95') },
    ],
    x: levelAxis(sweep),
    y: { title: 'Latency', format: formatMs, ...(top > 0 ? { max: roundAbove(top) } : {}) },
    markers,
    limits: shownLimits,
    remark: far.length === 0 ? '' : `Off the chart: ${far.map(({ text }) => text).join(', ')}`,
    rows: levels.map(({ plan, successLatencyMs }) => [
      formatCount(plan.concurrency),
      formatMs(successLatencyMs.median),
      formatMs(successLatencyMs.p95),
    ]),
  };
}

function isLimit({ metric, operator }: Objective): boolean {
  return operator.startsWith('<') && latencyMetrics.has(metric);
}
