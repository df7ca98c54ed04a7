import { isLoopback } from '../../core/endpoints/hosts.ts';
import type { WireRequest } from './transport.ts';
import { parseOrigin } from './wire.ts';

const redirects = new Set([301, 302, 303, 307, 308]);
const rawByte = /[\u0080-\u00ff]/;
const rawBytes = new RegExp(rawByte, 'g');
/** Headers meant for one origin only. */
const privateHeaders = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);
const bodyHeaders = new Set(['content-type', 'content-encoding', 'content-language', 'content-location']);

/** Returns whether a status redirects the request. */
export const isRedirect = (status: number): boolean => redirects.has(status);

/**
 * Returns the request that follows a redirect, as browsers do it (Fetch standard). 303, and 301/302 after POST, become
 * GET without the body. Another origin gets neither credentials nor cookies. Returns undefined if the location isn't an
 * http(s) URL or has another host, because a response must not send load to a host that the user didn't specify.
 * @param location as the server sent it, one character per byte
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

/** Returns whether a location contains bytes that aren't allowed in a URL, one character per byte. */
export const hasRawBytes = (location: string): boolean => rawByte.test(location);

/** Percent-encodes bytes that aren't allowed in a URL, as curl does. A path in raw UTF-8 then works. */
const escapeBytes = (location: string): string =>
  location.replaceAll(rawBytes, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
