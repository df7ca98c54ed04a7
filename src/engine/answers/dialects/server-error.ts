import { isJson, objectIn, type Json } from './json.ts';

/** Characters kept of a server's words. */
const maxWords = 2_000;

/** Returns the server's words when a message reports an error, whatever the API; undefined otherwise. */
export function errorIn(message: Json): string | undefined {
  const { error } = message;
  if (isSaid(error)) return errorWords(error);
  const isError = message['object'] === 'error' || message['type'] === 'error' || message['event'] === 'error';
  return isError ? errorWords(message) : undefined;
}

/** Members that a refusal has beside its text; an ordinary message has others, too. */
// prettier-ignore
const refusalMembers = new Set([
  'detail', 'details', 'message', 'msg', 'errors', 'error', 'code', 'status', 'statusCode', 'status_code',
  'success', 'type', 'title', 'timestamp', 'path', 'request_id', 'requestId', 'instance', 'traceId', 'ok',
  'error_code', 'errorCode', 'error_msg', 'errorMessage', 'error_message', 'error_description', 'param', 'data',
]);

/** Returns the words of a message of no known API that has nothing but an explanation in it; undefined otherwise. */
export function refusalIn(message: Json): string | undefined {
  const names = Object.keys(message);
  if (names.length === 0 || !names.every((name) => refusalMembers.has(name))) return undefined;
  return wordsIn(message) === undefined ? undefined : errorWords(message);
}

/** Returns what an error says. */
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

/** Returns true for an error member that tells of one: servers send null, false, an empty text, or an empty object, too. */
export function isSaid(error: unknown): boolean {
  if (error === undefined) return false;
  if (isJson(error)) return Object.keys(error).length > 0;
  return error !== null && error !== false && error !== '' && error !== 0;
}
