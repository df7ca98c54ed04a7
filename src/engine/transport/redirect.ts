import { isLoopback } from '../../core/endpoints/hosts.ts';
import type { WireRequest } from './transport.ts';
import { parseOrigin } from './wire.ts';

const redirects = new Set([301, 302, 303, 307, 308]);
const rawByte = /[\u0080-\u00ff]/;
const rawBytes = new RegExp(rawByte, 'g');
/** Meant for one origin only. */
const privateHeaders = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);
const bodyHeaders = new Set(['content-type', 'content-encoding', 'content-language', 'content-location']);

/** Whether an answer of that status names another place to ask. */
export const isRedirect = (status: number): boolean => redirects.has(status);

/**
 * The request that follows a redirect as browsers do it (Fetch standard): 303, and 301/302 after POST, turn into GET without
 * the body; another origin gets neither credentials nor cookies. Undefined when the location is no http(s) URL or lies on
 * another host: an answer must not send load to a machine that the user has not named.
 * @param location as the server sent it, each byte as a character
 */
export function redirected(request: WireRequest, status: number, location: string): WireRequest | undefined {
  const base = request.origin.url + request.path;
  const escaped = escapeBytes(location);
  const url = URL.canParse(escaped, base) ? new URL(escaped, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const origin = parseOrigin(url);
  const { hostname } = request.origin;
  if (origin.hostname !== hostname && !(isLoopback(origin.hostname) && isLoopback(hostname))) return undefined;
  const toGet =
    (status === 303 && request.method !== 'HEAD') || ((status === 301 || status === 302) && request.method === 'POST');
  const sameOrigin = url.origin === request.origin.url;
  const dropped = (name: string): boolean =>
    (!sameOrigin && privateHeaders.has(name)) || (toGet && bodyHeaders.has(name));
  return {
    origin: sameOrigin ? request.origin : origin,
    method: toGet ? 'GET' : request.method,
    path: url.pathname + url.search,
    headers: request.headers.filter((_, i) => !dropped((request.headers[i - (i % 2)] ?? '').toLowerCase())),
    body: toGet ? null : request.body,
    ...(request.dialect && { dialect: request.dialect }),
    ...(request.streams && { streams: request.streams }),
  };
}

/** Whether a location has bytes that no URL may have, each as a character. */
export const hasRawBytes = (location: string): boolean => rawByte.test(location);

/** Percent-encodes bytes that no URL may have, as curl does: a path in raw UTF-8 leads where it says. */
const escapeBytes = (location: string): string =>
  location.replaceAll(rawBytes, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
