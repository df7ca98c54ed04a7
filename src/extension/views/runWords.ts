import { l10n } from 'vscode';
import { formatAgo, formatCount, formatPercent, formatRate, formatS, withoutZeros } from '../../core/report/format.ts';
import { headlineThroughput, p95Text, type HeadlineNumbers } from '../../core/report/headline.ts';
import { rateText } from '../../core/report/load-words.ts';
import type { RunPlan, Verdict } from '../../core/plan/types.ts';
import { outcomeOf, outcomeOfAll, outcomeWords, type Outcome } from '../../core/report/outcome-words.ts';
import { isRun, isSweep, runsOf, type ResultRecord } from '../../core/report/results.ts';
import type { ThroughputSuite } from '../../core/report/suite-types.ts';
import type { SweepRecord } from '../../core/report/sweep-types.ts';
import type { RunRecord } from '../../core/report/types.ts';

/** `p95 1.02 s`, or `98.6% ok · p95 1.02 s` where not all succeeded: of those that did, as in the reports. By the clock `response p95 1.02 s`. */
export function shortWords(numbers: HeadlineNumbers): string {
  const { successRatio } = numbers;
  const p95 = p95Text(numbers);
  return successRatio === null || successRatio === 1
    ? p95
    : `${l10n.t('{0} ok', formatPercent(successRatio))} · ${p95}`;
}

/** `p95 1.02 s · 9.8 req/s`, with the share of successes where shortWords has it. */
export const numbersWords = (numbers: HeadlineNumbers): string =>
  `${shortWords(numbers)} · ${formatRate(headlineThroughput(numbers).first)}`;

/** `2 min ago`. */
export const agoWords = (record: ResultRecord): string => formatAgo(Date.now() - Date.parse(record.startedAt));

/** `500 requests × 10`, `30 s × 10`, `30 s × 200/s`. */
export function planWords({ requests, durationS, concurrency, stages }: RunPlan): string {
  const width = stages === undefined ? formatCount(concurrency) : rateText(stages);
  const span = withoutZeros(formatS(durationS));
  if (requests === null) return `${span} × ${width}`;
  const count = requests === 1 ? l10n.t('1 request') : l10n.t('{0} requests', formatCount(requests));
  return durationS === null ? `${count} × ${width}` : l10n.t('{0} or {1} × {2}', count, span, width);
}

/** How a result ended, in a word or two. */
export const outcomeLabel = (result: ResultRecord): string => l10n.t(outcomeWords[outcomeOfResult(result)].label);

/** How a result ended: its levels together where it has any. */
export const outcomeOfResult = (result: ResultRecord): Outcome =>
  isRun(result) ? outcomeOf(result) : outcomeOfAll(result.status, runsOf(result));

/** `sweep 1–8 · best at 4`: the levels that were measured, and the recommended one. */
export function sweepWords({ levels, figures }: SweepRecord): string {
  const measured = levels.map(({ plan }) => plan.concurrency);
  const [first, last] = [formatCount(Math.min(...measured)), formatCount(Math.max(...measured))];
  const range = first === last ? l10n.t('sweep {0}', first) : l10n.t('sweep {0}–{1}', first, last);
  const { concurrency } = figures.recommended;
  return concurrency === null ? range : `${range} · ${l10n.t('best at {0}', formatCount(concurrency))}`;
}

/** `throughput suite, quick · best at 2 · 5 of 5 targets`. */
export function suiteWords({ workload, figures, targets }: ThroughputSuite): string {
  const { concurrency } = figures.recommended;
  return [
    workload.quick ? l10n.t('throughput suite, quick') : l10n.t('throughput suite'),
    ...(concurrency === null ? [] : [l10n.t('best at {0}', formatCount(concurrency))]),
    l10n.t('{0} of {1} targets', targets.filter(({ pass }) => pass).length, targets.length),
  ].join(' · ');
}

/** How a result of several levels ended, and how many levels had where not all did. */
export function levelsOutcome(result: SweepRecord | ThroughputSuite): string {
  const label = outcomeLabel(result);
  const planned = isSweep(result) ? result.planned.length : result.workload.levels.length;
  return result.status === 'completed'
    ? label
    : `${label}: ${l10n.t('{0} of {1} levels', result.levels.length, planned)}`;
}

/** `p95 1.02 s · 9.8 req/s` of a run, and what stands in its place for other results. */
export function resultWords(result: ResultRecord): string {
  if (isRun(result)) return numbersWords(result);
  return isSweep(result) ? sweepWords(result) : suiteWords(result);
}

/** The objectives of a target; those of the whole run too where it is the only one. */
export const verdictsOf = (record: RunRecord, target: string): readonly Verdict[] =>
  record.objectives.filter((verdict) => (verdict.target ?? (record.targetCount === 1 ? target : undefined)) === target);

const marks = { pass: '✓', fail: '✗', 'not enough data': '?' } as const;

/** `✓`, `✗`, or `?` where there were too few requests to tell. */
export const verdictMark = ({ outcome }: Verdict): string => marks[outcome];

/** `✓` when every objective is met, otherwise `✗ p95` or `? p99` with what is not; nothing without objectives. */
export function objectiveWords(verdicts: readonly Verdict[]): readonly string[] {
  if (verdicts.length === 0) return [];
  const worst = (['fail', 'not enough data'] as const).find((one) => verdicts.some(({ outcome }) => outcome === one));
  if (worst === undefined) return [marks.pass];
  const missed = verdicts.filter(({ outcome }) => outcome === worst).map(({ objective }) => objective.metric);
  return [`${marks[worst]} ${[...new Set(missed)].join(', ')}`];
}
