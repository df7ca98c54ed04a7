import { t } from '@vscode/l10n';
import type { ErrorKind, PercentileMethod, QuantileName, Snapshot, TokenSource } from '../src/core/metrics/types.ts';
import type { RunPlan } from '../src/core/plan/types.ts';
import type { RunRecord, RunStatus } from '../src/core/report/types.ts';
import { formatCount, formatS, withoutZeros } from '../src/core/report/format.ts';
import { rateText } from '../src/core/report/load-words.ts';

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

/** How a run ended. */
export function statusWords(status: RunStatus): string {
  switch (status) {
    case 'completed':
      return t('Completed');
    case 'cancelled':
      return t('Cancelled, partial');
    case 'crashed':
      return t('Stopped unexpectedly, partial');
  }
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
export function errorWords(kind: ErrorKind): string {
  switch (kind) {
    case 'refused':
      return t('Connection refused');
    case 'reset':
      return t('Connection reset');
    case 'timeout':
      return t('Timed out');
    case 'dns':
      return t('Host name not found');
    case 'tls':
      return t('TLS failed');
    case 'unreachable':
      return t('Host unreachable');
    case 'parse':
      return t('Not valid HTTP');
    case 'prematureEnd':
      return t('Answer cut short');
    case 'streamError':
      return t('Error in the stream');
    case 'noToken':
      return t('Stream without a token');
    case 'other':
      return t('Other error');
  }
}

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

const reasons: Readonly<Record<string, string>> = {
  '200': 'OK',
  '201': 'Created',
  '202': 'Accepted',
  '204': 'No Content',
  '301': 'Moved Permanently',
  '302': 'Found',
  '304': 'Not Modified',
  '307': 'Temporary Redirect',
  '308': 'Permanent Redirect',
  '400': 'Bad Request',
  '401': 'Unauthorized',
  '403': 'Forbidden',
  '404': 'Not Found',
  '405': 'Method Not Allowed',
  '408': 'Request Timeout',
  '413': 'Content Too Large',
  '415': 'Unsupported Media Type',
  '422': 'Unprocessable Content',
  '429': 'Too Many Requests',
  '500': 'Internal Server Error',
  '502': 'Bad Gateway',
  '503': 'Service Unavailable',
  '504': 'Gateway Timeout',
};

/** A status code with its standard reason; the code alone where it is rare. */
export function statusCodeWords(code: string): string {
  const reason = reasons[code];
  return reason === undefined ? code : `${code} ${reason}`;
}
