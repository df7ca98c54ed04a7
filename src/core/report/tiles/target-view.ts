import { formatMs } from '../../format.ts';
import type { LatencyBins, Timeline } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import type { ChartedRun } from '../charts/run-charts.ts';
import { isMixed } from '../words/headline.ts';

type TargetNumbers = RunRecord['perTarget'][number];

/** A target in the form of a run: its numbers, and the data of its charts. */
export type TargetView = TargetNumbers &
  ChartedRun &
  Pick<RunRecord, 'tokenSource' | 'plan' | 'streamedRequests' | 'inputTokenSource'>;

const noBins: LatencyBins = { edgesMs: [], counts: [] };
const noTimeline: Timeline = { widthMs: 1, responses: [], failures: [], medianMs: [], p95Ms: [] };

/** Returns the numbers and charts of one target; undefined if the record has none. */
export function targetView(record: RunRecord, name: string): TargetView | undefined {
  const numbers = record.perTarget.find((target) => target.name === name);
  if (numbers === undefined) return undefined;
  const { totalMs, unresponsiveFromMs, tokenSource, inputTokenSource, plan, streamedRequests = [] } = record;
  return {
    latencyBins: noBins,
    timeline: noTimeline,
    ...numbers,
    totalMs,
    ...(unresponsiveFromMs !== undefined && { unresponsiveFromMs }),
    tokenSource,
    ...(inputTokenSource && { inputTokenSource }),
    plan,
    streamedRequests: streamedRequests.filter(({ target }) => target === name),
  };
}

/** Returns whether the record has charts of a target. */
export const hasCharts = ({ latencyBins }: ChartedRun): boolean => latencyBins.counts.length > 0;

/** Ratio of p50 between targets from which figures of their mix mislead. */
const unlike = 2;

/** Returns a warning if the targets of a run are so different that figures of all of them mislead; undefined otherwise. */
export function mixNote({ perTarget, ...run }: RunRecord): string | undefined {
  const medians = perTarget.flatMap(({ name, latencyMs, successLatencyMs }) => {
    const ms = (isMixed(run) ? successLatencyMs : latencyMs).median;
    return ms === null ? [] : [{ name, ms }];
  });
  const [fastest] = medians.toSorted((a, b) => a.ms - b.ms);
  const [slowest] = medians.toSorted((a, b) => b.ms - a.ms);
  if (fastest === undefined || slowest === undefined || slowest.ms < unlike * fastest.ms) return undefined;
  return `The targets differ: p50 from ${formatMs(fastest.ms)} (${fastest.name}) to ${formatMs(slowest.ms)} (${slowest.name}). Select one to see its own figures.`;
}
