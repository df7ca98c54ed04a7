import * as v from 'valibot';
import { LoadlensError } from '../core/errors.ts';

/** A failure as a message between processes. */
export interface FailureMessage {
  readonly type: 'failure';
  readonly message: string;
  readonly hint: string;
  /** For the log, not for the user. Present for a bug. */
  readonly stack?: string;
  /** Problems for which the parent can offer a solution. */
  readonly code?: 'portInUse';
}

/** Schema of a received failure. */
export const failureSchema = v.object({
  type: v.literal('failure'),
  message: v.string(),
  hint: v.string(),
  stack: v.exactOptional(v.string()),
  code: v.exactOptional(v.literal('portInUse')),
});

/** Returns an error as a failure. `bug` is the text for an error that users can't fix. */
export function failureOf(error: unknown, bug: Pick<FailureMessage, 'message' | 'hint'>): FailureMessage {
  if (error instanceof LoadlensError) {
    const { message, hint, cause } = error;
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    return { type: 'failure', message, hint, ...(taken ? { code: 'portInUse' } : {}) };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failure', ...bug, stack };
}
