import { checkIdleOptions } from '../options/idle-options.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import { countOf, formatCount } from '../../core/format.ts';
import type { PlanOptionName } from '../../core/values/plan-options.ts';
import { rateText } from '../../core/report/words/load-words.ts';
import { checksOfRuns } from '../../core/report/checks/checks.ts';
import { reports } from '../../core/report/formats/reports.ts';
import { renderText } from '../../core/report/formats/text.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { runBenchmark } from '../../engine/run.ts';
import { withBaseline } from '../baselines/limits.ts';
import { withCalibration } from '../calibrate/store.ts';
import { withOtherServers } from '../expected-servers.ts';
import { type FileChoices, type LoadedFile, loadFile, makeInput, problemLine, withoutPlaces } from '../load-file.ts';
import { endOfRun, measure, outputsOf, writeResult } from '../output/measure.ts';
import { giveMemoryBack } from '../small-heap.ts';
import { withPartialFile } from '../output/partial-file.ts';
import { checkReports } from '../output/check-reports.ts';
import { progressText } from '../output/progress.ts';
import { checkReportFiles } from '../output/report-files.ts';
import type { PlanOptions } from '../options/plan-options.ts';
import { checkRepeat, isRepeat, repeatCommand, resultOfRun, type RepeatOptions } from './repeat-command.ts';
import { isSweep, sweepCommand, type SweepOptions } from './sweep-command.ts';

/** Parsed options of `loadlens run`. */
export interface RunOptions extends SweepOptions, PlanOptions, RepeatOptions {
  readonly targets?: string;
  readonly allowHost?: readonly string[];
  readonly quiet?: true;
}

/** The endpoints file if none is specified. */
export const defaultFile = 'endpoints.txt';

/** Runs `loadlens run` and returns the exit code. @throws LoadlensError for errors that the user can fix */
export async function runCommand(name: string | undefined, options: RunOptions, version: string): Promise<ExitCode> {
  if (name !== undefined && options.targets !== undefined) {
    throw new LoadlensError(`Two endpoints files specified: ${name} and ${options.targets}.`, {
      hint: 'Specify only one, as [file] or with --targets.',
    });
  }
  checkLoadOptions(options);
  const loaded = loadFile(name ?? options.targets ?? defaultFile, options.environment, options.var);
  if (!isSound(loaded, options.quiet === true)) return ExitCode.usage;
  const choices = choicesOf(options);
  checkRepeat(options, isSweep(options), loaded);
  if (isSweep(options)) return sweepCommand(loaded, choices, options, version);
  if (options.by === 'rate')
    throw new LoadlensError('--by rate has no effect without --find-capacity.', {
      hint: 'Add --find-capacity with objectives, or remove it.',
    });
  const checks = checkReports(options, loaded, (run: RunRecord) => checksOfRuns([run]), resultOfRun);
  const outputs = outputsOf(options, { ...reports, junit: checks.junit });
  if (!isRepeat(options)) checkReportFiles(outputs);
  const made = withBaseline(withoutPlaces(makeInput(loaded, choices)), loaded, options.against);
  checkIdleOptions(choices, [made.plan]);
  const { allowHost, quiet = false } = options;
  return measure(
    { requests: made.requests, load: loadOf(made.plan, options.repeat), allowHost, quiet },
    async (screen) => {
      const input = await withOtherServers(made, screen);
      if (isRepeat(options)) return repeatCommand(input, options, { screen, version, loaded });
      const onSnapshot = (snapshot: Snapshot): void => screen.show(progressText(snapshot, input.plan));
      const record = await withPartialFile(
        options.json,
        (text) => screen.note(text),
        async (keep) => {
          const onPartial = keep && {
            onPartial: (partial: RunRecord) =>
              keep([JSON.stringify(withCalibration(partial))], partial.requestsSent > 0),
          };
          const hooks = { version, signal: screen.signal, fault: screen.fault, onSnapshot, ...onPartial };
          const measured = withCalibration(await runBenchmark(input, hooks));
          giveMemoryBack();
          writeResult(renderText(measured), outputs, measured, screen);
          checks.tell(measured, reports.markdown.render(measured), screen);
          return measured;
        },
      );
      return endOfRun(record);
    },
  );
}

/** Returns the options that override the file. An omitted one doesn't compile. */
export function choicesOf(options: PlanOptions): FileChoices & Record<Exclude<PlanOptionName, 'drainMs'>, unknown> {
  return {
    requests: options.requests,
    conversations: options.conversationCount,
    durationS: options.duration,
    until: options.until,
    concurrency: options.concurrency,
    ratePerS: options.rate,
    stages: options.stages,
    arrivals: options.arrivals,
    burstiness: options.burstiness,
    traceSpeed: options.traceSpeed,
    maxInFlight: options.maxInFlight,
    seed: options.seed,
    warmup: options.warmup,
    timeoutMs: options.timeout,
    maxRedirects: options.maxRedirects,
    maxHeadBytes: options.maxHead,
    insecure: options.insecure,
    metricsUrl: options.serverMetrics,
    series: options.series,
    tokenizer: options.tokenizer,
    workers: options.workers,
    coldStart: options.coldStart,
    transport: options.transport,
    stream: options.stream,
    headers: options.header ?? [],
    objectives: options.slo ?? [],
  };
}

/** Reports the problems of a file. Returns false if it has errors. @throws LoadlensError if it has no target */
export function isSound({ file, shownAs }: LoadedFile, quiet: boolean): boolean {
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  for (const problem of quiet ? errors : file.problems) process.stderr.write(`${problemLine(shownAs, problem)}\n`);
  if (errors.length > 0) {
    process.stderr.write(`${countOf(errors.length, 'error')}. Nothing was sent.\n`);
    return false;
  }
  if (file.targets.length > 0) return true;
  throw new LoadlensError(`No target found in ${shownAs}.`, { hint: 'Write one URL per line.' });
}

/** Checks that the options specify one load model. @throws LoadlensError if they don't */
export function checkLoadOptions({
  concurrency,
  rate,
  stages,
  ...options
}: Pick<PlanOptions, 'concurrency' | 'rate' | 'stages'> & SweepOptions): void {
  const rateOption = rate !== undefined ? '--rate' : '--stages';
  if (rate !== undefined && stages !== undefined) {
    throw new LoadlensError("--rate and --stages can't be combined.", { hint: 'Use only one of them.' });
  }
  if (rate === undefined && stages === undefined) return;
  if (concurrency !== undefined) {
    throw new LoadlensError(`--concurrency and ${rateOption} can't be combined.`, {
      hint: `Use --max-in-flight to limit the requests in flight with ${rateOption}.`,
    });
  }
  if (isSweep(options)) {
    throw new LoadlensError(`${rateOption} can't be combined with a sweep or a search.`, {
      hint: `Remove ${rateOption}. To measure several rates, use --rates 1,2,4,8.`,
    });
  }
}

/** Returns the load of a plan in words, for the question about permission. */
export function loadOf({ requests, conversations, durationS, concurrency, warmup, stages }: RunPlan, runs = 1): string {
  const amounts = [
    ...(requests === null ? [] : [countOf(runs * (requests + warmup), 'request')]),
    ...(conversations === undefined ? [] : [countOf(runs * conversations, 'conversation')]),
    ...(durationS === null ? [] : [`requests for ${runs * durationS} s`]),
  ];
  return `${amounts.join(' or ')} at ${stages === undefined ? `concurrency ${formatCount(concurrency)}` : rateText(stages)}`;
}
