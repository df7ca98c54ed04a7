import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';
import { isBaseline, readBaseline, type Baseline } from '../../core/record/comparisons/baseline.ts';
import { readRecord } from '../../core/record/read-run.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { isBaselineName } from '../../core/values/relations.ts';
import { baselineFile, loadBaseline } from '../baselines/store.ts';

/** A kept run and its file. */
export interface KeptRun {
  readonly file: string;
  readonly run: RunRecord;
}

/**
 * Reads the runs that an option names.
 * @param patterns files, patterns with `*` in the file name, or names of baselines
 * @throws LoadlensError if nothing matches or a file isn't a run
 */
export function readKeptRuns(option: string, patterns: readonly string[]): KeptRun[] {
  const files = new Set(patterns.flatMap((pattern) => filesOf(option, pattern)));
  return [...files].flatMap((file) => {
    try {
      const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return isBaseline(json) ? runsOf(file, readBaseline(json)) : [{ file, run: readRecord(json) }];
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LoadlensError(`${file} can't be compared: ${why}`, {
        hint: 'Use results that loadlens run --json has written, or a baseline.',
        cause,
      });
    }
  });
}

/**
 * Reads the runs of a baseline.
 * @throws LoadlensError if it doesn't exist
 */
export function baselineRuns(name: string): KeptRun[] {
  return runsOf(baselineFile(name), loadBaseline(name));
}

const runsOf = (file: string, { runs }: Baseline): KeptRun[] =>
  runs.map((run, i) => ({ file: `${file}#${i + 1}`, run }));

function filesOf(option: string, pattern: string): string[] {
  // A shell that expands patterns passes names, which may contain a star.
  if (existsSync(pattern)) return [pattern];
  if (isBaselineName(pattern) && existsSync(baselineFile(pattern))) return [baselineFile(pattern)];
  if (!pattern.includes('*')) return [pattern];
  const folder = dirname(pattern);
  const parts = basename(pattern)
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const form = new RegExp(`^${parts.join('.*')}$`);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => form.test(name)) : [];
  if (names.length > 0) return names.toSorted().map((name) => join(folder, name));
  throw new LoadlensError(`${option}: no file matches ${pattern}.`, {
    hint: "A pattern may have * in the file name, such as 'results/*.json'.",
  });
}
