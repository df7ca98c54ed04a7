/**
 * Server notes on responses that deviate from HTTP/1.1 (RFC 9112, RFC 9110) and can still be read. The server is the
 * subject of each.
 */
export const deviation = {
  statusLine: 'sends an irregular status line',
  version: 'names an HTTP version other than 1.0 and 1.1',
  emptyLines: 'sends empty lines before the status line',
  bareLf: 'ends lines with LF alone',
  bareCr: 'sends CR inside lines',
  folded: 'folds headers',
  spaceBeforeColon: 'puts spaces before the colon of a header',
  emptyName: 'sends headers without a name',
  invalidName: 'sends invalid header names',
  controls: 'sends control characters in headers',
  repeatedLength: 'repeats Content-Length',
  signedLength: 'puts a sign before Content-Length',
  lengthAndCoding: 'sends both Transfer-Encoding and Content-Length',
  emptyCoding: 'sends an empty Transfer-Encoding',
  identity: 'sends Transfer-Encoding: identity',
  otherCoding: 'uses a transfer coding other than chunked',
  paddedChunks: 'pads chunk sizes with spaces',
  unendedChunks: 'closes the connection without the empty line after the last chunk',
  continued: 'sends 100 Continue without being asked',
  switched: 'switches protocols without being asked',
  extraBytes: 'sends bytes after the end of a response',
  unexpectedBody: 'sends a body with a response that must not have one',
} as const;

/**
 * Deviations after which the client closes the connection, because it can't tell where the next response begins. Such
 * closings aren't counted as the server's.
 */
export const closingDeviations: ReadonlySet<string> = new Set([
  deviation.version,
  deviation.lengthAndCoding,
  deviation.switched,
  deviation.extraBytes,
  deviation.unexpectedBody,
]);
