import { mergeFailures, reasonOf } from '../../failures/groups.ts';
import { noTls } from '../../failures/no-tls.ts';
import { tellingPart } from '../../failures/telling-part.ts';
import { errorKinds, type FailureSample, type Numbers } from '../../metrics/types.ts';
import { countOf, cutAtWord, formatCount } from '../../format.ts';
import { errorWords, statusCodeWords } from './outcome-words.ts';
import type { Table } from '../tables/tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** Maximum number of reasons or objectives that one sentence names. */
export const mostNamed = 3;
/** A reason in a narrow place has no more characters than this. */
const mostShortChars = 80;

/** Failures of runs, levels, or a run in progress. */
export type Failed = Pick<Numbers, 'requestsSent' | 'successes' | 'statusCodes' | 'errors'> &
  Pick<RunRecord, 'failureSamples'>;

/**
 * Names a failure with the message of the server or the system: `400: jitter is not known`, `TLS failed: self-signed
 * certificate`.
 */
export function failureText(failure: Pick<FailureSample, 'status' | 'error' | 'reason' | 'text'>): string {
  const { status, error } = failure;
  const said = failure.reason ?? tellingPart(reasonOf(failure));
  if (error !== undefined) return said === '' ? errorWords[error].label : `${errorWords[error].label}: ${said}`;
  return said === '' ? statusCodeWords(String(status)) : `${String(status)}: ${said}`;
}

/** Returns the failures of one or more runs with their counts, most frequent first. */
export function failuresOf(runs: readonly Failed[]): FailureSample[] {
  return mergeFailures(
    runs.map((run) => (run.failureSamples[0]?.count === undefined ? counted(run) : run.failureSamples)),
  );
}

/**
 * Older records, and some of crashed runs, have few failures without counts. They are replaced by status and error
 * kind.
 */
function counted({ statusCodes, errors, failureSamples }: Failed): FailureSample[] {
  const sampleOf = (is: (sample: FailureSample) => boolean): Pick<FailureSample, 'target' | 'text' | 'reason'> => {
    const { target, text, reason = tellingPart(text) } = failureSamples.find(is) ?? { target: '', text: '' };
    return { target, text, reason };
  };
  const statuses = Object.entries(statusCodes)
    .filter(([code]) => !code.startsWith('2'))
    .map(([code, count]): FailureSample => {
      const status = Number(code);
      const said = sampleOf((sample) => sample.error === undefined && sample.status === status);
      return Object.assign({ status, count }, said);
    });
  const kinds = errorKinds.flatMap((error): FailureSample[] => {
    const count = errors[error];
    if (count === undefined) return [];
    return [{ status: 0, error, ...sampleOf((sample) => sample.error === error), count }];
  });
  return [...statuses, ...kinds].toSorted((a, b) => (b.count ?? 0) - (a.count ?? 0));
}

/** A count with its failure: `37 × 429: limit of 10 requests`, `about 1,200 × connection refused: …`. */
export const failureCountText = (failure: FailureSample): string =>
  `${failure.estimated === true ? 'about ' : ''}${formatCount(failure.count ?? 1)} × ${failureText(failure)}`;

/** Returns the most frequent failure, cut to fit a narrow place; undefined when nothing failed. */
export function shortReason(runs: readonly Failed[], mostChars = mostShortChars): string | undefined {
  const [first] = failuresOf(runs);
  if (first === undefined) return undefined;
  return cutAtWord(failureText(first), mostChars);
}

/** Returns how many requests failed, and why: `40 of 50 requests failed: 37 × 429: limit of 10 requests, 3 × timed out.` */
export function failureSentence(runs: readonly Failed[]): string | undefined {
  const sent = runs.reduce((sum, { requestsSent }) => sum + requestsSent, 0);
  const failed = sent - runs.reduce((sum, { successes }) => sum + successes, 0);
  if (failed === 0) return undefined;
  const whole =
    failed === sent ? `All ${countOf(sent, 'request')}` : `${formatCount(failed)} of ${countOf(sent, 'request')}`;
  const who = failed === sent && sent === 1 ? 'The only request' : whole;
  const all = failuresOf(runs);
  if (all.length === 0) return `${who} failed.`;
  const named = all.slice(0, mostNamed);
  const left = failed - named.reduce((sum, { count = 1 }) => sum + count, 0);
  const more = all.length > named.length && left > 0 ? ` and ${countOf(left, 'other failure')}` : '';
  const [only, ...others] = named;
  const reasons =
    only !== undefined && others.length === 0 && left <= 0 ? failureText(only) : named.map(failureCountText).join(', ');
  return `${who} failed: ${withoutStop(reasons)}${more}.`;
}

const withoutStop = (text: string): string => text.replace(/[.。]$/, '');

/** Returns what to do about the most frequent failure. Undefined unless at least half of the requests failed. */
export function failureAdvice(runs: readonly Failed[]): string | undefined {
  const total = (of: 'requestsSent' | 'successes'): number => runs.reduce((sum, run) => sum + run[of], 0);
  const [first] = failuresOf(runs);
  if (first === undefined || total('successes') * 2 > total('requestsSent')) return undefined;
  if (first.error === undefined) return statusAdvice(first.status, failureText(first));
  // No certificate is at fault.
  if (failureText(first).includes(noTls)) return 'Use http://, or a port where the server speaks TLS.';
  return errorWords[first.error].advice;
}

/** In the text of a 404, a model that the server doesn't have; `/models` is a route. */
const missingModel = /(?<![/\w])models?\b/i;

/** Recommendation if most responses have this status. @param text what the server said */
function statusAdvice(status: number, text: string): string {
  if (status === 404 && missingModel.test(text))
    return 'Check the name of the model against those that the server lists.';
  switch (status) {
    case 401:
    case 407:
      return 'Check the credentials: token, key, or password may be missing, wrong, or expired.';
    case 403:
      return 'Check what these credentials may do, and whether a firewall or proxy refuses the requests.';
    case 404:
    case 405:
    case 410:
    case 501:
      return 'Check the path and the method against the routes of the server.';
    case 408:
    case 504:
      return 'Lower the concurrency or rate, or raise the time limit of the server or of the proxy before it.';
    case 413:
    case 414:
    case 431:
      return 'Send less, or raise the limit of the server.';
    case 429:
      return 'The server limits requests. Lower the concurrency or rate, or raise its limit.';
  }
  if (status >= 500) return 'See the log of the server; a server behind a proxy may be down or overloaded.';
  if (status >= 400) return 'Correct the request as the response says.';
  return 'Use the address that the server redirects to, or follow redirects with --max-redirects.';
}

/** Returns how many requests failed, why, and what to do where most did; nothing where none failed. */
export function failureSentences(runs: readonly Failed[]): string[] {
  const sentence = failureSentence(runs);
  return sentence === undefined ? [] : [[sentence, failureAdvice(runs)].filter(Boolean).join(' ')];
}

/** Returns the failures of a run as a table; without rows when nothing failed. */
export function failureTable(record: Failed, most: number): Table {
  const all = record.failureSamples.length === 0 ? [] : failuresOf([record]);
  const shown = all.slice(0, most);
  const named = shown.some(({ target, targets }) => targets !== undefined || target !== shown[0]?.target);
  return {
    title: 'Failures',
    columns: ['What was said', 'Requests', ...(named ? ['Target'] : [])],
    ...(named && { words: ['Target'] }),
    rows: shown.map((failure) =>
      [failureText(failure), `${failure.estimated === true ? 'about ' : ''}${formatCount(failure.count ?? 1)}`].concat(
        named ? targetsText(failure) : [],
      ),
    ),
    ...(all.length > most && { note: `${countOf(all.length - most, 'rarer failure')} in the JSON report.` }),
  };
}

/** The targets that failed so: the first, and how many more. */
export function targetsText({ target, targets = [target] }: FailureSample): string {
  return targets.length <= 1 ? target : `${targets[0] ?? ''} and ${countOf(targets.length - 1, 'other')}`;
}
