import { defaultRules } from '../../core/comparison/compare-sides.ts';
import { LoadlensError, type ExitCode } from '../../core/errors.ts';
import type { ComparedMetricName } from '../../core/record/comparisons/compared-metrics.ts';
import { makeKeptComparison } from '../../core/report/comparisons/kept-comparison.ts';
import { checksOfComparison } from '../../core/report/checks/checks.ts';
import { comparisonReports, renderComparisonText } from '../../core/report/comparisons/comparison-reports.ts';
import { recordId } from '../../core/record/make-run.ts';
import type { ReportOptions } from '../options/plan-options.ts';
import { onScreen, outputsOf, writeResult } from '../output/measure.ts';
import { checkReports, resultOfComparison, type CheckOptions } from '../output/check-reports.ts';
import { checkReportFiles } from '../output/report-files.ts';
import { endOfComparison, type FailOn } from './end-of-comparison.ts';
import { readKeptRuns } from './kept-runs.ts';

/** The options of `loadlens compare`, as the argument parser hands them over. */
export interface CompareOptions extends ReportOptions, CheckOptions {
  readonly base: readonly string[];
  readonly head: readonly string[];
  readonly threshold: number;
  readonly metrics?: readonly ComparedMetricName[];
  readonly failOn?: FailOn;
}

/** Runs `loadlens compare` and returns the exit code. Throws a LoadlensError if the user can fix the cause. */
export function compareCommand(options: CompareOptions): Promise<ExitCode> {
  const { threshold, metrics: chosen, failOn } = options;
  const checks = checkReports(options, undefined, checksOfComparison, resultOfComparison);
  const outputs = outputsOf(options, { ...comparisonReports, junit: checks.junit });
  checkReportFiles(outputs);
  const [base, head] = [readKeptRuns('--base', options.base), readKeptRuns('--head', options.head)];
  const files = new Set(base.map(({ file }) => file));
  const both = head.find(({ file }) => files.has(file));
  if (both !== undefined) {
    throw new LoadlensError(`${both.file} is on both sides.`, { hint: 'Give each run to one side.' });
  }
  const now = new Date();
  const record = makeKeptComparison(base, head, {
    rules: { ...defaultRules, threshold },
    chosen,
    id: recordId(now, Math.random),
    startedAt: now.toISOString(),
  });
  return onScreen(false, (screen) => {
    writeResult(renderComparisonText(record), outputs, record, screen);
    checks.tell(record, comparisonReports.markdown.render(record), screen);
    return Promise.resolve(endOfComparison(record, failOn));
  });
}
