import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ExitCode, LoadlensError } from '../../core/errors.ts';
import { schemaOf } from '../../core/record/checked.ts';
import { reports } from '../../core/report/formats/reports.ts';
import { suiteSchema } from '../../core/record/suites/suite.ts';
import { sweepSchema } from '../../core/record/sweeps/sweep.ts';
import { renderText } from '../../core/report/formats/text.ts';
import { recordSchema } from '../../core/record/run.ts';
import { recordFromReport } from '../../core/scale-out/import.ts';
import { endOfRun, onScreen, outputsOf, writeResult } from '../output/measure.ts';
import { checkReportFiles } from '../output/report-files.ts';
import type { ReportOptions } from '../options/plan-options.ts';
import { parsed, readProject } from './project-folder.ts';

/** Parsed options of `loadlens import artillery`. */
export interface ImportOptions extends ReportOptions {
  readonly project?: string;
  readonly quiet?: true;
}

/** Runs `loadlens import artillery` and returns the exit code. @throws LoadlensError for errors that the user can fix */
export async function importArtilleryCommand(name: string, options: ImportOptions): Promise<ExitCode> {
  const outputs = outputsOf(options, reports);
  checkReportFiles(outputs);
  const report = parsed(readText(name), name);
  if (isResult(report)) {
    throw new LoadlensError(`${name} is already a Loadlens result.`, {
      hint: 'Specify the file written by: artillery run --output',
    });
  }
  const record = recordFromReport(report, readProject(options.project ?? dirname(resolve(name))));
  return onScreen(options.quiet === true, async (screen) => {
    writeResult(renderText(record), outputs, record, screen);
    return endOfRun(record, 'Check the output of the project for workers that ended early, then run it again.');
  });
}

/** Returns true if a JSON value is a Loadlens result. */
const isResult = (json: unknown): boolean => {
  const claimed = schemaOf(json);
  return claimed === recordSchema || claimed === sweepSchema || claimed === suiteSchema;
};

function readText(name: string): string {
  try {
    return readFileSync(resolve(name), 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw new LoadlensError(`Can't read file ${name}: ${String(code ?? cause)}.`, {
      hint: 'Specify the file written by: artillery run --output',
      cause,
    });
  }
}
