import type { Rules } from '../../comparison/compare-sides.ts';
import { countOf, formatChangeSize } from '../../format.ts';
import { isPaced } from '../../plan/load/load-models.ts';
import type { Baseline } from '../../record/comparisons/baseline.ts';
import { changeText, intervalText, leastRuns } from '../../record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord } from '../../record/comparisons/comparison.ts';
import type { RunRecord } from '../../record/run.ts';
import { workloadDifferences } from '../tables/compare-runs.ts';
import { makeKeptComparison } from './kept-comparison.ts';

/** How recent runs compare with a baseline, by their p95. */
export interface AgainstBaseline {
  /** `4% slower than main, inconclusive`; undefined if nothing can be said in so few words. */
  readonly words?: string;
  /** The change with its interval, the verdict, and what it lacks. */
  readonly sentence: string;
}

/** Maximum number of recent runs that are compared. */
const mostRuns = 10;

/** Input for a comparison with a baseline. */
interface Asked {
  /** The run that is shown. */
  readonly record: RunRecord;
  /** The history, newest first. */
  readonly runs: readonly RunRecord[];
  readonly rules: Rules;
  /** Name of the target to compare; undefined: the whole run. */
  readonly target?: string | undefined;
}

/**
 * Compares a run, and those before it with the same workload and commit, with a baseline: at most 10 runs, by the
 * statistics of `loadlens run --against`.
 * @returns undefined for a run that didn't complete
 */
export function againstBaseline(
  { name, runs: kept }: Baseline,
  { record, runs, rules, target }: Asked,
): AgainstBaseline | undefined {
  if (record.status !== 'completed') return undefined;
  if (kept.some(({ id }) => id === record.id)) return { sentence: `This run is part of baseline ${name}.` };
  const differences = new Set(kept.flatMap((run) => workloadDifferences(run, record)));
  if (differences.size > 0) return { sentence: `Not compared: ${[...differences].join(' ')}` };
  const recent = recentRuns(record, runs, kept);
  const [a, b] = [kept, recent].map((side) => side.flatMap((run) => ofTarget(run, target) ?? []));
  if (a === undefined || b === undefined || a.length < kept.length || b.length === 0)
    return { sentence: 'Not compared: the baseline has no numbers of this target.' };
  const comparison = makeKeptComparison(a.map(asKept), b.map(asKept), {
    rules,
    chosen: ['p95'],
    id: record.id,
    startedAt: record.startedAt,
  });
  return wordsOf(name, comparison);
}

const stateOf = ({ name, source }: RunRecord): string =>
  JSON.stringify([name, source?.file, source?.gitCommit, source?.gitDirty]);

/**
 * Returns a run and those before it of the same file, workload, and commit, newest first, at most 10.
 * @param runs the history, newest first
 * @param without runs that are left out, such as those of a baseline
 */
export function recentRuns(record: RunRecord, runs: readonly RunRecord[], without: readonly RunRecord[]): RunRecord[] {
  return runs
    .filter((run) => without.every(({ id }) => id !== run.id))
    .filter((run) => run.startedAt <= record.startedAt && stateOf(run) === stateOf(record))
    .filter((run) => workloadDifferences(record, run).length === 0)
    .slice(0, mostRuns);
}

/** The run with the numbers of one of its targets; undefined if they weren't kept. */
function ofTarget(run: RunRecord, target: string | undefined): RunRecord | undefined {
  if (target === undefined || run.targetCount === 1) return run;
  const numbers = run.perTarget.find(({ name }) => name === target);
  return numbers === undefined ? undefined : { ...run, ...numbers, name: run.name };
}

const asKept = (run: RunRecord): { readonly file: string; readonly run: RunRecord } => ({ file: run.id, run });

function wordsOf(name: string, comparison: ComparisonRecord): AgainstBaseline {
  const { metrics, verdict, failures, a, b } = comparison;
  const p95 = metrics.find(({ metric }) => metric === 'p95');
  const counted = `${countOf(b.slices.length, 'run')} against ${a.slices.length}.`;
  if (p95 === undefined || p95.ratio === null) return { sentence: `Not compared: a run has no p95. ${counted}` };
  const least = leastRuns(comparison.level);
  const missing = missingRuns(name, a.slices.length, b.slices.length, least);
  const outcome =
    failures.verdict === null
      ? (verdict.name ?? 'client-limited')
      : `fails ${failures.verdict === 'worse' ? 'more' : 'less'}`;
  const range = p95.interval === null ? '' : ` (${intervalText(p95.interval)})`;
  return {
    // The headline of an open-model run is its response time.
    words: `${isPaced(comparison.plan) ? 'p95 latency ' : ''}${speedText(p95.ratio)} ${name}, ${missing ?? outcome}`,
    sentence:
      missing === undefined
        ? `p95 ${changeText(p95.ratio)}${range}: ${outcome}. ${counted} They were measured at different times, so a drift of the machine looks like a change.`
        : `p95 ${changeText(p95.ratio)}. A verdict needs ${least} runs a side: ${counted}`,
  };
}

/** What a verdict still needs; undefined with enough runs on both sides. */
function missingRuns(name: string, ofBaseline: number, recent: number, least: number): string | undefined {
  if (recent < least) return recent === 1 ? 'single run' : `${recent} of ${least} runs`;
  return ofBaseline < least ? `${name} has ${ofBaseline} of ${least} runs` : undefined;
}

function speedText(ratio: number): string {
  const size = formatChangeSize(ratio - 1, 0);
  return size === '0%' ? 'as fast as' : `${size} ${ratio > 1 ? 'slower' : 'faster'} than`;
}
