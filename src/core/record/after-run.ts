import type { RunRecord } from './run.ts';

/** Turns that a run used up for the next one of the same targets. */
export const startsAfter = ({ targets }: Pick<RunRecord, 'targets'>): number[] =>
  targets.map(({ prompts }) => (prompts === undefined ? 0 : prompts.start + prompts.sent));

/** The number from which the next run goes on with the values of dynamic variables; undefined when it has none. */
export const valuesAfter = ({ values }: Pick<RunRecord, 'values'>): number | undefined =>
  values && values.start + values.taken;
