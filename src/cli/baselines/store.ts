import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { closest } from '../../core/closest.ts';
import { LoadlensError } from '../../core/errors.ts';
import { baselineFileText, readBaseline, type Baseline } from '../../core/record/comparisons/baseline.ts';
import { baselineNotFound, type FoundBaseline } from '../../core/report/comparisons/relative-objectives.ts';
import { isBaselineName } from '../../core/values/relations.ts';
import { writeWhole } from '../output/report-files.ts';

/** Folder of the baselines, in the current folder. */
const folder = join('.loadlens', 'baselines');

/** Returns the file of a baseline, which may not exist. */
export const baselineFile = (name: string): string => join(folder, `${name}.json`);

/** Returns the names of the baselines, sorted. */
export function baselineNames(): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}

/**
 * Reads a baseline.
 * @throws LoadlensError if it doesn't exist, or its file is damaged
 */
export function loadBaseline(name: string): Baseline {
  const file = checkExists(name);
  try {
    return readBaseline(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LoadlensError(`Can't read ${file}: ${why}`, {
      hint: `Set it again: loadlens baseline set ${name} result-*.json`,
      cause,
    });
  }
}

/** Returns the baseline of relative objectives, or why there is none. */
export function findBaseline(name: string): FoundBaseline {
  if (!existsSync(baselineFile(name))) return { name, problem: baselineNotFound(name) };
  try {
    return loadBaseline(name);
  } catch (error) {
    return {
      name,
      problem: `baseline ${name} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Writes a baseline and returns its file and size in bytes. */
export function saveBaseline(baseline: Baseline): { readonly file: string; readonly bytes: number } {
  mkdirSync(folder, { recursive: true });
  const file = baselineFile(baseline.name);
  writeWhole(file, baselineFileText(baseline));
  return { file, bytes: statSync(file).size };
}

/**
 * Removes a baseline and returns its file.
 * @throws LoadlensError if it doesn't exist
 */
export function removeBaseline(name: string): string {
  const file = checkExists(name);
  rmSync(file);
  return file;
}

/** Returns the file of a baseline. */
function checkExists(name: string): string {
  if (isBaselineName(name) && existsSync(baselineFile(name))) return baselineFile(name);
  const names = baselineNames();
  const near = closest(name, names);
  throw new LoadlensError(`Baseline ${name} not found in ${folder}.`, {
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : names.length > 0
          ? `Use one of ${names.join(', ')}.`
          : `Set it: loadlens baseline set ${name} result-*.json`,
  });
}
