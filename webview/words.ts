import { t } from '@vscode/l10n';
import type { ErrorKind, PercentileMethod, QuantileName, Snapshot, TokenSource } from '../src/core/metrics/types.ts';
import type { RunPlan } from '../src/core/plan/types.ts';
import type { RunRecord } from '../src/core/record/run.ts';
import { capital, formatCount, formatS, withoutZeros } from '../src/core/format.ts';
import { rateText } from '../src/core/report/words/load-words.ts';
import { errorWords, outcomeWords, type Outcome } from '../src/core/report/words/outcome-words.ts';

/** What a run is doing. */
export function phaseWords(snapshot: Pick<Snapshot, 'phase' | 'waiting'> | null, cancelling: boolean): string {
  if (cancelling) return t('Cancelling: closing connections');
  if (snapshot === null) return t('Starting the process that sends');
  switch (snapshot.phase) {
    case 'connecting':
      return t('Opening connections');
    case 'warmup':
      return t('Warming up: these requests are not counted');
    case 'running':
      return t('Measuring');
    case 'draining':
      return snapshot.waiting > 0 ? t('Sending what is still due') : t('Waiting for the last answers');
  }
}

/** Which level of a sweep is under way. */
export function levelWords(levels: readonly number[], current: number): string {
  return t('Level {0} of {1}', formatCount(Math.min(current + 1, levels.length)), formatCount(levels.length));
}

/** The levels of a sweep: the first few of many. */
export function levelsWords(levels: readonly number[]): string {
  const most = 12;
  const first = levels.slice(0, most).map(formatCount).join(', ');
  return levels.length > most
    ? t('{0} … {1} at once', first, formatCount(levels.at(-1) ?? null))
    : t('{0} at once', first);
}

/** So many objectives were missed. */
export function missedWords(count: number): string {
  return count === 1 ? t('1 objective missed') : t('{0} objectives missed', formatCount(count));
}

/** So many requests. */
export function requestsWords(count: number): string {
  return count === 1 ? t('1 request') : t('{0} requests', formatCount(count));
}

/** So many responses. */
export function responsesWords(count: number): string {
  return count === 1 ? t('1 response') : t('{0} responses', formatCount(count));
}

/** How many requests for how long, and how many at once or at what rate. */
export function planWords({ requests, durationS, concurrency, stages }: RunPlan): string {
  const width = formatCount(concurrency);
  const span = withoutZeros(formatS(durationS));
  if (stages !== undefined) {
    const amount = requests === null ? span : requestsWords(requests);
    return requests === null || durationS === null
      ? t('{0} at {1}', amount, rateText(stages))
      : t('{0} or {1} at {2}', amount, span, rateText(stages));
  }
  if (requests === null) return t('{0} × {1} in flight', span, width);
  if (durationS === null) return t('{0} × {1} in flight', requestsWords(requests), width);
  return t('{0} or {1} × {2} in flight', requestsWords(requests), span, width);
}

/** When a run started, in the reader's own way to write it. */
export function startedWords(record: Pick<RunRecord, 'startedAt'>): string {
  return new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Why there was no whole answer. */
export const errorKindWords = (kind: ErrorKind): string => capital(t(errorWords[kind].label));

/** How a run ended. */
export const outcomeLabel = (outcome: Outcome): string => capital(t(outcomeWords[outcome].label));

/** The name of a quantile as people say it. */
export function quantileWords(name: QuantileName): string {
  return { median: t('p50 (median)'), p90: 'p90', p95: 'p95', p99: 'p99', p999: 'p99.9' }[name];
}

/** How quantiles were made. */
export function percentileMethodWords(method: PercentileMethod): string {
  return method === 'linear-interpolation'
    ? t('Linear interpolation on every sample (type 7)')
    : t('HDR histogram with 3 significant digits');
}

/** Where output tokens were read from. */
export function tokenSourceWords(source: TokenSource): string {
  switch (source) {
    case 'none':
      return t('No answer named output tokens');
    case 'tokenizer':
      return t('Counted by a local tokenizer');
    case 'chunks':
      return t('Number of chunks');
    case 'usage':
    case 'output_tokens':
    case 'eval_count':
      return t('The field {0} of the answer', source);
  }
}

/** The same in two or three words. */
export function tokenSourceShort(source: TokenSource): string {
  switch (source) {
    case 'none':
      return t('not named');
    case 'tokenizer':
      return t('counted here');
    case 'chunks':
      return t('chunks counted');
    case 'usage':
    case 'output_tokens':
    case 'eval_count':
      return t('from {0}', source);
  }
}
