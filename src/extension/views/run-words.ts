import { shortReason } from '../../core/report/words/failure-reasons.ts';
import { countOf, formatAgo, formatCount, formatPercent } from '../../core/format.ts';
import { headlineRateText, p95Text, type HeadlineNumbers } from '../../core/report/words/headline.ts';
import { lengthText } from '../../core/report/words/facts.ts';
import { rateText } from '../../core/report/words/load-words.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import type { Verdict } from '../../core/vocabulary.ts';
import {
  outcomeOf,
  outcomeOfAll,
  outcomeWords,
  type Outcome,
  type Tone,
} from '../../core/report/words/outcome-words.ts';
import { isComparison, isRun, isSweep, runsOf, type ResultRecord } from '../../core/report/formats/results.ts';
import type { VerdictName } from '../../core/comparison/verdict.ts';
import { changeText, labelOf } from '../../core/record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord } from '../../core/record/comparisons/comparison.ts';
import { headlineMetric } from '../../core/record/comparisons/leading-metric.ts';
import type { ThroughputSuite } from '../../core/record/suites/suite.ts';
import { rateName, shortLevel } from '../../core/record/sweeps/level-words.ts';
import { searchOf } from '../../core/record/sweeps/search-of.ts';
import type { SweepRecord } from '../../core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../core/record/run.ts';
import type { TargetResult } from '../services/runs/last-results.ts';

/**
 * `p95 1.02 s`, or `98.6% ok · p95 of successes 1.02 s` if some failed, as in the reports; `response p95 1.02 s` in the
 * open model; `TTFT p95 320 ms` for streams; `no response` without a success.
 */
export function shortWords(numbers: HeadlineNumbers): string {
  const { successRatio, successes, responses, requestsSent } = numbers;
  if (requestsSent > 0 && successes === 0) return responses === 0 ? 'no response' : 'no success';
  const p95 = p95Text(numbers);
  return successRatio === null || successRatio === 1 ? p95 : `${formatPercent(successRatio)} ok · ${p95}`;
}

/**
 * `p95 1.02 s · 9.8 req/s`, or `TTFT p95 320 ms · 310 tokens/s` for streams, with the success ratio if shortWords has it, and
 * the reason of most failures.
 */
export function numbersWords(numbers: HeadlineNumbers, reason?: string): string {
  return [
    shortWords(numbers),
    ...(numbers.successes === 0 ? [] : [headlineRateText(numbers)]),
    ...(reason === undefined ? [] : [reason]),
  ].join(' · ');
}

/** The reason of most failures of a result; undefined without failures. */
export const reasonWords = (result: ResultRecord): string | undefined => shortReason(runsOf(result));

/** The reason of most failures of one target: of its most frequent status or kind, the text known to come from it. */
export function targetReasonWords(
  { failureSamples }: RunRecord,
  numbers: RunRecord['perTarget'][number],
): string | undefined {
  const own = failureSamples.filter(({ target, targets = [target] }) => targets.includes(numbers.name));
  // Counts are for the whole run. Those of the target decide.
  return shortReason(
    [
      {
        ...numbers,
        failureSamples: own.map(({ target, status, error, reason = '', text }) =>
          Object.assign({ target, status, reason, text }, error && { error }),
        ),
      },
    ],
    60,
  );
}

/** `2 min ago`. */
export const agoWords = (record: ResultRecord): string => formatAgo(Date.now() - Date.parse(record.startedAt));

/** `500 requests × 10`, `30 s × 10`, `30 s × 200/s`, `500 requests × inf`, `trace burst.jsonl`. */
export function planWords(plan: RunPlan): string {
  if (plan.trace !== undefined) {
    // How many requests a trace has is known after a run.
    const length = lengthText(plan);
    return length === '' ? `trace ${plan.trace.file}` : `${length} of ${plan.trace.file}`;
  }
  if (plan.atOnce) return `${lengthText(plan)} × inf`;
  const width = plan.stages === undefined ? formatCount(plan.concurrency) : rateText(plan.stages);
  return `${lengthText(plan)} × ${width}`;
}

/** How a result ended, in a word or two. */
export const outcomeLabel = (result: Exclude<ResultRecord, ComparisonRecord>): string =>
  outcomeWords[outcomeOfResult(result)].label;

/** Outcome of a result, of all levels together if there are any. */
export const outcomeOfResult = (result: Exclude<ResultRecord, ComparisonRecord>): Outcome =>
  isRun(result) ? outcomeOf(result) : outcomeOfAll(result.status, runsOf(result));

/** How good a result is. */
export const toneOf = (result: ResultRecord): Tone =>
  isComparison(result) ? comparisonTone(result) : outcomeWords[outcomeOfResult(result)].tone;

const verdictTones: Readonly<Record<VerdictName, Tone>> = {
  better: 'good',
  worse: 'bad',
  changed: 'warning',
  same: 'plain',
  inconclusive: 'plain',
};

/** How good the verdict of a comparison is for side B. */
export const comparisonTone = ({ verdict }: ComparisonRecord): Tone =>
  verdict.name === null ? 'plain' : verdictTones[verdict.name];

/** `A/B worse · p95 +12.3%`: the verdict, and the change that it names first. */
export const comparisonWords = (comparison: ComparisonRecord): string =>
  [`A/B ${comparison.verdict.name ?? 'no verdict'}`, ...headlineChange(comparison)].join(' · ');

/** `p95 +12.3%`: the change of the metric that the verdict names, or of the first judged one; none without values. */
export function headlineChange(comparison: ComparisonRecord): readonly string[] {
  const { metric = '', ratio = null } = headlineMetric(comparison) ?? {};
  return ratio === null ? [] : [`${labelOf(metric)} ${changeText(ratio)}`];
}

/** `sweep 1–8 · recommended 4`: the levels that were measured, and the recommended one. `capacity 6`. */
export function sweepWords(sweep: SweepRecord): string {
  const { levels, figures, rates } = sweep;
  const found = searchOf(sweep);
  if (found !== undefined) {
    const { by, capacity } = found;
    if (capacity === null) return 'no capacity found';
    return `capacity ${by === 'rate' ? rateName(capacity) : formatCount(capacity)}`;
  }
  if (rates !== undefined) {
    const [lowest, highest] = [levels[0], levels.at(-1)].map((level) =>
      level === undefined ? '' : shortLevel(level.plan),
    );
    return lowest === highest ? `rates ${lowest ?? ''}` : `rates ${lowest ?? ''}–${highest ?? ''}`;
  }
  const measured = levels.map(({ plan }) => plan.concurrency);
  const [first, last] = [formatCount(Math.min(...measured)), formatCount(Math.max(...measured))];
  const range = first === last ? `sweep ${first}` : `sweep ${first}–${last}`;
  const { concurrency } = figures.recommended;
  return concurrency === null ? range : `${range} · recommended ${formatCount(concurrency)}`;
}

/** `suite, quick · recommended 2 · 5 of 5 targets`. */
export function suiteWords({ workload, figures, targets }: ThroughputSuite): string {
  const { concurrency } = figures.recommended;
  return [
    workload.quick ? 'suite, quick' : 'suite',
    ...(concurrency === null ? [] : [`recommended ${formatCount(concurrency)}`]),
    `${targets.filter(({ pass }) => pass).length} of ${targets.length} targets`,
  ].join(' · ');
}

/** How a result of several levels ended, and how many levels had where not all did. */
export function levelsOutcome(result: SweepRecord | ThroughputSuite): string {
  const label = outcomeLabel(result);
  if (result.status === 'completed') return label;
  if (isSweep(result) && searchOf(result) !== undefined) {
    return `${label}: ${countOf(result.levels.length, 'run')}`;
  }
  const planned = isSweep(result) ? (result.rates?.planned ?? result.planned).length : result.workload.levels.length;
  return `${label}: ${result.levels.length} of ${planned} levels`;
}

/** `p95 1.02 s · 9.8 req/s` of a run, and the corresponding text of other results. */
export function resultWords(result: ResultRecord): string {
  if (isRun(result)) return numbersWords(result, reasonWords(result));
  if (isComparison(result)) return comparisonWords(result);
  return isSweep(result) ? sweepWords(result) : suiteWords(result);
}

/** The objectives of a target, and those of the whole run if it is the only one. */
export const verdictsOf = (record: RunRecord, target: string): readonly Verdict[] =>
  record.objectives.filter((verdict) => (verdict.target ?? (record.targetCount === 1 ? target : undefined)) === target);

const marks = { pass: '✓', fail: '✗', 'not enough data': '?' } as const;

/** `✓`, `✗`, or `?` with too few requests. */
export const verdictMark = ({ outcome }: Verdict): string => marks[outcome];

/** `✓` if every objective is met, otherwise `✗ p95` or `? p99` with those that aren't; empty without objectives. */
export function objectiveWords(verdicts: readonly Verdict[]): readonly string[] {
  if (verdicts.length === 0) return [];
  const worst = (['fail', 'not enough data'] as const).find((one) => verdicts.some(({ outcome }) => outcome === one));
  if (worst === undefined) return [marks.pass];
  const missed = verdicts.filter(({ outcome }) => outcome === worst).map(({ objective }) => objective.metric);
  return [`${marks[worst]} ${[...new Set(missed)].join(', ')}`];
}

/** Text of the gutter icon for a target's last run. Objectives decide if there are any, otherwise failed requests. */
export function targetMark({ record, numbers }: Pick<TargetResult, 'record' | 'numbers'>): 'pass' | 'warning' | 'fail' {
  const verdicts = verdictsOf(record, numbers.name);
  if (numbers.successes === 0 || verdicts.some(({ outcome }) => outcome === 'fail')) return 'fail';
  const isSure = verdicts.length > 0 ? verdicts.every(({ outcome }) => outcome === 'pass') : numbers.successRatio === 1;
  return isSure ? 'pass' : 'warning';
}
