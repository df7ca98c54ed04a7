// Reports the counts of a suite that runs in a separate process.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Counts of one suite. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Environment variable with the file for the counts. */
export const countsVariable = 'LOADLENS_TEST_COUNTS';

/** Writes the counts if the environment variable is set. Without this file, a run hasn't reached its end. */
export function writeCounts(stats: { readonly passes: number; readonly failures: number } | undefined): void {
  const file = process.env[countsVariable];
  if (file && stats) writeFileSync(file, `${stats.passes} ${stats.failures}`);
}

/** Returns the counts in the file; undefined if the suite hasn't written it. */
export function readCounts(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined;
  const [passed = 0, failed = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
  return { passed, failed };
}
