import { errorKinds } from '../../metrics/types.ts';
import type { Verdict } from '../../vocabulary.ts';
import { failureAdvice, failureCountText, failuresOf, failureText, mostNamed, shortReason } from './failure-reasons.ts';
import { capital, countOf, formatCount } from '../../format.ts';
import { errorWords, oneRequestAdvice } from './outcome-words.ts';
import { isUnjudged, objectiveText, unjudgedSentences } from '../../values/objectives.ts';
import { measuredText } from '../tables/tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** Returns why runs have no response: `No request got a complete response: 127.0.0.1:9 failed at TLS (7). TLS failed: self-signed …` */
export function unansweredSentence(runs: readonly RunRecord[]): string {
  const counts = new Map<string, number>();
  let failed = 0;
  for (const { targets, perTarget, errors } of runs) {
    const urls = new Map(targets.map(({ name, url }) => [name, url]));
    for (const count of Object.values(errors)) failed += count;
    for (const one of perTarget) {
      const host = hostOf(urls.get(one.name)) ?? one.name;
      for (const kind of errorKinds) {
        const deed = `${host} ${errorWords[kind].deed}`;
        const count = one.errors[kind];
        if (count !== undefined) counts.set(deed, (counts.get(deed) ?? 0) + count);
      }
    }
  }
  if (failed === 0) return 'No request got a complete response.';
  const named = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, mostNamed);
  const more = named.reduce((left, [, count]) => left - count, failed);
  const parts = named.map(([deed, count]) => `${deed} (${formatCount(count)})`).join(', ');
  // The reason of a refused connection adds nothing.
  const why = failuresOf(runs).find(({ reason = '', error }) => reason !== '' && error !== 'refused');
  const said = why === undefined ? '' : ` ${capital(failureText(why)).replace(/\.$/, '')}.`;
  return `No request got a complete response: ${parts}${more > 0 ? ` and ${countOf(more, 'other failure')}` : ''}.${said}`;
}

/** Returns why runs with responses have no success: `No request succeeded: 12 × 401: token expired.` */
function noSuccessSentence(runs: readonly RunRecord[]): string {
  const all = failuresOf(runs).slice(0, mostNamed);
  return `No request succeeded: ${all.map(failureCountText).join(', ').replace(/\.$/, '')}.`;
}

/**
 * Returns why runs measured nothing; undefined if a request succeeded or was redirected, which may be all that a target
 * is for.
 */
export function nothingMeasuredSentence(runs: readonly RunRecord[]): string | undefined {
  if (runs.some(({ successes, statusCodes }) => successes > 0 || hasRedirects(statusCodes))) return undefined;
  return runs.some(({ responses }) => responses > 0) ? noSuccessSentence(runs) : unansweredSentence(runs);
}

const hasRedirects = (statusCodes: RunRecord['statusCodes']): boolean =>
  Object.keys(statusCodes).some((status) => status.startsWith('3'));

/**
 * Returns why a run has no success, and the target that failed most often: `No request succeeded: 12 × 404: no such
 * product. Target: search (GET /product?q=shoes).`
 */
export function nothingSucceededSentence(run: RunRecord): string {
  if (run.responses === 0) return unansweredSentence([run]);
  const [first] = failuresOf([run]);
  const target = run.targets.find(({ name }) => name === first?.target);
  if (target === undefined) return noSuccessSentence([run]);
  const { name, method, url } = target;
  const request = `${method} ${url}`;
  const others = (first?.targets?.length ?? 1) - 1;
  return `${noSuccessSentence([run])} Target: ${name === request ? name : `${name} (${request})`}${others > 0 ? ` and ${countOf(others, 'other')}` : ''}.`;
}

/** Returns host and port of a URL; undefined if they contain a placeholder. */
const hostOf = (url = ''): string | undefined => /^https?:\/\/([^/?#{}]+)(?:[/?#]|$)/i.exec(url)?.[1];

/** Returns what to do about runs without a success. */
export const failureHint = (runs: readonly RunRecord[]): string => failureAdvice(runs) ?? oneRequestAdvice;

/** Returns the objectives that aren't met, `1 of 2 objectives not met: p95 < 1ms was 12.30 ms.`; undefined if all are. */
export function unmetSentence(verdicts: readonly Verdict[]): string | undefined {
  const unmet = verdicts.filter(({ outcome }) => outcome !== 'pass');
  const reasons = unjudgedSentences(unmet);
  const sentence = notMet('objective', verdicts.length, unmet.map(unmetText));
  return sentence && [sentence, ...reasons].join(' ');
}

/** Returns the objectives of a run that aren't met, with the most frequent failure if requests failed. */
export function unmetOfRun(record: RunRecord): string | undefined {
  const sentence = unmetSentence(record.objectives);
  const reason = shortReason([record]);
  return sentence === undefined || reason === undefined
    ? sentence
    : `${sentence} Most frequent failure: ${reason.replace(/\.$/, '')}.`;
}

function unmetText(verdict: Verdict): string {
  const { target, objective, outcome } = verdict;
  const text = objectiveText(objective);
  const which = target === undefined ? text : `${target} ${text}`;
  if (isUnjudged(verdict)) return `${which} isn't judged`;
  return `${which} ${outcome === 'fail' ? `was ${measuredText(verdict)}` : "doesn't have enough data"}`;
}

/** Returns one sentence that lists the first few of those not met; undefined if there are none. @param of number of all */
export function notMet(noun: string, of: number, unmet: readonly string[]): string | undefined {
  if (unmet.length === 0) return undefined;
  const more = unmet.length > mostNamed ? ` and ${formatCount(unmet.length - mostNamed)} more` : '';
  const named = unmet.slice(0, mostNamed).join(', ');
  return `${formatCount(unmet.length)} of ${countOf(of, noun)} not met: ${named}${more}.`;
}
