import type { ErrorKind } from '../../metrics/types.ts';
import type { RunRecord, RunStatus } from '../../record/run.ts';

/** The words for a kind of error. */
interface KindWords {
  /** Names the error: `connection refused`. */
  readonly label: string;
  /** Predicate for a host: `refused the connection`. */
  readonly deed: string;
  /** What to do if most requests failed this way: plain text, because notifications and the terminal render no Markdown. */
  readonly advice: string;
}

/** Advice on a failure that has no obvious cause. */
export const oneRequestAdvice = 'Send one request by hand, for example with curl, and check the response.';

/** Words for every kind of error, in reports, panel, and editor. */
export const errorWords: Readonly<Record<ErrorKind, KindWords>> = {
  refused: {
    label: 'connection refused',
    deed: 'refused the connection',
    advice: 'Nothing listens at this address. Start the server or fix the port. To try one, run loadlens serve mock.',
  },
  reset: {
    label: 'connection reset',
    deed: 'reset the connection',
    advice:
      'Look for a crash, an overload, or a limit on connections in the log of the server or of a proxy before it.',
  },
  timeout: {
    label: 'timed out',
    deed: 'timed out',
    advice: 'Lower the concurrency or rate, or raise the timeout (--timeout or @timeout).',
  },
  dns: {
    label: 'host name not found',
    deed: 'was not found',
    advice: 'Check the spelling of the host name, and the DNS or VPN of this machine.',
  },
  tls: {
    label: 'TLS failed',
    deed: 'failed at TLS',
    advice:
      'Fix the certificate, trust its authority with NODE_EXTRA_CA_CERTS, or accept it with --insecure or @insecure.',
  },
  unreachable: {
    label: 'host unreachable',
    deed: 'could not be reached',
    advice: 'Check the address, the network, and the firewall between this machine and the server.',
  },
  client: {
    label: 'limit of this machine',
    deed: "wasn't reached, because of a limit of this machine",
    advice: 'Raise the limit that the reason names, or lower the concurrency.',
  },
  parse: {
    label: 'not valid HTTP',
    deed: 'sent invalid HTTP',
    advice: "Check scheme and port. The server may expect https, or it isn't an HTTP server.",
  },
  prematureEnd: {
    label: 'response cut short',
    deed: 'ended its response early',
    advice: 'Look for a crash or a time limit in the log of the server or of a proxy before it.',
  },
  streamError: {
    label: 'error in the stream',
    deed: 'reported an error in its stream',
    advice: 'Fix what the error says, or see the log of the server.',
  },
  responseError: {
    label: 'error in the response',
    deed: 'reported an error in its response',
    advice: 'Fix what the error says, or see the log of the server.',
  },
  unfinished: {
    label: 'response ended unfinished',
    deed: 'ended its response unfinished',
    advice: 'Look for a crash or a time limit in the log of the server or of a proxy before it.',
  },
  noToken: {
    label: 'response without a token',
    deed: 'sent a response without a token',
    advice: oneRequestAdvice,
  },
  other: {
    label: 'other error',
    deed: 'failed for another reason',
    advice: oneRequestAdvice,
  },
};

/** How a result ended, in words that follow its name. */
export const statusWords: Readonly<Record<RunStatus, string>> = {
  completed: 'completed',
  cancelled: 'canceled',
  crashed: 'stopped unexpectedly',
};

/** How a run ended, judged by its status and its numbers. */
export type Outcome =
  | 'completed'
  | 'withFailures'
  | 'serverGone'
  | 'objectiveMissed'
  | 'noSuccess'
  | 'noResponse'
  | 'nothingEnded'
  | 'cancelled'
  | 'crashed';

/** How a word about a result is marked. */
export type Tone = 'good' | 'plain' | 'warning' | 'bad';

/** Words for every outcome, with their tone. */
export const outcomeWords: Readonly<Record<Outcome, { readonly label: string; readonly tone: Tone }>> = {
  completed: { label: 'completed', tone: 'good' },
  withFailures: { label: 'completed with failures', tone: 'warning' },
  serverGone: { label: 'failed', tone: 'bad' },
  objectiveMissed: { label: 'failed', tone: 'bad' },
  noSuccess: { label: 'failed', tone: 'bad' },
  noResponse: { label: 'no response', tone: 'bad' },
  nothingEnded: { label: 'no response', tone: 'bad' },
  cancelled: { label: 'canceled', tone: 'plain' },
  crashed: { label: 'stopped unexpectedly', tone: 'bad' },
};

/** Returns the outcome of a run. A completed run may still have failed. */
export function outcomeOf({
  status,
  requestsSent,
  responses,
  successes,
  objectives,
  unresponsiveFromMs,
}: Pick<
  RunRecord,
  'status' | 'requestsSent' | 'responses' | 'successes' | 'objectives' | 'unresponsiveFromMs'
>): Outcome {
  if (status !== 'completed') return status;
  if (requestsSent === 0) return 'nothingEnded';
  if (responses === 0) return 'noResponse';
  if (successes === 0) return 'noSuccess';
  if (unresponsiveFromMs !== undefined) return 'serverGone';
  if (objectives.some(({ outcome }) => outcome === 'fail')) return 'objectiveMissed';
  return successes < requestsSent ? 'withFailures' : 'completed';
}

/** Returns the outcome of the runs of a sweep or suite. */
export function outcomeOfAll(status: RunStatus, runs: readonly RunRecord[]): Outcome {
  if (status !== 'completed' || runs.length === 0) return status;
  const total = (of: 'responses' | 'successes' | 'requestsSent'): number => runs.reduce((sum, run) => sum + run[of], 0);
  if (total('responses') === 0) return 'noResponse';
  if (total('successes') === 0) return 'noSuccess';
  if (runs.some(({ unresponsiveFromMs }) => unresponsiveFromMs !== undefined)) return 'serverGone';
  return total('successes') < total('requestsSent') ? 'withFailures' : 'completed';
}

/** Standard reason phrases of frequent status codes. */
const statusReasons: Readonly<Record<string, string>> = {
  '200': 'OK',
  '201': 'Created',
  '202': 'Accepted',
  '204': 'No Content',
  '301': 'Moved Permanently',
  '302': 'Found',
  '303': 'See Other',
  '304': 'Not Modified',
  '307': 'Temporary Redirect',
  '308': 'Permanent Redirect',
  '400': 'Bad Request',
  '401': 'Unauthorized',
  '402': 'Payment Required',
  '403': 'Forbidden',
  '404': 'Not Found',
  '405': 'Method Not Allowed',
  '406': 'Not Acceptable',
  '407': 'Proxy Authentication Required',
  '408': 'Request Timeout',
  '409': 'Conflict',
  '410': 'Gone',
  '411': 'Length Required',
  '413': 'Content Too Large',
  '414': 'URI Too Long',
  '415': 'Unsupported Media Type',
  '422': 'Unprocessable Content',
  '429': 'Too Many Requests',
  '431': 'Request Header Fields Too Large',
  '500': 'Internal Server Error',
  '501': 'Not Implemented',
  '502': 'Bad Gateway',
  '503': 'Service Unavailable',
  '504': 'Gateway Timeout',
  '507': 'Insufficient Storage',
};

/** Returns a status code with its standard reason phrase if it's a frequent code. */
export function statusCodeWords(code: string): string {
  const reason = statusReasons[code];
  return reason === undefined ? code : `${code} ${reason}`;
}
