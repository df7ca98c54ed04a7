import { compactSweep } from './compact-sweep.ts';
import { compactRecord, readRecord } from './record.ts';
import { reports } from './reports.ts';
import { readSweep } from './sweep-record.ts';
import { sweepReports } from './sweep-reports.ts';
import { sweepSchema, type SweepRecord } from './sweep-types.ts';
import { recordSchema, type RunRecord, type Source } from './types.ts';

/** Everything that can be kept in a history and written to a file. */
export type ResultRecord = RunRecord | SweepRecord;
export type ReportFormat = keyof typeof reports;

/** A sweep takes no more of a history than this: several fit beside the runs. */
const mostSweepBytes = 96 * 1024;

export const isRun = (result: ResultRecord): result is RunRecord => result.schema === recordSchema;
export const isSweep = (result: ResultRecord): result is SweepRecord => result.schema === sweepSchema;

/** The file that the targets came from. */
export const sourceOf = (result: ResultRecord): Source | null =>
  isRun(result) ? result.source : (result.levels[0]?.source ?? null);

/** A copy for the history, see compactRecord and compactSweep. */
export function compactResult<T extends ResultRecord>(result: T): T;
export function compactResult(result: ResultRecord): ResultRecord {
  return isRun(result) ? compactRecord(result) : compactSweep(result, mostSweepBytes);
}

/** Checks what claims to be one of them. */
export function readResult(json: unknown): ResultRecord {
  const isOfSweep = typeof json === 'object' && json !== null && 'schema' in json && json.schema === sweepSchema;
  return isOfSweep ? readSweep(json) : readRecord(json);
}

/** The text of a report, and what its file ends with. */
export function renderResult(result: ResultRecord, format: ReportFormat): { extension: string; text: string } {
  const { extension } = reports[format];
  const text = isRun(result) ? reports[format].render(result) : sweepReports[format].render(result);
  return { extension, text };
}
