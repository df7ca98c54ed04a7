import { timelineEndMs } from '../../metrics/timeline.ts';
import { hasStreams } from '../../metrics/streams.ts';
import type { RunRecord } from '../../record/run.ts';
import { timeMarks } from '../server-gone.ts';
import type { ChartContent } from './content.ts';
import { iclHistogram, latencyHistogram, ttftHistogram } from './histograms.ts';
import { backlogOverTime, latencyOverTime, throughputOverTime, tokensOverTime } from './over-time.ts';
import { ttftByInputChart } from './ttft-by-input.ts';
import { percentileCurve } from './percentile-curve.ts';

/** Returns the charts of a run, first the one that answers its question: how latency is spread, or when something went wrong. */
export function runCharts(record: RunRecord): ChartContent[] {
  const endMs = timelineEndMs(record);
  const marks = timeMarks(record);
  const { responses, timeline, backlog } = record;
  const spread = [latencyHistogram(record), percentileCurve(record)];
  // A single slice has no course.
  const hasCourse = timeline.responses.length > 1;
  const latency = hasCourse && responses > 0 ? [latencyOverTime(timeline, endMs, marks)] : [];
  const throughput = hasCourse ? [throughputOverTime(timeline, endMs, marks)] : [];
  return (
    marks.length > 0
      ? [...throughput, ...latency, ...spread]
      : backlog !== undefined && backlog.max > 0
        ? [backlogOverTime(backlog, endMs, marks), ...latency, ...throughput, ...spread]
        : [...spread, ...latency, ...throughput]
  ).filter((chart) => chart !== null);
}

/** Returns the charts of the streams of a run; none without streams. */
export function streamCharts(record: RunRecord): ChartContent[] {
  if (!hasStreams(record)) return [];
  const { ttftBins, iclBins, timeline } = record;
  return [
    ttftBins === undefined ? null : ttftHistogram(ttftBins, record),
    iclBins === undefined ? null : iclHistogram(iclBins, record),
    timeline.outputTokens === undefined || timeline.outputTokens.length < 2
      ? null
      : tokensOverTime(timeline, timelineEndMs(record), timeMarks(record)),
    record.ttftByInput === undefined ? null : ttftByInputChart(record.ttftByInput),
  ].filter((chart) => chart !== null);
}
