import { appendFileSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { ComparisonRecord } from '../../core/record/comparisons/comparison.ts';
import { renderAnnotations } from '../../core/report/checks/annotations.ts';
import type { Check } from '../../core/report/checks/checks.ts';
import { renderJunit, type CheckedResult, type CheckPlace } from '../../core/report/checks/junit.ts';
import type { LoadedFile } from '../load-file.ts';
import type { Rendered, Screen } from './measure.ts';

/** Options about checks for a pipeline. */
export interface CheckOptions {
  readonly junit?: string;
  readonly github?: true;
}

/** Reports of a result for a pipeline. */
export interface CheckReports<R> {
  readonly junit: Rendered<R>;
  /** Writes the step summary and annotations of GitHub Actions, if the options ask for them. */
  tell(record: R, markdown: string, screen: Pick<Screen, 'note' | 'warn'>): void;
}

/**
 * Returns the reports for a pipeline.
 * @param loaded the endpoints file; undefined for kept runs
 */
export function checkReports<R>(
  { github }: CheckOptions,
  loaded: Pick<LoadedFile, 'path' | 'file'> | undefined,
  checksOf: (record: R) => Check[],
  resultOf: (record: R) => CheckedResult,
): CheckReports<R> {
  // Only when a report asks for it: a file may have hundreds of thousands of targets.
  let known: CheckPlace | undefined;
  const place = (): CheckPlace => (known ??= placeOf(loaded));
  return {
    junit: { render: (record) => renderJunit(resultOf(record), checksOf(record), place()) },
    tell(record, markdown, screen) {
      if (github !== true) return;
      const annotations = renderAnnotations(checksOf(record), place()).trimEnd();
      // GitHub reads both streams, and standard output may hold a report.
      if (annotations !== '') screen.warn(annotations);
      const summary = process.env['GITHUB_STEP_SUMMARY'];
      if (summary === undefined || summary === '') {
        screen.note('--github: GITHUB_STEP_SUMMARY is not set, so there is no step summary.');
        return;
      }
      appendFileSync(summary, `${markdown}\n`);
    },
  };
}

/** Paths are relative to the repository, as GitHub wants them. */
function placeOf(loaded: Pick<LoadedFile, 'path' | 'file'> | undefined): CheckPlace {
  if (loaded === undefined) return { file: null, lineOf: () => 1 };
  const root = process.env['GITHUB_WORKSPACE'] || process.cwd();
  const lines = new Map(loaded.file.targets.map(({ name, range }) => [name, range.start.line + 1]));
  const ofFile =
    readFileSync(loaded.path, 'utf8')
      .split('\n')
      .findIndex((line) => /^\s*(#|\/\/)\s*@slo\b/.test(line)) + 1;
  return {
    file: relative(root, loaded.path).split(sep).join('/'),
    lineOf: (target) => (target === undefined ? Math.max(ofFile, 1) : (lines.get(target) ?? 1)),
  };
}

/** Returns the content of a report of checks on a comparison. */
export const resultOfComparison = ({ name, startedAt, a, b }: ComparisonRecord): CheckedResult => ({
  name,
  startedAt,
  seconds: [...a.slices, ...b.slices].reduce((sum, { totalMs }) => sum + totalMs, 0) / 1000,
});
