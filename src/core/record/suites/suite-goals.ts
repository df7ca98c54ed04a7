import { isWithinBound } from '../../values/bounds.ts';
import {
  suiteMetrics,
  suiteOperators,
  type SuiteLevel,
  type SuiteMetric,
  type SuiteGoal,
  type SuiteGoalResult,
} from './suite.ts';

/** The reference's goals. */
export const defaultGoals: readonly SuiteGoal[] = [
  { metric: 'single requests/s', operator: '>', value: 0.5 },
  { metric: 'single tokens/s', operator: '>', value: 20 },
  { metric: 'concurrent requests/s', operator: '>', value: 1 },
  { metric: 'concurrent tokens/s', operator: '>', value: 30 },
  { metric: 'failed requests', operator: '=', value: 0 },
];

/** Returns the goal in `single tokens/s > 20`; undefined for other texts. */
export function parseGoal(text: string): SuiteGoal | undefined {
  const [, name, sign, number] = /^\s*([a-z/ ]+?)\s*(>=|<=|>|<|=)\s*(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  const metric = suiteMetrics.find((known) => known === name);
  const operator = suiteOperators.find((known) => known === sign);
  return metric === undefined || operator === undefined ? undefined : { metric, operator, value: Number(number) };
}

/** Returns the goal as text. */
export const goalText = ({ operator, value }: SuiteGoal): string => `${operator} ${String(value)}`;

/** Compares the levels with goals. A concurrent goal uses the best level above 1. */
export function judgeGoals(goals: readonly SuiteGoal[], levels: readonly SuiteLevel[]): SuiteGoalResult[] {
  return goals.map((goal) => {
    const { achieved, atConcurrency } = achievedBy(goal.metric, levels);
    return { ...goal, achieved, atConcurrency, pass: achieved !== null && isWithinBound(achieved, goal) };
  });
}

function achievedBy(
  metric: SuiteMetric,
  levels: readonly SuiteLevel[],
): { achieved: number | null; atConcurrency: number | null } {
  if (metric === 'failed requests') {
    const failed = levels.reduce((sum, level) => sum + level.failed, 0);
    return { achieved: levels.length === 0 ? null : failed, atConcurrency: null };
  }
  const value = (level: SuiteLevel): number | null =>
    metric.endsWith('tokens/s') ? level.tokensPerS : level.requestsPerS;
  if (metric.startsWith('single')) {
    const single = levels.find(({ concurrency }) => concurrency === 1);
    return { achieved: single === undefined ? null : value(single), atConcurrency: null };
  }
  const best = levels
    .filter((level) => level.concurrency > 1 && value(level) !== null)
    .toSorted((a, b) => (value(b) ?? 0) - (value(a) ?? 0))[0];
  return best === undefined
    ? { achieved: null, atConcurrency: null }
    : { achieved: value(best), atConcurrency: best.concurrency };
}
