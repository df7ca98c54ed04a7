import { schemaOf } from '../../record/checked.ts';
import { compactSuite, compactSweep } from '../../record/sweeps/compact-sweep.ts';
import { jsonText } from './json.ts';
import { compactRecord } from '../../record/compact-run.ts';
import { readRecord } from '../../record/read-run.ts';
import { comparisonSchemaName, type ComparisonRecord } from '../../record/comparisons/comparison.ts';
import { readComparison } from '../../record/comparisons/read-comparison.ts';
import { comparisonReports } from '../comparisons/comparison-reports.ts';
import { reports } from './reports.ts';
import { chaptersHtml, chaptersMarkdown } from './chapters.ts';
import { renderSuiteCsv } from '../suites/suite-csv.ts';
import { readThroughputSuite } from '../../record/suites/read-suite.ts';
import { throughputChapters } from '../suites/suite-throughput.ts';
import { suiteSchema, type ThroughputSuite } from '../../record/suites/suite.ts';
import { readSweep } from '../../record/sweeps/read-sweep.ts';
import { renderVllmLines } from '../other-tools/vllm-bench.ts';
import { sweepReports } from './sweep-reports.ts';
import { sweepSchema, type SweepRecord } from '../../record/sweeps/sweep.ts';
import { recordSchema, type RunRecord, type Source } from '../../record/run.ts';

/** Everything that can be kept in a history and written to a file. */
export type ResultRecord = RunRecord | SweepRecord | ThroughputSuite | ComparisonRecord;
export type ReportFormat = keyof typeof reports;

/** Maximum size of a sweep or suite in the history, so that several fit next to the runs. */
const mostBytes = 96 * 1024;

export const isRun = (result: ResultRecord): result is RunRecord => result.schema === recordSchema;
export const isSweep = (result: ResultRecord): result is SweepRecord => result.schema === sweepSchema;

export const isSuite = (result: ResultRecord): result is ThroughputSuite => result.schema === suiteSchema;
export const isComparison = (result: ResultRecord): result is ComparisonRecord =>
  result.schema === comparisonSchemaName;

/** Returns the runs of a result; none for a comparison, which keeps only the figures of its slices. */
export function runsOf(result: ResultRecord): readonly RunRecord[] {
  if (isRun(result)) return [result];
  if (isComparison(result)) return [];
  return isSweep(result) ? result.levels : result.runs;
}

/** Returns results by start time, and by ID if it's the same. */
export const olderFirst = <T extends Pick<ResultRecord, 'id' | 'startedAt'>>(results: readonly T[]): T[] =>
  results.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1));

/** Name for people: the file, the one target's name, or the model. */
export const nameOf = (result: ResultRecord): string => (isSuite(result) ? result.model.name : result.name);

/** The file that the targets came from. */
export const sourceOf = (result: ResultRecord): Source | null =>
  isComparison(result) ? result.source : (runsOf(result)[0]?.source ?? null);

/** A copy for the history: shortened, and all that was measured is in it. */
export function compactResult<T extends ResultRecord>(result: T): T;
export function compactResult(result: ResultRecord): ResultRecord {
  if (isRun(result)) return compactRecord(result);
  // Its slices contain nothing to omit.
  if (isComparison(result)) return result;
  return isSweep(result) ? compactSweep(result, mostBytes) : compactSuite(result, mostBytes);
}

/** Checks what claims to be one of them. */
export function readResult(json: unknown): ResultRecord {
  const schema = schemaOf(json);
  if (schema === sweepSchema) return readSweep(json);
  if (schema === comparisonSchemaName) return readComparison(json);
  return schema === suiteSchema ? readThroughputSuite(json) : readRecord(json);
}

/** Every report of the throughput suite that can be written to a file. */
const suiteReports = {
  json: { render: jsonText },
  csv: { render: renderSuiteCsv },
  html: { render: (suite: ThroughputSuite) => chaptersHtml(throughputChapters(suite)) },
  markdown: { render: (suite: ThroughputSuite) => chaptersMarkdown(throughputChapters(suite)) },
} as const;

/** The text of a report, and what its file ends with. */
export function renderResult(result: ResultRecord, format: ReportFormat): { extension: string; text: string } {
  const { extension, render } = reports[format];
  if (isRun(result)) return { extension, text: render(result) };
  if (format === 'vllm') return { extension, text: renderVllmLines(runsOf(result)) };
  if (isComparison(result)) return { extension, text: comparisonReports[format].render(result) };
  const text = isSweep(result) ? sweepReports[format].render(result) : suiteReports[format].render(result);
  return { extension, text };
}
