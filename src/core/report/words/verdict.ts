import { errorKinds } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import type { Objective, Verdict } from '../../vocabulary.ts';
import { capital, countOf, formatCount, formatPercent, withoutZeros } from '../../format.ts';
import { serverGoneSentence } from '../server-gone.ts';
import { limitsRequests, neededText } from '../../plan/objectives.ts';
import { baselineText, isUnjudged, unjudgedSentences } from '../../values/objectives.ts';
import { measuredText } from '../tables/tables.ts';
import { clientMark } from './client-words.ts';
import { failuresOf, mostNamed, shortReason } from './failure-reasons.ts';
import { notReachedSentence, unsettledSentence } from './steady-words.ts';
import { errorWords, outcomeOf, outcomeWords, type Tone } from './outcome-words.ts';

/** The verdict on a run: a word for a badge, and one line that follows it. */
export interface RunVerdict {
  readonly label: string;
  readonly tone: Tone;
  /** Objectives, failures with their reason, and what limits the result; ends with a period. */
  readonly sentence: string;
}

/** Returns the verdict on a run, such as Failed, `p95 74 ms, objective 50 ms. 21% errors: 37 × 429, 26 × 503.` */
export function verdictOf(record: RunRecord): RunVerdict {
  const said = [
    ...endSentences(record),
    ...sentences(unsettledSentence(record)),
    ...sentences(notReachedSentence(record)),
    ...sentences(serverGoneSentence(record, record.plan)),
    ...sentences(objectivesSentence(record)),
    ...sentences(errorsSentence(record)),
  ];
  const mark = clientMark(record);
  if (said.length === 0) said.push(`All ${countOf(record.requestsSent, 'request')} succeeded.`);
  if (mark !== null) said.push(mark.sentence);
  return { ...badgeOf(record), sentence: said.join(' ') };
}

/** Returns the same as one text: `Failed: p95 74 ms, objective 50 ms.` */
export function verdictText(record: RunRecord): string {
  const { label, sentence } = verdictOf(record);
  return `${label}: ${sentence}`;
}

const sentences = (sentence: string | undefined): string[] => (sentence === undefined ? [] : [sentence]);

/** The word for the outcome; with objectives that of their verdict. */
function badgeOf(record: RunRecord): Pick<RunVerdict, 'label' | 'tone'> {
  const outcome = outcomeOf(record);
  const { label, tone } = outcomeWords[outcome];
  if (outcome !== 'completed' && outcome !== 'withFailures') return { label: capital(label), tone };
  const { objectives, steadyState } = record;
  if (steadyState?.settled === false) return { label: 'No steady state', tone: 'warning' };
  // Without an objective, there is no criterion for "passed".
  if (objectives.length === 0) return { label: capital(label), tone: tone === 'good' ? 'plain' : tone };
  return objectives.every((verdict) => verdict.outcome === 'pass')
    ? { label: 'Passed', tone: 'good' }
    : {
        label: objectives.some(isUnjudged) ? 'Not judged' : 'Not enough data',
        tone: 'warning',
      };
}

/** What the numbers cover if a run ended early or had requests in flight at its end. */
function endSentences({ status, stopReason, requestsSent, requestsCancelled }: RunRecord): string[] {
  const measured = countOf(requestsSent, 'request');
  if (status === 'crashed') return [...sentences(stopReason), `Results cover the ${measured} reported before that.`];
  if (requestsSent === 0)
    return [
      requestsCancelled === 0
        ? 'No request was sent.'
        : `No request ended; ${countOf(requestsCancelled, 'request')} in flight.`,
    ];
  if (status === 'cancelled') {
    return [
      `Results cover ${measured}${requestsCancelled === 0 ? '' : `, excluding ${formatCount(requestsCancelled)} in flight`}.`,
    ];
  }
  return requestsCancelled === 0 ? [] : [`${countOf(requestsCancelled, 'request')} still in flight, excluded.`];
}

/** The objectives that are missed, else those that can't be judged, else that all are met. */
function objectivesSentence({
  objectives: verdicts,
  steadyState,
  requestsSent,
}: Pick<RunRecord, 'objectives' | 'steadyState' | 'requestsSent'>): string | undefined {
  const missed = verdicts.filter(({ outcome }) => outcome === 'fail');
  if (missed.length > 0) return `${listed(missed.map(measuredAgainst), '; ')}.`;
  const open = verdicts.filter(({ outcome }) => outcome === 'not enough data');
  const unjudged = unjudgedSentences(open);
  if (unjudged.length > 0) return unjudged.join(' ');
  const unset = open.find(({ objective }) => countsWithinLimits(objective));
  if (unset !== undefined && !objectivesOf(verdicts).some(limitsRequests)) {
    return `${named(unset)} counts requests within the limits of times, and there is none. Add one, such as p50 < 500ms.`;
  }
  if (open.length > 0) {
    const texts = listed(open.map(named), ', ');
    return steadyState?.settled === false
      ? `Without a steady state, ${texts} can't be judged.`
      : `Not enough requests to judge ${texts}${neededText(open, requestsSent, ': ')}.`;
  }
  const [only] = verdicts;
  if (only === undefined) return undefined;
  return verdicts.length === 1 ? `${measuredAgainst(only)}.` : `All ${formatCount(verdicts.length)} objectives met.`;
}

const countsWithinLimits = ({ metric }: Objective): boolean => metric === 'goodput' || metric === 'attainment';

const objectivesOf = (verdicts: readonly Verdict[]): Objective[] => verdicts.map(({ objective }) => objective);

const named = ({ target, objective }: Verdict): string =>
  target === undefined ? objective.text : `${target} ${objective.text}`;

function measuredAgainst(verdict: Verdict): string {
  const { target, objective } = verdict;
  const { value, baseline } = objective;
  const text = (actual: number | null): string => withoutZeros(measuredText({ ...verdict, actual }));
  const source = baseline === undefined ? '' : ` (${baselineText(objective, baseline)})`;
  return `${target === undefined ? '' : `${target} `}${objective.metric} ${text(verdict.actual)}, objective ${text(value)}${source}`;
}

/** `21% errors: 37 × 429, 26 × 503, 20 × timed out.`; undefined when nothing failed. */
function errorsSentence(record: RunRecord): string | undefined {
  const { requestsSent, successes } = record;
  const failed = requestsSent - successes;
  if (failed === 0) return undefined;
  const share =
    failed < requestsSent
      ? `${formatPercent(failed / requestsSent)} errors`
      : requestsSent === 1
        ? 'The only request failed'
        : `All ${countOf(requestsSent, 'request')} failed`;
  const reasons = failuresOf([record]).length === 1 ? onlyReason(record, failed) : countedReasons(record);
  return reasons === '' ? `${share}.` : `${share}: ${reasons.replace(/[.。]$/, '')}.`;
}

function onlyReason(record: RunRecord, failed: number): string {
  const reason = shortReason([record]) ?? '';
  return failed === record.requestsSent ? reason : `${formatCount(failed)} × ${reason}`;
}

/** Status codes and kinds of errors with their counts, the most frequent first. */
function countedReasons({ statusCodes, errors }: RunRecord): string {
  const counts: [string, number][] = [
    ...Object.entries(statusCodes).filter(([code]) => !code.startsWith('2')),
    ...errorKinds.map((kind): [string, number] => [errorWords[kind].label, errors[kind] ?? 0]),
  ];
  const found = counts.filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a);
  return listed(
    found.map(([label, count]) => `${formatCount(count)} × ${label}`),
    ', ',
  );
}

/** The first few of many. */
function listed(parts: readonly string[], separator: string): string {
  const more = parts.length - mostNamed;
  return `${parts.slice(0, mostNamed).join(separator)}${more > 0 ? `${separator}${formatCount(more)} more` : ''}`;
}
