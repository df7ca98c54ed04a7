import type { QuickPickItem } from 'vscode';
import { countOf } from '../../../core/format.ts';
import { recordId } from '../../../core/record/make-run.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { recentRuns } from '../../../core/report/comparisons/against-baseline.ts';
import { makeKeptComparison } from '../../../core/report/comparisons/kept-comparison.ts';
import { planDifferences } from '../../../core/report/tables/workload.ts';
import type { History } from '../../services/runs/history.ts';
import type { Baselines } from '../../services/workspace/baselines.ts';
import { comparisonRules } from '../../services/workspace/settings.ts';
import { agoWords } from '../../views/run-words.ts';

/** A baseline to compare a run with. `take` adds the comparison to the history and shows it. */
interface BaselineWay extends QuickPickItem {
  readonly take: () => Promise<{ readonly kind: 'next'; readonly value: undefined }>;
}

/** Services that a comparison with a baseline needs. */
export interface WithBaselineParts {
  readonly history: History;
  readonly baselines: Baselines;
  readonly showResult: (id: string) => void;
}

/** Returns the baselines to compare a run with, and the runs before it with the same workload and commit. */
export async function baselineWays(
  run: RunRecord | undefined,
  { history, baselines, showResult }: WithBaselineParts,
): Promise<BaselineWay[]> {
  if (run === undefined) return [];
  const kept = await baselines.all();
  return kept.flatMap(({ baseline: { name, runs } }) => {
    const [oldest] = runs;
    const recent = recentRuns(run, history.runs(), runs);
    if (oldest === undefined || recent.length === 0) return [];
    // A baseline of other targets is of another file.
    if (planDifferences(oldest, run).some(({ what }) => what === 'Targets')) return [];
    const take = async (): ReturnType<BaselineWay['take']> => {
      const now = new Date();
      const comparison = makeKeptComparison(
        runs.map((one, i) => ({ file: `${name} ${i + 1}`, run: one })),
        recent.map((one) => ({ file: `${one.name}, ${new Date(one.startedAt).toLocaleString()}`, run: one })),
        { rules: comparisonRules(), chosen: undefined, id: recordId(now, Math.random), startedAt: now.toISOString() },
      );
      const { id } = await history.add(comparison);
      showResult(id);
      return { kind: 'next', value: undefined };
    };
    const description = `${countOf(runs.length, 'run')}, ${agoWords(oldest)}, with ${countOf(recent.length, 'recent run')}`;
    return [{ label: `$(bookmark) Baseline ${name}`, description, take }];
  });
}
