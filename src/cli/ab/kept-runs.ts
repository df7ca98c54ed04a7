import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';
import { readRecord } from '../../core/record/read-run.ts';
import type { RunRecord } from '../../core/record/run.ts';

/** A kept run and its file. */
export interface KeptRun {
  readonly file: string;
  readonly run: RunRecord;
}

/**
 * Reads the runs that an option names.
 * @param patterns files, or patterns with `*` in the file name
 * @throws LoadlensError if nothing matches or a file isn't a run
 */
export function readKeptRuns(option: string, patterns: readonly string[]): KeptRun[] {
  return [...new Set(patterns.flatMap((pattern) => filesOf(option, pattern)))].map((file) => {
    try {
      return { file, run: readRecord(JSON.parse(readFileSync(file, 'utf8'))) };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LoadlensError(`${file} can't be compared: ${why}`, {
        hint: 'Use results that loadlens run --json has written.',
        cause,
      });
    }
  });
}

function filesOf(option: string, pattern: string): string[] {
  // A shell that expands patterns itself hands over names, which may hold a star.
  if (!pattern.includes('*') || existsSync(pattern)) return [pattern];
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
