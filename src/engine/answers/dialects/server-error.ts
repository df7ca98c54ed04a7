import { isJson, objectIn, type Json } from './json.ts';

/** Maximum number of characters kept of a server's message. */
const maxWords = 2_000;

/** Returns the server's error message; undefined if a message reports no error. Works for every API. */
export function errorIn(message: Json): string | undefined {
  const { error } = message;
  if (isSaid(error)) return errorWords(error);
  const isError = message['object'] === 'error' || message['type'] === 'error' || message['event'] === 'error';
  return isError ? errorWords(message) : undefined;
}

/** Members of an error besides its text. Other messages have more. */
// prettier-ignore
const refusalMembers = new Set([
  'detail', 'details', 'message', 'msg', 'errors', 'error', 'code', 'status', 'statusCode', 'status_code',
  'success', 'type', 'title', 'timestamp', 'path', 'request_id', 'requestId', 'instance', 'traceId', 'ok',
  'error_code', 'errorCode', 'error_msg', 'errorMessage', 'error_message', 'error_description', 'param', 'data',
]);

/** Returns the explanation in a message of no known API that contains nothing else; undefined otherwise. */
export function refusalIn(message: Json): string | undefined {
  const names = Object.keys(message);
  if (names.length === 0 || !names.every((name) => refusalMembers.has(name))) return undefined;
  return wordsIn(message) === undefined ? undefined : errorWords(message);
}

/** Returns the text of an error. */
export function errorWords(error: unknown): string {
  return (wordsIn(error) ?? JSON.stringify(error) ?? '').slice(0, maxWords);
}

// prettier-ignore
const wordMembers = [
  'message', 'msg', 'detail', 'details', 'error_description', 'error_message', 'errorMessage', 'error_msg',
  'title', 'error', 'errors', 'text',
];

function wordsIn(error: unknown, depth = 0): string | undefined {
  if (typeof error === 'string') return error.trim() === '' ? undefined : error;
  if (depth > 3 || !isJson(error)) return undefined;
  if (Array.isArray(error)) return wordsIn(error[0], depth + 1);
  for (const name of wordMembers) {
    const words = wordsIn(objectIn(error)[name], depth + 1);
    if (words !== undefined) return words;
  }
  return undefined;
}

/** Returns true for an error member with content. Servers also send null, false, an empty text, or an empty object. */
export function isSaid(error: unknown): boolean {
  if (error === undefined) return false;
  if (isJson(error)) return Object.keys(error).length > 0;
  return error !== null && error !== false && error !== '' && error !== 0;
}
