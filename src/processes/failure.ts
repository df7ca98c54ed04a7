import * as v from 'valibot';
import { LoadlensError } from '../core/errors.ts';

/** A failure as it crosses a process boundary. */
export interface FailureMessage {
  readonly type: 'failure';
  readonly message: string;
  readonly hint: string;
  /** Present for a bug: goes to the log, never to the user. */
  readonly stack?: string;
}

/** Checks one that arrived. */
export const failureSchema = v.object({
  type: v.literal('failure'),
  message: v.string(),
  hint: v.string(),
  stack: v.exactOptional(v.string()),
});

/** What a process says of an error; `bug` is said of one that no user can mend. */
export function failureOf(error: unknown, bug: Pick<FailureMessage, 'message' | 'hint'>): FailureMessage {
  if (error instanceof LoadlensError) return { type: 'failure', message: error.message, hint: error.hint };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failure', ...bug, stack };
}
