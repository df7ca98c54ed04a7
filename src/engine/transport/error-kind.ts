import type { ErrorKind } from '../../core/metrics/types.ts';
import { hasIpv6, isClientLimit, limitText } from '../machine/client-limit.ts';
import { tlsText } from './tls-reason.ts';

const kinds: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  INVALID_PURPOSE: 'tls',
};

const prefixes: readonly (readonly [prefix: string, kind: ErrorKind])[] = [
  ['EAI_', 'dns'],
  ['ERR_TLS_', 'tls'],
  ['ERR_SSL_', 'tls'],
  ['CERT_', 'tls'],
  ['CRL_', 'tls'],
  ['UNABLE_TO_', 'tls'],
  ['DEPTH_ZERO_', 'tls'],
  ['SELF_SIGNED_', 'tls'],
];

/** A timeout by Loadlens' own clock. */
export class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/** No connection in time, by Loadlens' own clock. The request was never sent, so it can't have timed out. */
export class UnconnectedError extends Error {
  readonly kind = 'unreachable';
}

/** An invalid or incomplete response, as reported by our own transport. */
export class AnswerError extends Error {
  readonly kind: 'parse' | 'prematureEnd';
  constructor(kind: 'parse' | 'prematureEnd', message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Returns the error of an invalid response.
 * @param fault the end of a sentence
 */
export const invalidResponse = (fault: string): AnswerError =>
  new AnswerError('parse', `The response isn't valid HTTP: ${fault}.`);

/** Returns the error of a connection that was closed in good order before or during the response. */
export const closedEarly = (): AnswerError =>
  new AnswerError('prematureEnd', 'The connection was closed before the response was complete.');

/**
 * Returns why a request got no complete response, by the error's code. `client`: this machine lacks a resource for
 * connections; `reset`: the server aborted the connection; `prematureEnd`: the server closed it in good order before or
 * during the response; `parse`: the bytes aren't an HTTP response.
 */
export function errorKind(error: Error): ErrorKind {
  if (error instanceof AnswerError || error instanceof UnconnectedError) return error.kind;
  if (error instanceof AggregateError) {
    // One error per address: an error of the server says more than a limit of this machine at another address.
    const causes = error.errors.filter((each) => each instanceof Error);
    const [first, ...others] = causes.map(errorKind);
    return [first, ...others].find((kind) => kind !== undefined && kind !== 'client') ?? first ?? 'other';
  }
  const code = codeOf(error);
  if (isClientLimit(code)) return isWithoutIpv6(error, code) ? 'unreachable' : 'client';
  // The system's own time limit for opening a connection.
  if (code === 'ETIMEDOUT' && 'syscall' in error && error.syscall === 'connect') return 'unreachable';
  return kinds[code] ?? prefixes.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other';
}

/** Returns the error's message for people. */
export function errorText(error: Error): string {
  if (error instanceof TimeoutError) return error.message;
  const parts = error instanceof AggregateError ? error.errors.map(String) : [];
  const limit = errorKind(error) === 'client' ? limitText(codeOf(error)) : undefined;
  if (limit !== undefined) return limit;
  const text = error.message || parts.join('; ') || error.name;
  const code = codeOf(error);
  const words = tlsText(code);
  if (words !== undefined) return `${words} (${code}).`;
  return code === '' || text.includes(code) ? text : `${text} (${code})`;
}

const isWithoutIpv6 = (error: Error, code: string): boolean =>
  code === 'EADDRNOTAVAIL' && 'address' in error && String(error.address).includes(':') && !hasIpv6();

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
