import { remoteHosts } from '../../core/endpoints/hosts.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import {
  failureHint,
  noSuccessSentence,
  unansweredSentence,
  unmetOfRun,
} from '../../core/report/words/failure-words.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { onFault } from '../fault.ts';
import { mayLoad } from '../hosts.ts';
import { onInterrupt } from '../interrupt.ts';
import { progressLine } from './progress.ts';
import { standardOutput, writeReport } from './report-files.ts';

/** What is about to be sent, and who may be told of it. */
export interface Measurement {
  readonly requests: readonly { readonly url: string }[];
  /** In words, for the question whether it may: `500 requests at concurrency 10`. */
  readonly load: string;
  readonly allowHost: readonly string[] | undefined;
  readonly quiet: boolean;
}

/** How a measurement takes part in the terminal. */
export interface Screen {
  /** Aborts at the first Ctrl+C. */
  readonly signal: AbortSignal;
  /** Aborts when something has failed that nothing else has caught. */
  readonly fault: AbortSignal;
  /** Shows progress until the next, or until `print`. */
  show(text: string): void;
  /** Takes the progress away and writes the result. */
  print(text: string): void;
  /** Says something beside the result, unless told to be quiet. */
  note(text: string): void;
}

/** Measures with progress and with Ctrl+C as a cancel, once it is clear that the hosts may be loaded. */
export async function measure(
  { requests, load, allowHost, quiet }: Measurement,
  run: (screen: Screen) => Promise<ExitCode>,
): Promise<ExitCode> {
  return onScreen(quiet, async (screen) => {
    const refused = await checkMayLoad({ requests, load, allowHost }, screen.signal);
    return refused ?? run(screen);
  });
}

/** Undefined when the hosts may be loaded; otherwise what the command ends with. */
export async function checkMayLoad(
  { requests, load, allowHost = [] }: Omit<Measurement, 'quiet'>,
  signal: AbortSignal,
): Promise<ExitCode | undefined> {
  if (await mayLoad(remoteHosts(requests), { allowed: allowHost, load, signal })) return undefined;
  process.stderr.write('Nothing was sent.\n');
  return signal.aborted ? ExitCode.interrupted : ExitCode.usage;
}

/** Lends the terminal, and Ctrl+C as a cancel, for as long as `run` takes. */
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
    });
  } finally {
    progress.clear();
    fault.dispose();
    interrupt.dispose();
  }
}

/** How a record becomes a report: in pieces where the whole may be too long. */
interface Rendered<R> {
  render(record: R): string;
  pieces?(record: R): Iterable<string>;
}

/** A report that goes into a file. */
export interface Output<R> {
  readonly option: string;
  readonly path: string;
  readonly report: Rendered<R>;
}

type Reports<R> = Readonly<Record<'json' | 'csv' | 'html' | 'markdown', Rendered<R>>>;

/** The files that a measurement is to write. */
export function outputsOf<R>(
  files: { readonly json?: string; readonly html?: string; readonly csv?: string; readonly md?: string },
  reports: Reports<R>,
): Output<R>[] {
  return [
    { option: '--json', path: files.json, report: reports.json },
    { option: '--html', path: files.html, report: reports.html },
    { option: '--csv', path: files.csv, report: reports.csv },
    { option: '--md', path: files.md, report: reports.markdown },
  ].flatMap(({ path, ...rest }) => (path === undefined ? [] : [{ ...rest, path }]));
}

/** Shows the result as text, writes the files and says so. A report on standard output is alone there, for whoever reads it. */
export function writeResult<R>(text: string, outputs: readonly Output<R>[], record: R, screen: Screen): void {
  if (outputs.some(({ path }) => path === standardOutput)) screen.note(text.trimEnd());
  else screen.print(text);
  for (const { path, report } of outputs) writeReport(path, report.pieces?.(record) ?? report.render(record));
  for (const { path } of outputs) if (path !== standardOutput) screen.note(`Wrote ${path}`);
}

/** What a measurement has come to, beside how it ended. */
interface End {
  readonly runs: readonly RunRecord[];
  /** One sentence on what was wanted and is not met; undefined when all is. */
  readonly unmet: string | undefined;
  /** What to do about one that stopped unexpectedly. */
  readonly crashHint?: string;
  /** Counts responses that are no success as nothing measured. */
  readonly successesOnly?: boolean;
}

/**
 * Returns the exit code of a result that has been shown, and says on standard error why it is not 0: interrupted before stopped
 * unexpectedly or nothing measured before an objective that is not met.
 */
export function endOf({ status, stopReason }: Pick<RunRecord, 'status' | 'stopReason'>, end: End): ExitCode {
  const { runs, unmet, successesOnly = false } = end;
  if (status === 'cancelled') return ExitCode.interrupted;
  if (status === 'crashed') {
    throw new LoadlensError(`The benchmark stopped unexpectedly.${stopReason === undefined ? '' : ` ${stopReason}`}`, {
      hint: end.crashHint ?? 'The results above are partial. Run it again. If this repeats, report it.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  if (runs.every(({ responses }) => responses === 0)) {
    throw new LoadlensError(unansweredSentence(runs), {
      hint: failureHint(runs),
      exitCode: ExitCode.nothingMeasured,
    });
  }
  if (successesOnly && runs.every(({ successes }) => successes === 0)) {
    throw new LoadlensError(noSuccessSentence(runs), {
      hint: failureHint(runs),
      exitCode: ExitCode.nothingMeasured,
    });
  }
  if (unmet === undefined) return ExitCode.done;
  process.stderr.write(`${unmet}\n`);
  return ExitCode.objectiveFailed;
}

/** Returns the same for one run. Too few samples is not met. */
export const endOfRun = (record: RunRecord, crashHint?: string): ExitCode =>
  endOf(record, {
    runs: [record],
    unmet: unmetOfRun(record),
    ...(crashHint !== undefined && { crashHint }),
  });
