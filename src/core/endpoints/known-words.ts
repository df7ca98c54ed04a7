/** Methods that can be sent, the common ones first. Any other counts as a typing error. */
export const methods: readonly string[] = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'QUERY',
  'TRACE',
  'PURGE',
  'PROPFIND',
  'PROPPATCH',
  'REPORT',
  'SEARCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
];

/** Methods without a body. */
export const bodylessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE']);

/** Headers that an editor suggests, with their common values. */
export const commonHeaders: readonly { readonly name: string; readonly values: readonly string[] }[] = [
  { name: 'Accept', values: ['application/json', 'text/event-stream', '*/*'] },
  { name: 'Accept-Encoding', values: ['gzip', 'gzip, deflate, br', 'identity'] },
  { name: 'Accept-Language', values: ['en'] },
  { name: 'Authorization', values: ['Bearer {{$secret NAME}}', 'Basic {{$secret NAME}}'] },
  { name: 'Cache-Control', values: ['no-cache'] },
  {
    name: 'Content-Type',
    values: ['application/json', 'text/plain; charset=utf-8', 'application/x-www-form-urlencoded'],
  },
  { name: 'Cookie', values: [] },
  { name: 'Host', values: [] },
  { name: 'If-None-Match', values: [] },
  { name: 'Origin', values: [] },
  { name: 'Referer', values: [] },
  { name: 'User-Agent', values: [] },
  { name: 'X-API-Key', values: ['{{$secret NAME}}'] },
  { name: 'X-Request-ID', values: [] },
];

/** Headers of the connection, in lower case. Loadlens sets them itself and ignores those of a file. */
export const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const credentialHeader =
  /^(?:(?:proxy-)?authorization|(?:.*[-_])?(?:api[-_]?key|secret|password|subscription-key|(?:access|api|auth|secret|security|session)[-_]?token))$/i;

/** Returns whether a header contains credentials. */
export const isCredentialHeader = (name: string): boolean => credentialHeader.test(name);
