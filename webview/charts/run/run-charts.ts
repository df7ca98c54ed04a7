import { timelineEndMs } from '../../../src/core/metrics/timeline.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { timeMarks } from '../../../src/core/report/server-gone.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { backlogOverTime } from './backlog-over-time.ts';
import { latencyHistogram } from './latency-histogram.ts';
import { latencyOverTime } from './latency-over-time.ts';
import { percentileCurve } from './percentile-curve.ts';
import { throughputOverTime } from './throughput-over-time.ts';

/** Creates the charts of a run, first the one that answers its question: how latency is spread, or when something went wrong. */
export function runCharts(record: RunRecord): ChartFigure[] {
  const endMs = timelineEndMs(record);
  const marks = timeMarks(record);
  const { responses, timeline, backlog } = record;
  const spread = responses === 0 ? [] : [latencyHistogram(record), percentileCurve(record)];
  const latency = responses === 0 ? [] : [latencyOverTime(timeline, endMs, marks)];
  // Without a response there is nothing to draw but when requests failed.
  const drawsRates = responses > 0 || timeline.responses.length > 1;
  const throughput = drawsRates ? [throughputOverTime(timeline, endMs, marks)] : [];
  if (marks.length > 0) return [...throughput, ...latency, ...spread];
  if (backlog !== undefined && backlog.max > 0) {
    return [backlogOverTime(backlog, endMs, marks), ...latency, ...throughput, ...spread];
  }
  return [...spread, ...latency, ...throughput];
}
