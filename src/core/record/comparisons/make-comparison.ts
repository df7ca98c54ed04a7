import { compareKept, comparePairs, type MetricComparison, type Rules } from '../../comparison/compare-sides.ts';
import { pairedEstimate, shiftEstimate } from '../../comparison/estimate.ts';
import { looksOf } from '../../comparison/looks.ts';
import { isSettled, type VerdictName } from '../../comparison/verdict.ts';
import { metricsOf, type ComparedMetricName } from './compared-metrics.ts';
import { comparisonSchemaName, type ComparisonRecord, type ComparisonSlice } from './comparison.ts';
import { verdictSentence } from './comparison-sentences.ts';
import { warningsOf } from './comparison-warnings.ts';

/** Input of a comparison: the measurements, and the rules for judging them. */
export type ComparisonParts = Pick<
  ComparisonRecord,
  'id' | 'name' | 'startedAt' | 'status' | 'stopReason' | 'plan' | 'a' | 'b' | 'environment' | 'source'
> & {
  readonly rules: Rules;
  /** Metrics that are judged; the usual ones unless given. */
  readonly chosen?: readonly ComparedMetricName[] | undefined;
  /** Only of an interleaved comparison: how many pairs at most, and the side sent first in each. */
  readonly pairs?: { readonly planned: number; readonly order: readonly ('a' | 'b')[] } | undefined;
  readonly warnings: readonly string[];
};

/** The part of the level that is for the question which side fails more, where requests fail at all. */
const failureShare = 0.2;
/** Sides whose failed shares differ by more than this are not called better for their times. */
const tolerated = 0.001;
/** Client-limited slices of a side above which there is no verdict, as a share. */
const mostLimited = 0.5;

/** Returns the comparison that slices or runs amount to. */
export function makeComparison(parts: ComparisonParts): ComparisonRecord {
  const { rules, chosen, pairs, a, b, warnings, ...rest } = parts;
  const judged = pairs && judgedPairs(Math.min(a.slices.length, b.slices.length), pairs.planned, rules.level);
  const [ofA, ofB] = [a.slices.slice(0, judged), b.slices.slice(0, judged)];
  const both = [...ofA, ...ofB];
  const metrics = metricsOf(both, chosen);
  const fails = both.some(({ requestsSent, successes }) => successes < requestsSent);
  const failures = compareFailures(ofA, ofB, pairs?.planned, failureShare * rules.level);
  const own = { ...rules, level: fails ? (1 - failureShare) * rules.level : rules.level };
  const logsOf = (slices: readonly ComparisonSlice[]): number[][] => metrics.map(({ name }) => logs(slices, name));
  const compared = pairs
    ? comparePairs(metrics, pairedLogs(logsOf(ofA), logsOf(ofB)), pairs.planned, own)
    : compareKept(metrics, logsOf(ofA), logsOf(ofB), own);
  const limited = (['a', 'b'] as const).filter((side) => limitedShare(parts[side].slices) > mostLimited);
  const verdict = verdictOf(compared, failures, limited.length > 0);
  const decisive = metrics.flatMap(({ name, decisive: wanted }) => (wanted ? [name] : []));
  const record: ComparisonRecord = {
    schema: comparisonSchemaName,
    ...rest,
    kind: pairs ? 'interleaved' : 'kept',
    threshold: rules.threshold,
    level: rules.level,
    ...(pairs && judged !== undefined && { pairs: { ...pairs, judged } }),
    a,
    b,
    failures,
    metrics: compared,
    verdict: { name: verdict, sentence: '' },
    warnings: [...warnings, ...warningsOf(parts, both, decisive)],
  };
  return { ...record, verdict: { name: verdict, sentence: verdictSentence(record, limited) } };
}

/** Returns true when more pairs can't change the verdict: a metric is worse, or each that is judged is settled. */
export function isDecided({ metrics, failures, verdict, pairs }: ComparisonRecord): boolean {
  if (pairs === undefined || verdict.name === null) return false;
  if (failures.verdict !== null || verdict.name === 'worse') return true;
  const decisive = metrics.filter((metric) => metric.decisive);
  return decisive.every((metric) => metric.verdict !== null && isSettled(metric.verdict)) && isSettled(verdict.name);
}

/** Pairs up to the last look; all of them before the first. */
function judgedPairs(complete: number, planned: number, level: number): number {
  const looks = looksOf(planned, level).filter(({ pairs }) => pairs <= complete);
  return looks.at(-1)?.pairs ?? complete;
}

/** Empty if a slice has no value, because the others would be a selection. */
function logs(slices: readonly ComparisonSlice[], name: ComparedMetricName): number[] {
  const values = slices.map(({ values: all }) => all[name] ?? 0);
  return values.every((value) => value > 0) ? values.map((value) => Math.log(value)) : [];
}

const pairedLogs = (a: readonly number[][], b: readonly number[][]): number[][] =>
  a.map((ofA, metric) => {
    const ofB = b[metric] ?? [];
    return ofA.length === ofB.length ? ofA.map((value, pair) => (ofB[pair] ?? value) - value) : [];
  });

const failedShare = ({ requestsSent, successes }: Pick<ComparisonSlice, 'requestsSent' | 'successes'>): number =>
  requestsSent === 0 ? 0 : 1 - successes / requestsSent;

function totalFailedShare(slices: readonly ComparisonSlice[]): number | null {
  const requestsSent = slices.reduce((sum, slice) => sum + slice.requestsSent, 0);
  const successes = slices.reduce((sum, slice) => sum + slice.successes, 0);
  return requestsSent === 0 ? null : failedShare({ requestsSent, successes });
}

/** @param planned pairs at most; undefined for kept runs */
function compareFailures(
  a: readonly ComparisonSlice[],
  b: readonly ComparisonSlice[],
  planned: number | undefined,
  level: number,
): ComparisonRecord['failures'] {
  const shares = { a: totalFailedShare(a), b: totalFailedShare(b) };
  const [ofA, ofB] = [a.map(failedShare), b.map(failedShare)];
  const lookLevel =
    planned === undefined ? level : (looksOf(planned, level).find(({ pairs }) => pairs === a.length)?.level ?? 0);
  const { effect, p } =
    planned === undefined
      ? shiftEstimate(ofA, ofB, lookLevel)
      : pairedEstimate(
          ofA.map((share, pair) => (ofB[pair] ?? share) - share),
          lookLevel,
        );
  const isSignificant = p <= lookLevel && effect !== 0;
  return { ...shares, verdict: isSignificant ? (effect > 0 ? 'worse' : 'better') : null };
}

const limitedShare = (slices: readonly ComparisonSlice[]): number =>
  slices.length === 0 ? 0 : slices.filter(({ bound }) => bound === 'client').length / slices.length;

/** Overall verdict. Failures come first: a side that fails more is never better. */
function verdictOf(
  metrics: readonly MetricComparison[],
  failures: ComparisonRecord['failures'],
  limited: boolean,
): VerdictName | null {
  if (limited) return null;
  if (failures.verdict !== null) return failures.verdict;
  const verdicts = metrics.flatMap(({ verdict }) => verdict ?? []);
  const more = (failures.b ?? 0) - (failures.a ?? 0);
  const of = (name: VerdictName): boolean => verdicts.includes(name);
  if (of('worse')) return more < -tolerated ? 'inconclusive' : 'worse';
  if (of('better')) return more > tolerated ? 'inconclusive' : 'better';
  return of('inconclusive') || verdicts.length === 0 ? 'inconclusive' : of('changed') ? 'changed' : 'same';
}
