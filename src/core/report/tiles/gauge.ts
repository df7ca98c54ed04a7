import type { Distribution, Numbers } from '../../metrics/types.ts';
import { otherTimeOf, type Measured } from '../../plan/objectives.ts';
import { measuredValue, quantileOf } from '../../values/objective-metrics.ts';
import { isUnjudged, objectiveText } from '../../values/objectives.ts';
import { withoutZeros } from '../../format.ts';
import type { Verdict } from '../../vocabulary.ts';

/** An objective as a bar: the measured value against its limit. Places are shares of the bar, 0 to 1. */
export interface Gauge {
  readonly outcome: Verdict['outcome'];
  /** Null if nothing was measured. */
  readonly value: number | null;
  /** Ends of the 95% interval of the value; null without one. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Null for a relative objective without a baseline. */
  readonly limit: number | null;
  /** The outcome and the objective: `Met: p95 < 2s`. */
  readonly words: string;
  /** The measured value with its unit: `1.43 s`; empty if it's shown next to the bar. */
  readonly measured: string;
}

/** Room beyond the largest value of a bar, as a share of it. */
const room = 0.12;

const outcomes: Readonly<Record<Verdict['outcome'], string>> = {
  pass: 'Met',
  fail: 'Not met',
  'not enough data': 'Not enough data',
};

/** Returns what became of an objective, in words. */
export const outcomeText = (verdict: Verdict): string =>
  isUnjudged(verdict) ? 'Not judged' : outcomes[verdict.outcome];

/** Returns the bar of an objective from the numbers that it was judged by. */
export function gaugeOf(verdict: Verdict, numbers: Measured): Gauge {
  const { objective, outcome, actual } = verdict;
  const interval = intervalOf(objective.metric, actual, numbers);
  const end = Math.max(objective.value ?? 0, actual ?? 0, interval?.[1] ?? 0) * (1 + room);
  const place = (value: number): number => (end > 0 ? Math.max(0, value) / end : 0);
  return {
    outcome,
    value: actual === null ? null : place(actual),
    interval: interval === null ? null : [place(interval[0]), place(interval[1])],
    limit: objective.value === null ? null : place(objective.value),
    words: `${outcomeText(verdict)}: ${objectiveText(objective)}`,
    measured: withoutZeros(measuredValue(objective.metric, actual)),
  };
}

/** Returns the 95% interval of the quantile that was judged; null for other statistics. */
function intervalOf(metric: string, actual: number | null, numbers: Measured): readonly [number, number] | null {
  if (actual === null) return null;
  const other = otherTimeOf(metric, numbers);
  const name = quantileOf[other?.statistic ?? metric];
  if (name === undefined) return null;
  const candidates = other === undefined ? latenciesOf(numbers) : [other.distribution];
  // The history rounds a verdict and its distribution to different digits.
  const isJudged = (value: number | null | undefined): boolean =>
    typeof value === 'number' && Math.abs(value - actual) <= 1e-5 * Math.abs(actual);
  return candidates.find((times) => isJudged(times?.[name]))?.interval95[name] ?? null;
}

const latenciesOf = ({ latencyMs, successLatencyMs }: Numbers): (Distribution | undefined)[] => [
  latencyMs,
  successLatencyMs,
];
