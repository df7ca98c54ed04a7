import { remoteHosts } from '../core/endpoints/hosts.ts';
import { ExitCode, LoadlensError } from '../core/errors.ts';
import type { Objective, RunPlan } from '../core/plan/types.ts';
import { formatCount } from '../core/report/format.ts';
import { reports } from '../core/report/reports.ts';
import { renderText } from '../core/report/text.ts';
import type { RunRecord } from '../core/report/types.ts';
import { runBenchmark } from '../engine/run.ts';
import { mayLoad } from './hosts.ts';
import { onInterrupt } from './interrupt.ts';
import { type LoadedFile, loadFile, makeInput, problemLine } from './load-file.ts';
import { progressLine, progressText } from './progress.ts';
import { checkReportFiles, writeWhole } from './report-files.ts';

/** The options of `loadlens run`, as the argument parser hands them over. */
export interface RunOptions {
  readonly targets?: string;
  readonly requests?: number;
  readonly concurrency?: number;
  readonly duration?: number;
  readonly seed?: number;
  readonly warmup?: number;
  readonly timeout?: number;
  readonly maxRedirects?: number;
  readonly coldStart?: true;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly slo?: readonly Objective[];
  readonly allowHost?: readonly string[];
  readonly json?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly md?: string;
  readonly quiet?: true;
}

const defaultFile = 'endpoints.txt';

/** `loadlens run`: answers the exit code. Throws a LoadlensError for what the user can mend. */
export async function runCommand(name: string | undefined, options: RunOptions, version: string): Promise<ExitCode> {
  if (name !== undefined && options.targets !== undefined) {
    throw new LoadlensError(`Two endpoints files are named, ${name} and ${options.targets}.`, {
      hint: 'Give the file either as it is or after --targets.',
    });
  }
  const loaded = loadFile(name ?? options.targets ?? defaultFile);
  if (!isSound(loaded, options.quiet === true)) return ExitCode.usage;
  const outputs = outputsOf(options);
  checkReportFiles(outputs);
  const input = makeInput(loaded, {
    requests: options.requests,
    durationS: options.duration,
    concurrency: options.concurrency,
    seed: options.seed,
    warmup: options.warmup,
    timeoutMs: options.timeout,
    maxRedirects: options.maxRedirects,
    coldStart: options.coldStart,
    headers: options.header ?? [],
    objectives: options.slo ?? [],
  });

  const progress = progressLine(process.stderr, options.quiet !== true);
  const interrupt = onInterrupt({
    first: () => progress.show('Stopping … press Ctrl+C again to stop at once.'),
    second: () => progress.clear(),
  });
  try {
    const may = await mayLoad(remoteHosts(input.requests), {
      allowed: options.allowHost ?? [],
      load: loadOf(input.plan),
      signal: interrupt.signal,
    });
    if (!may) {
      process.stderr.write('Nothing was sent.\n');
      return interrupt.signal.aborted ? ExitCode.interrupted : ExitCode.usage;
    }
    const record = await runBenchmark(input, {
      version,
      signal: interrupt.signal,
      onSnapshot: (snapshot) => {
        if (!interrupt.signal.aborted) progress.show(progressText(snapshot, input.plan));
      },
    });
    progress.clear();
    process.stdout.write(renderText(record));
    for (const { path, report } of outputs) writeWhole(path, report.render(record));
    if (options.quiet !== true) for (const { path } of outputs) process.stderr.write(`Wrote ${path}\n`);
    return exitCodeOf(record);
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

/** Says what is wrong with a file. False when it may not run. */
function isSound({ file, shownAs }: LoadedFile, quiet: boolean): boolean {
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  for (const problem of quiet ? errors : file.problems) process.stderr.write(`${problemLine(shownAs, problem)}\n`);
  if (errors.length > 0) return false;
  if (file.targets.length > 0) return true;
  throw new LoadlensError(`There is no target in ${shownAs}.`, { hint: 'Write one URL per line.' });
}

/** The files that a run is to write. */
function outputsOf(
  options: RunOptions,
): { option: string; path: string; report: (typeof reports)[keyof typeof reports] }[] {
  const { json, html, csv, md } = options;
  return [
    { option: '--json', path: json, report: reports.json },
    { option: '--html', path: html, report: reports.html },
    { option: '--csv', path: csv, report: reports.csv },
    { option: '--md', path: md, report: reports.markdown },
  ].flatMap(({ path, ...rest }) => (path === undefined ? [] : [{ ...rest, path }]));
}

/** How much a run sends, for the question whether it may. */
function loadOf({ requests, durationS, concurrency, warmup }: RunPlan): string {
  const amounts = [
    ...(requests === null ? [] : [`${formatCount(requests + warmup)} requests`]),
    ...(durationS === null ? [] : [`requests for ${durationS} s`]),
  ];
  return `${amounts.join(' or ')}, ${formatCount(concurrency)} at a time,`;
}

/** Interrupted before nothing measured before an objective that is not met. Too few samples is not met. */
function exitCodeOf(record: RunRecord): ExitCode {
  if (record.status === 'cancelled') return ExitCode.interrupted;
  if (record.responses === 0) return ExitCode.nothingMeasured;
  return record.objectives.every(({ outcome }) => outcome === 'pass') ? ExitCode.done : ExitCode.objectiveFailed;
}
