import { someLevelMeets } from '../words/sweep-verdict.ts';
import { changeText, intervalText, labelOf } from '../../record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord } from '../../record/comparisons/comparison.ts';
import type { RunRecord } from '../../record/run.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import type { Verdict } from '../../vocabulary.ts';
import { levelName } from '../../record/sweeps/level-words.ts';
import { isUnjudged, objectiveText } from '../../values/objectives.ts';
import { measuredText } from '../tables/tables.ts';
import { nothingMeasuredSentence } from '../words/failure-words.ts';
import { statusWords } from '../words/outcome-words.ts';

/** One thing that a pipeline checks. */
export interface Check {
  /** `p95 < 300ms` */
  readonly name: string;
  /** Target that it belongs to; absent: the whole result. */
  readonly target?: string;
  /** `open`: not proved, which fails no pipeline by itself. */
  readonly outcome: 'pass' | 'fail' | 'open';
  /** Measured value or reason, in one sentence or less. */
  readonly message: string;
}

/** Returns the checks of runs: that each ended and measured something, and their objectives. */
export const checksOfRuns = (runs: readonly RunRecord[]): Check[] =>
  runs.flatMap((run, i) => {
    const label = runs.length === 1 ? '' : `run ${i + 1}: `;
    return [
      completion(run, nothingMeasuredSentence([run]), label),
      ...run.objectives.map((verdict) => objectiveCheck(verdict, label)),
    ];
  });

/**
 * Returns the checks of a sweep. One level that meets all objectives is enough, so objectives of a single level never
 * fail.
 */
export function checksOfSweep(sweep: SweepRecord): Check[] {
  const { levels } = sweep;
  const ofLevels = levels.flatMap((level) =>
    level.objectives.map((verdict): Check => {
      const check = objectiveCheck(verdict, `${levelName(level.plan)}: `);
      return check.outcome === 'fail' ? { ...check, outcome: 'open' } : check;
    }),
  );
  const meets = someLevelMeets(sweep);
  const whole: Check[] =
    ofLevels.length === 0
      ? []
      : [
          {
            name: 'objectives',
            outcome: meets ? 'pass' : 'fail',
            message: sweep.capacity[0] ?? (meets ? 'A level meets all objectives.' : 'No level meets all objectives.'),
          },
        ];
  return [completion(sweep, nothingMeasuredSentence(levels), ''), ...whole, ...ofLevels];
}

const outcomeOfVerdict = (name: string | null): Check['outcome'] =>
  name === 'worse' ? 'fail' : name === null || name === 'inconclusive' ? 'open' : 'pass';

/** Returns the checks of a comparison: the verdict on B, and that of each judged metric. */
export function checksOfComparison(record: ComparisonRecord): Check[] {
  const { verdict, metrics } = record;
  return [
    completion(record, undefined, ''),
    { name: 'verdict', outcome: outcomeOfVerdict(verdict.name), message: verdict.sentence },
    ...metrics
      .filter(({ decisive }) => decisive)
      .map(({ metric, ratio, interval, verdict: own }): Check => {
        const change = ratio === null ? 'no value' : changeText(ratio);
        const range = interval === null ? '' : ` (${intervalText(interval)})`;
        return {
          name: labelOf(metric),
          outcome: outcomeOfVerdict(own),
          message: `${change}${range}: ${own ?? 'not judged'}`,
        };
      }),
  ];
}

function completion(
  { status, stopReason }: Pick<RunRecord, 'status' | 'stopReason'>,
  failure: string | undefined,
  label: string,
): Check {
  const message = status !== 'completed' ? (stopReason ?? statusWords[status]) : (failure ?? 'completed');
  const passes = status === 'completed' && failure === undefined;
  return { name: `${label}completed`, outcome: passes ? 'pass' : 'fail', message };
}

/** Too few samples fail, as they do for the exit code: a run that proves nothing must not pass a pipeline. */
function objectiveCheck(verdict: Verdict, label: string): Check {
  const { target, objective, outcome } = verdict;
  return {
    name: `${label}${objective.text}`,
    ...(target !== undefined && { target }),
    outcome: outcome === 'pass' ? 'pass' : 'fail',
    message: messageOf(verdict),
  };
}

function messageOf(verdict: Verdict): string {
  const { objective, outcome } = verdict;
  const { problem, name } = objective.baseline ?? {};
  if (problem !== undefined) return `not judged: ${problem}`;
  if (isUnjudged(verdict)) return 'not judged: no response has such a time';
  if (outcome === 'not enough data') return 'not enough data';
  return `was ${measuredText(verdict)}${name === undefined ? '' : `, limit ${objectiveText(objective)}`}`;
}
