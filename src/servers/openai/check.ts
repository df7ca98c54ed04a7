import * as v from 'valibot';
import { ApiError } from './errors.ts';

/** Message of an issue with a field that is known but not supported. */
export const notSupported = 'not supported';

/** Returns the checked body. Throws an ApiError that names the first wrong field. */
export function check<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError(400, 'The body must be a JSON object.');
  const read = v.safeParse(schema, body);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const param = v.getDotPath(issue) ?? '';
  if (issue.expected === 'never')
    throw new ApiError(400, `The field ${param} is unknown. Remove it.`, { param, code: 'unknown_parameter' });
  throw new ApiError(400, `The field ${param} ${complaint(issue)}.`, { param });
}

function complaint(issue: v.BaseIssue<unknown>): string {
  if (issue.message === notSupported) return "isn't supported by this server. Remove it";
  if (issue.received === 'undefined') return 'is missing';
  if (issue.message.startsWith('must ')) return issue.message;
  return `must be ${expectedOf(issue)}, not ${receivedOf(issue)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  safe_integer: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  strict_object: 'an object',
  loose_object: 'an object',
  record: 'an object',
  array: 'a list',
};

function expectedOf({ type, expected }: v.BaseIssue<unknown>): string {
  const bound = (expected ?? 'another value')
    .replace(/^>=/, 'at least ')
    .replace(/^<=/, 'at most ')
    .replace(/^>/, 'more than ');
  return typeNames[type] ?? bound;
}

/** Returns the received value as it was sent, or the kind of a list or object. */
const receivedOf = ({ received }: v.BaseIssue<unknown>): string =>
  ({ Array: 'a list', Object: 'an object' })[received] ?? received;
