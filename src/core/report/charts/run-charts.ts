import { timelineEndMs } from '../../metrics/timeline.ts';
import { hasStreams } from '../../metrics/streams.ts';
import type { Numbers } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { latencyByTarget, timedTargets } from './by-target.ts';
import { timeMarks } from '../server-gone.ts';
import type { ChartContent } from './content.ts';
import { iclHistogram, latencyHistogram, ttftHistogram } from './histograms.ts';
import { backlogOverTime, latencyOverTime, throughputOverTime, tokensOverTime } from './over-time.ts';
import { ttftByInputChart } from './llm/ttft-by-input.ts';
import { percentileCurve } from './percentile-curve.ts';

/** Data for the charts of a run or one of its targets. */
export type ChartedRun = Pick<
  RunRecord,
  'latencyBins' | 'latencyMs' | 'responses' | 'timeline' | 'totalMs' | 'errors'
> &
  Partial<Pick<RunRecord, 'backlog' | 'unresponsiveFromMs' | 'perTarget'>>;

/** Returns the charts of a run, the most relevant first: the distribution of latency, or when something went wrong. */
export function runCharts(record: ChartedRun): ChartContent[] {
  const endMs = timelineEndMs(record);
  const marks = timeMarks(record);
  const { responses, timeline, backlog } = record;
  const spread = [latencyHistogram(record), percentileCurve(record)];
  // A single slice has no trend.
  const hasCourse = timeline.responses.length > 1;
  const targets = timedTargets(record.perTarget);
  const latency =
    hasCourse && responses > 0
      ? [targets.length > 0 ? latencyByTarget(targets, record, marks) : latencyOverTime(timeline, endMs, marks)]
      : [];
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
export function streamCharts(
  record: Numbers & ChartedRun & Partial<Pick<RunRecord, 'ttftBins' | 'iclBins' | 'ttftByInput'>>,
): ChartContent[] {
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
