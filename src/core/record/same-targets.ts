import type { RunTarget } from '../endpoints/types.ts';
import { shorten } from './compact-run.ts';
import { listedTarget } from './make-run.ts';
import type { RunRecord } from './run.ts';

type Listed = RunRecord['targets'][number];

/** Records in the history have shortened texts. */
const keyOf = ({ name, method, url, weight, llm = {} }: Listed): string =>
  JSON.stringify([
    shorten(name),
    method,
    shorten(url),
    weight,
    Object.entries(llm).toSorted(([a], [b]) => a.localeCompare(b)),
  ]);

/** Returns true if targets are still those of a run, as far as its record lists them. It has no bodies and headers. */
export function areTargetsOf(
  { targets: listed, targetCount }: Pick<RunRecord, 'targets' | 'targetCount'>,
  targets: readonly RunTarget[],
): boolean {
  if (targets.length !== targetCount) return false;
  // The order determines which target a seed selects. A shortened list has gaps.
  let found = 0;
  for (const target of targets) {
    const wanted = listed[found];
    if (wanted !== undefined && keyOf(listedTarget(target)) === keyOf(wanted)) found += 1;
  }
  return found === listed.length;
}
