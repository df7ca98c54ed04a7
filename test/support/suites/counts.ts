// How suites that run in processes of their own report what they came to.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What one suite came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Environment variable with the file that takes the counts. */
export const countsVariable = 'LOADLENS_TEST_COUNTS';

/** Writes the counts, if somebody asked for them. The file only exists after a run that reached its end. */
export function writeCounts(stats: { readonly passes: number; readonly failures: number } | undefined): void {
  const file = process.env[countsVariable];
  if (file && stats) writeFileSync(file, `${stats.passes} ${stats.failures}`);
}

/** The counts in the file; undefined when the suite did not get as far as writing them. */
export function readCounts(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined;
  const [passed = 0, failed = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
  return { passed, failed };
}
