import type * as v from 'valibot';
import type { PreparedRequest, RunTarget } from '../endpoints/types.ts';
import type { Frozen } from '../schema.ts';
import type { planSchema } from './plan-schema.ts';

/** All settings of a run except its targets. */
export type RunPlan = Frozen<v.InferOutput<typeof planSchema>>;

/**
 * One of several shares of a load, each sent by its own worker: the requests whose index modulo `of` is `number`.
 * Together they send what one worker would, at the same times.
 */
export interface Share {
  /** From 0. */
  readonly number: number;
  readonly of: number;
}

/** Input of a run. `requests[i]` is `targets[i]`, prepared to be sent. */
export interface RunInput {
  /** Name for people: the file or the single target. */
  readonly name: string;
  readonly plan: RunPlan;
  /** Part of the plan that is sent; absent: all of it. */
  readonly share?: Share;
  readonly targets: readonly RunTarget[];
  readonly requests: readonly PreparedRequest[];
  /** Values that must not be stored anywhere; replaced by `***`. */
  readonly secrets: readonly string[];
  /** The endpoints file: absolute path, and the form shown; null if there is none. */
  readonly file: { readonly path: string; readonly shownAs: string } | null;
  /** Prompt turns used by earlier runs of the session, by target; see `promptTurns`. Absent: none. */
  readonly promptStarts?: readonly number[];
  /** Numbers used by earlier runs of the session for dynamic variables; see `ValueUse`. Absent: none. */
  readonly valueStart?: number;
  /** Notes for the record on findings before the run; see `ServerFacts`. */
  readonly notes?: readonly string[];
}
