import { checked, type Kind } from './checked.ts';
import { recordSchema, type RunRecord } from './run.ts';
import { runSchema } from './schemas/run-schema.ts';

const run: Kind<typeof runSchema> = {
  name: recordSchema,
  schema: runSchema,
  noun: 'result',
  writtenBy: 'loadlens run --json',
  madeBy: 'benchmark',
};

/**
 * Returns a valid record from a file or a history, without unknown members.
 * @throws LoadlensError for an invalid one
 */
export const readRecord = (json: unknown): RunRecord => checked(withObjectives(json), run);

/**
 * Returns a result with its runs in the current form.
 * @param members those with a run or a list of runs
 */
export function withRuns(json: unknown, members: readonly string[]): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([name, value]: [string, unknown]) => {
    if (!members.includes(name)) return [name, value];
    return [name, Array.isArray(value) ? value.map(withObjectives) : withObjectives(value)];
  });
  return Object.fromEntries(entries);
}

/** Returns a run in the current form. Objectives were called `verdicts` before. */
function withObjectives(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'verdicts' in json
    ? { objectives: json.verdicts, ...json }
    : json;
}
