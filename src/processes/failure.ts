import * as v from 'valibot';
import { LoadlensError } from '../core/errors.ts';

/** A failure as a message between processes. */
export interface FailureMessage {
  readonly type: 'failure';
  readonly message: string;
  readonly hint: string;
  /** For the log, not for the user. Present for a bug. */
  readonly stack?: string;
}

/** Schema of a received failure. */
export const failureSchema = v.object({
  type: v.literal('failure'),
  message: v.string(),
  hint: v.string(),
  stack: v.exactOptional(v.string()),
});

/** Returns an error as a failure. `bug` is the text for an error that users can't fix. */
export function failureOf(error: unknown, bug: Pick<FailureMessage, 'message' | 'hint'>): FailureMessage {
  if (error instanceof LoadlensError) return { type: 'failure', message: error.message, hint: error.hint };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failure', ...bug, stack };
}
