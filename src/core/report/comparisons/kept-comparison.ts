import { LoadlensError } from '../../errors.ts';
import { sliceOf } from '../../record/comparisons/compared-metrics.ts';
import { mostTargets, type ComparisonRecord } from '../../record/comparisons/comparison.ts';
import { makeComparison, type ComparisonParts } from '../../record/comparisons/make-comparison.ts';
import type { RunRecord } from '../../record/run.ts';
import { compareRuns } from '../tables/compare-runs.ts';

/** A run that was measured before, and its file. */
interface Kept {
  readonly file: string;
  readonly run: RunRecord;
}

/** Returns the comparison of kept runs, with warnings where their work or machine differs. Throws a LoadlensError without runs. */
export function makeKeptComparison(
  a: readonly Kept[],
  b: readonly Kept[],
  { rules, chosen, id, startedAt }: Pick<ComparisonParts, 'rules' | 'chosen' | 'id' | 'startedAt'>,
): ComparisonRecord {
  const [first] = a;
  const [head] = b;
  if (!first || !head) throw new LoadlensError('A side has no run.', { hint: 'Name its files.' });
  const sideOf = (kept: readonly Kept[], { run: { targets } }: Kept): ComparisonRecord['a'] => ({
    variables: {},
    targets: targets.slice(0, mostTargets).map(({ name, method, url }) => ({ name, method, url })),
    slices: kept.map(({ file, run }) => ({ ...sliceOf(run), file })),
  });
  const { plan, environment, source } = head.run;
  return makeComparison({
    id,
    name: head.run.name,
    startedAt,
    status: 'completed',
    plan,
    a: sideOf(a, first),
    b: sideOf(b, head),
    environment,
    source,
    rules,
    chosen,
    warnings: [...differences(first, [...a, ...b]), ...blockWarning(a, b)],
  });
}

/** Differences from the first run, each once. */
function differences(first: Kept, all: readonly Kept[]): string[] {
  return [...new Set(all.flatMap(({ run }) => compareRuns(first.run, run).differences))];
}

/** Drift of a machine looks like a change when one side was measured after the other. */
function blockWarning(a: readonly Kept[], b: readonly Kept[]): string[] {
  // Different machines have their own warning.
  if (new Set([...a, ...b].map(({ run }) => run.environment.host)).size > 1) return [];
  const [ofA, ofB] = [a, b].map((side) => side.map(({ run }) => Date.parse(run.startedAt)));
  if (!ofA || !ofB || !(Math.max(...ofA) < Math.min(...ofB) || Math.max(...ofB) < Math.min(...ofA))) return [];
  return [
    'All runs of one side were measured before those of the other, so a drift of the machine looks like a change. Alternate the runs, or use loadlens ab.',
  ];
}
