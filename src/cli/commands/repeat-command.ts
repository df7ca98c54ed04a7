import { defaultRules } from '../../core/comparison/compare-sides.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import type { ComparedMetricName } from '../../core/record/comparisons/compared-metrics.ts';
import type { ComparisonRecord } from '../../core/record/comparisons/comparison.ts';
import { recordId } from '../../core/record/make-run.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { comparisonReports, renderComparisonText } from '../../core/report/comparisons/comparison-reports.ts';
import { makeKeptComparison } from '../../core/report/comparisons/kept-comparison.ts';
import { checksOfComparison, checksOfRuns } from '../../core/report/checks/checks.ts';
import type { CheckedResult } from '../../core/report/checks/junit.ts';
import { renderRunsMarkdown, renderRunsText } from '../../core/report/comparisons/runs-table.ts';
import { reports } from '../../core/report/formats/reports.ts';
import { unmetSentence } from '../../core/report/words/failure-words.ts';
import { defaultCoolDownMs } from '../../core/plan/sweep.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { repeatRun, type SeriesParts } from '../../engine/sweep.ts';
import { endOfComparison, type FailOn } from '../ab/end-of-comparison.ts';
import { baselineRuns } from '../ab/kept-runs.ts';
import { withCalibration } from '../calibrate/store.ts';
import type { LoadedFile } from '../load-file.ts';
import { endOf, outputsOf, type Screen, writeOutputs, writeResult } from '../output/measure.ts';
import type { ReportOptions } from '../options/plan-options.ts';
import { checkReports, resultOfComparison, type CheckOptions, type CheckReports } from '../output/check-reports.ts';
import { progressText } from '../output/progress.ts';
import { checkReportFiles, standardOutput } from '../output/report-files.ts';

/** The options of `loadlens run` about several runs of the same plan. */
export interface RepeatOptions extends ReportOptions, CheckOptions {
  readonly repeat?: number;
  readonly against?: string;
  readonly threshold: number;
  readonly metrics?: readonly ComparedMetricName[];
  readonly failOn?: FailOn;
  readonly coolDown?: number;
}

/** Returns whether the options ask for several runs, or for a comparison with a baseline. */
export const isRepeat = ({ repeat, against }: Pick<RepeatOptions, 'repeat' | 'against'>): boolean =>
  repeat !== undefined || against !== undefined;

/**
 * Checks the options before anything is sent.
 * @param isSweep whether other options ask for several levels
 * @throws LoadlensError for options that don't fit together, a missing baseline, or a file that can't be written
 */
export function checkRepeat(options: RepeatOptions, isSweep: boolean, loaded: LoadedFile): void {
  const { repeat = 1, against, metrics, failOn } = options;
  if (isSweep && isRepeat(options)) {
    throw new LoadlensError(
      `${against === undefined ? '--repeat' : '--against'} can't be combined with several levels.`,
      {
        hint: 'Use -c to select one concurrency.',
      },
    );
  }
  const unused = Object.entries({ '--metrics': metrics, '--fail-on': failOn }).find(
    ([, value]) => value !== undefined,
  )?.[0];
  if (against === undefined && unused !== undefined) {
    throw new LoadlensError(`${unused} needs --against.`, { hint: 'Name a baseline: --against main.' });
  }
  if (against !== undefined) baselineRuns(against);
  for (const { option, path } of perRunOutputs(options, loaded)) {
    if (path !== standardOutput || repeat === 1) continue;
    throw new LoadlensError(`${option} - can't take several runs.`, {
      hint: `Specify a file: ${option} result. Each run gets a number, such as result-1.`,
    });
  }
  for (let run = 1; run <= repeat; run += 1) {
    checkReportFiles([...numbered(perRunOutputs(options, loaded), run, repeat), ...comparisonOutputs(options, loaded)]);
  }
}

/** Measures the plan several times, and compares the runs with a baseline if there is one. Returns the exit code. */
export async function repeatCommand(
  input: RunInput,
  options: RepeatOptions,
  { screen, version, loaded }: { screen: Screen; version: string; loaded: LoadedFile },
): Promise<ExitCode> {
  const { repeat = 1, coolDown = defaultCoolDownMs, against } = options;
  const { signal, fault } = screen;
  const write = (run: RunRecord, number: number): void =>
    writeOutputs(numbered(perRunOutputs(options, loaded), number, repeat), withCalibration(run), screen);
  const done = await repeatRun(
    input,
    { runs: repeat, coolDownMs: coolDown, onRun: write },
    {
      version,
      signal,
      fault,
      onSnapshot: ({ finished, run, plan }) =>
        screen.show(`Run ${finished.length + 1} of ${repeat}  ${run === null ? 'Pausing…' : progressText(run, plan)}`),
    },
  );
  const runs = [...done.levels, ...(done.unfinished ? [done.unfinished] : [])].map(withCalibration);
  if (against === undefined || done.levels.length === 0) {
    screen.print(renderRunsText(runs));
    const all = checkReports(options, loaded, () => checksOfRuns(runs), resultOfRun);
    const [first] = runs;
    if (first !== undefined) all.tell(first, renderRunsMarkdown(runs), screen);
    return endOfRuns(done, runs);
  }
  const now = new Date();
  const head = done.levels.map((run, i) => ({ file: `run ${i + 1}`, run: withCalibration(run) }));
  const record = makeKeptComparison(baselineRuns(against), head, {
    rules: { ...defaultRules, threshold: options.threshold },
    chosen: options.metrics,
    id: recordId(now, Math.random),
    startedAt: now.toISOString(),
  });
  writeResult(renderComparisonText(record), comparisonOutputs(options, loaded), record, screen);
  comparisonChecks(options, loaded).tell(record, comparisonReports.markdown.render(record), screen);
  const end = endOfRuns(done, runs);
  return end === ExitCode.done ? endOfComparison(record, options.failOn) : end;
}

/** Returns the content of a report of checks on a run. */
export const resultOfRun = ({ name, startedAt, totalMs }: RunRecord): CheckedResult => ({
  name,
  startedAt,
  seconds: totalMs / 1000,
});

const endOfRuns = (done: SeriesParts, runs: readonly RunRecord[]): ExitCode =>
  endOf(done, { runs, unmet: unmetSentence(runs.flatMap(({ objectives }) => objectives)) });

const runChecks = (options: RepeatOptions, loaded: LoadedFile): CheckReports<RunRecord> =>
  checkReports(options, loaded, (run) => checksOfRuns([run]), resultOfRun);

const comparisonChecks = (options: RepeatOptions, loaded: LoadedFile): CheckReports<ComparisonRecord> =>
  checkReports(options, loaded, checksOfComparison, resultOfComparison);

const ofEachRun: ReadonlySet<string> = new Set(['--json', '--vllm-json']);

/** Reports of each run. With a baseline, only JSON, because the others show the comparison. */
function perRunOutputs(options: RepeatOptions, loaded: LoadedFile): ReturnType<typeof outputsOf<RunRecord>> {
  const { junit } = runChecks(options, loaded);
  const outputs = outputsOf(options, { ...reports, junit });
  return options.against === undefined ? outputs : outputs.filter(({ option }) => ofEachRun.has(option));
}

function comparisonOutputs(options: RepeatOptions, loaded: LoadedFile): ReturnType<typeof outputsOf<ComparisonRecord>> {
  if (options.against === undefined) return [];
  const { junit } = comparisonChecks(options, loaded);
  return outputsOf(options, { ...comparisonReports, junit }).filter(({ option }) => option !== '--json');
}

/** `result.json` becomes `result-2.json` for run 2 of several. */
function numbered<T extends { readonly path: string }>(outputs: readonly T[], run: number, runs: number): T[] {
  if (runs === 1) return [...outputs];
  return outputs.map((output) => ({ ...output, path: output.path.replace(/(\.[^./\\]+)?$/, `-${run}$1`) }));
}
