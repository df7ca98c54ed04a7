import { remoteHosts } from '../../core/endpoints/hosts.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { failureHint, nothingMeasuredSentence, unmetOfRun } from '../../core/report/words/failure-words.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { onFault } from '../fault.ts';
import { mayLoad } from '../hosts.ts';
import { onInterrupt } from '../interrupt.ts';
import type { ReportOptions } from '../options/plan-options.ts';
import type { CheckOptions } from './check-reports.ts';
import { progressLine } from './progress.ts';
import { standardOutput, writeReport } from './report-files.ts';

/** The load of a measurement, and its output. */
export interface Measurement {
  readonly requests: readonly { readonly url: string }[];
  /** In words, for the question about permission: `500 requests at concurrency 10`. */
  readonly load: string;
  readonly allowHost: readonly string[] | undefined;
  readonly quiet: boolean;
}

/** The terminal, as a measurement uses it. */
export interface Screen {
  /** Aborts at the first Ctrl+C. */
  readonly signal: AbortSignal;
  /** Aborts at an uncaught error. */
  readonly fault: AbortSignal;
  /** False if `show` shows nothing, such as without a terminal. */
  readonly showsProgress: boolean;
  /** Shows progress until the next call, or until `print`. */
  show(text: string): void;
  /** Removes the progress and writes the result. */
  print(text: string): void;
  /** Writes a remark to standard error, unless quiet. */
  note(text: string): void;
  /** Shows details that explain an error. */
  warn(text: string): void;
}

/** Runs a measurement after a check of permission, with progress, and with Ctrl+C as Cancel. Returns the exit code. */
export async function measure(
  { requests, load, allowHost, quiet }: Measurement,
  run: (screen: Screen) => Promise<ExitCode>,
): Promise<ExitCode> {
  return onScreen(quiet, async (screen) => {
    const refused = await checkMayLoad({ requests, load, allowHost }, screen.signal);
    return refused ?? run(screen);
  });
}

/** Returns undefined if the user permits the load, otherwise the exit code. */
export async function checkMayLoad(
  { requests, load, allowHost = [] }: Omit<Measurement, 'quiet'>,
  signal: AbortSignal,
): Promise<ExitCode | undefined> {
  if (await mayLoad(remoteHosts(requests), { allowed: allowHost, load, signal })) return undefined;
  process.stderr.write('Nothing was sent.\n');
  return signal.aborted ? ExitCode.interrupted : ExitCode.usage;
}

/** Runs `run` with the terminal, and with Ctrl+C as Cancel. Returns its exit code. */
export async function onScreen(quiet: boolean, run: (screen: Screen) => Promise<ExitCode>): Promise<ExitCode> {
  const progress = progressLine(process.stderr, !quiet);
  const interrupt = onInterrupt({
    first: () => progress.show('Stopping… Press Ctrl+C again to stop immediately.'),
    second: () => progress.clear(),
  });
  const fault = onFault(() => progress.clear());
  try {
    return await run({
      signal: interrupt.signal,
      fault: fault.signal,
      showsProgress: progress.isShown,
      show: (text) => {
        if (!interrupt.signal.aborted) progress.show(text);
      },
      print: (text) => {
        progress.clear();
        process.stdout.write(text);
      },
      note: (text) => {
        progress.clear();
        if (!quiet) process.stderr.write(`${text}\n`);
      },
      warn: (text) => {
        progress.clear();
        process.stderr.write(`${text}\n`);
      },
    });
  } finally {
    progress.clear();
    fault.dispose();
    interrupt.dispose();
  }
}

/** Renders a record as a report, in pieces if the text may be too long for one string. */
export interface Rendered<R> {
  render(record: R): string;
  pieces?(record: R): Iterable<string>;
}

/** A report and its file. */
export interface Output<R> {
  readonly option: string;
  readonly path: string;
  readonly report: Rendered<R>;
}

type Reports<R> = Readonly<Record<'json' | 'csv' | 'html' | 'markdown', Rendered<R>>> & {
  readonly junit?: Rendered<R>;
  readonly vllm?: Rendered<R>;
};

/** Returns the reports that the options specify. */
export function outputsOf<R>(files: ReportOptions & Pick<CheckOptions, 'junit'>, reports: Reports<R>): Output<R>[] {
  return [
    { option: '--json', path: files.json, report: reports.json },
    { option: '--html', path: files.html, report: reports.html },
    { option: '--csv', path: files.csv, report: reports.csv },
    { option: '--md', path: files.md, report: reports.markdown },
    { option: '--junit', path: files.junit, report: reports.junit },
    { option: '--vllm-json', path: files.vllmJson, report: reports.vllm },
  ].flatMap(({ option, path, report }) =>
    path === undefined || report === undefined ? [] : [{ option, path, report }],
  );
}

/** Shows the result as text and writes the files. If a report goes to standard output, the text goes to standard error. */
export function writeResult<R>(text: string, outputs: readonly Output<R>[], record: R, screen: Screen): void {
  if (outputs.some(({ path }) => path === standardOutput)) screen.note(text.trimEnd());
  else screen.print(text);
  writeOutputs(outputs, record, screen);
}

/** Writes the files of a result and reports it. */
export function writeOutputs<R>(outputs: readonly Output<R>[], record: R, screen: Pick<Screen, 'note'>): void {
  for (const { path, report } of outputs) writeReport(path, report.pieces?.(record) ?? report.render(record));
  for (const { path } of outputs) if (path !== standardOutput) screen.note(`Wrote ${path}`);
}

/** The outcome of a measurement besides its status. */
interface End {
  readonly runs: readonly RunRecord[];
  /** One sentence on the objectives that aren't met; undefined if all are. */
  readonly unmet: string | undefined;
  /** Hint for a measurement that stopped unexpectedly. */
  readonly crashHint?: string;
}

/**
 * Returns the exit code of a result that has been shown, and writes to standard error why it isn't 0. If several codes apply,
 * the first counts: interrupted, stopped unexpectedly or nothing measured, objective not met.
 * @throws LoadlensError if the measurement stopped unexpectedly or measured nothing
 */
export function endOf({ status, stopReason }: Pick<RunRecord, 'status' | 'stopReason'>, end: End): ExitCode {
  const { runs, unmet } = end;
  if (status === 'cancelled') return ExitCode.interrupted;
  if (status === 'crashed') {
    throw new LoadlensError(`The benchmark stopped unexpectedly.${stopReason === undefined ? '' : ` ${stopReason}`}`, {
      hint: end.crashHint ?? 'The results above are partial. Run it again. If this repeats, report it.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  const nothing = nothingMeasuredSentence(runs);
  if (nothing !== undefined) {
    throw new LoadlensError(nothing, { hint: failureHint(runs), exitCode: ExitCode.nothingMeasured });
  }
  if (unmet === undefined) return ExitCode.done;
  process.stderr.write(`${unmet}\n`);
  return ExitCode.objectiveFailed;
}

/** Returns the exit code of a run. An objective with too few samples isn't met. */
export const endOfRun = (record: RunRecord, crashHint?: string): ExitCode =>
  endOf(record, {
    runs: [record],
    unmet: unmetOfRun(record),
    ...(crashHint !== undefined && { crashHint }),
  });
