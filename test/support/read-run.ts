import { existsSync, readFileSync } from 'node:fs';
import { readRecord } from '../../src/core/record/read-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';

/** Reads the JSON report of a run; undefined if the file doesn't exist. */
export const readRunFile = (path: string): RunRecord | undefined =>
  existsSync(path) ? readRecord(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
