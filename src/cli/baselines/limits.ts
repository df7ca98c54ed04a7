import { hostname } from 'node:os';
import type { RunInput } from '../../core/plan/types.ts';
import { needsBaseline, withLimits } from '../../core/report/comparisons/relative-objectives.ts';
import { noLimitSentences } from '../../core/values/objectives.ts';
import { defaultBaseline } from '../../core/values/relations.ts';
import type { LoadedFile } from '../load-file.ts';
import { findBaseline } from './store.ts';

/**
 * Returns the input with limits for its relative objectives, and says on standard error which can't be judged.
 * @param name of the baseline; undefined: the file's, otherwise main
 */
export function withBaseline<Input extends RunInput>(
  input: Input,
  { file }: LoadedFile,
  name: string | undefined,
): Input {
  if (!needsBaseline(input)) return input;
  const found = findBaseline(name ?? file.defaults.baseline ?? defaultBaseline);
  const limited = withLimits(input, found, hostname());
  const objectives = [limited.plan, ...limited.targets].flatMap((one) => one.objectives);
  for (const sentence of noLimitSentences(objectives)) process.stderr.write(`${sentence}\n`);
  return { ...input, ...limited };
}
