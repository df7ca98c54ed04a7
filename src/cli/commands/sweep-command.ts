import { someLevelMeets, surelyMisses } from '../../core/report/words/sweep-verdict.ts';
import { type ExitCode, LoadlensError } from '../../core/errors.ts';
import { makeSearchPlan, searchAfter, searchedRange, type SearchPlan } from '../../core/plan/capacity-search.ts';
import { defaultCoolDownMs, levelsBetween, makeSweepPlan, type SweepPlan } from '../../core/plan/sweep.ts';
import type { Objective } from '../../core/vocabulary.ts';
import type { RunInput, RunPlan } from '../../core/plan/types.ts';
import { capital, formatCount } from '../../core/format.ts';
import { targetRatePerS } from '../../core/plan/load/target-rate.ts';
import { makeRateSweepPlan } from '../../core/plan/rates/rate-sweep.ts';
import { tooFewRequests } from '../../core/record/sweeps/enough-requests.ts';
import { levelName, rateName } from '../../core/record/sweeps/level-words.ts';
import { compactRecord } from '../../core/record/compact-run.ts';
import { checksOfSweep } from '../../core/report/checks/checks.ts';
import { searchReason } from '../../core/report/words/search-reason.ts';
import { searchLoadText } from '../../core/report/words/search-words.ts';
import { renderSweepText, sweepReports } from '../../core/report/formats/sweep-reports.ts';
import type { SweepRecord } from '../../core/record/sweeps/sweep.ts';
import { findCapacity } from '../../engine/capacity-search.ts';
import { runSweep, type SweepHooks, type SweepSnapshot } from '../../engine/sweep.ts';
import { noBaselineOfLevels, withoutLimits } from '../../core/report/comparisons/relative-objectives.ts';
import { defaultBaseline } from '../../core/values/relations.ts';
import { withCalibration } from '../calibrate/store.ts';
import { withOtherServers } from '../expected-servers.ts';
import { type FileChoices, type LoadedFile, makeInput } from '../load-file.ts';
import { endOf, measure, outputsOf, type Screen, writeResult } from '../output/measure.ts';
import { withPartialFile, type KeepSnapshot } from '../output/partial-file.ts';
import { checkReports } from '../output/check-reports.ts';
import { progressText } from '../output/progress.ts';
import { checkIdleOptions } from '../options/idle-options.ts';
import { checkReportFiles } from '../output/report-files.ts';

/** Parsed options of a sweep or capacity search, and those that they share with a run. */
export interface SweepOptions {
  readonly levels?: readonly number[];
  readonly sweep?: readonly [first: number, last: number];
  readonly rates?: readonly number[];
  readonly findCapacity?: readonly Objective[];
  readonly by?: 'concurrency' | 'rate';
  readonly coolDown?: number;
  readonly concurrency?: number;
  readonly allowHost?: readonly string[];
  readonly json?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly md?: string;
  readonly vllmJson?: string;
  readonly junit?: string;
  readonly github?: true;
  readonly quiet?: true;
}

/** Returns true if the options specify a sweep or capacity search. */
export const isSweep = ({ levels, sweep, rates, findCapacity: search }: SweepOptions): boolean =>
  [levels, sweep, rates, search].some((option) => option !== undefined);

/** Runs `loadlens run --levels`, `--sweep`, `--rates`, or `--find-capacity` and returns the exit code. */
export async function sweepCommand(
  loaded: LoadedFile,
  choices: FileChoices,
  options: SweepOptions,
  version: string,
): Promise<ExitCode> {
  checkTogether(options);
  const checks = checkReports(options, loaded, checksOfSweep, ({ name, startedAt, levels: runs }: SweepRecord) => ({
    name,
    startedAt,
    seconds: runs.reduce((sum, { totalMs }) => sum + totalMs, 0) / 1000,
  }));
  const outputs = outputsOf(options, { ...sweepReports, junit: checks.junit });
  checkReportFiles(outputs);
  const { levels, sweep, findCapacity: wanted, coolDown: coolDownMs = defaultCoolDownMs } = options;
  const objectives = ofLevels([...loaded.file.objectives, ...choices.objectives, ...(wanted ?? [])], loaded);
  if (wanted !== undefined) checkAbsolute(objectives);
  const file = { ...loaded.file, objectives };
  const input = makeInput(loaded, { ...choices, concurrency: 1 });
  const made = {
    ...input,
    targets: input.targets.map((target) =>
      target.objectives.length === 0
        ? target
        : Object.assign({}, target, { objectives: ofLevels(target.objectives, loaded) }),
    ),
  };
  const { allowHost, quiet = false } = options;
  const run = (
    load: string,
    plan: SweepPlan | SearchPlan,
    start: (input: RunInput, hooks: SweepHooks) => Promise<SweepRecord>,
  ): Promise<ExitCode> =>
    measure({ requests: made.requests, load, allowHost, quiet }, async (screen) => {
      for (const sentence of tooFewRequests(plan)) screen.note(`Warning: ${sentence}`);
      const served = await withOtherServers(made, screen);
      const record = await withPartialFile(
        options.json,
        (text) => screen.note(text),
        async (keep) => {
          const onPartial = keep && { onPartial: sweepKeeper(keep) };
          const { signal, fault } = screen;
          const swept = await start(served, {
            version,
            signal,
            fault,
            onSnapshot: progressOf(screen, 'levels' in plan ? undefined : plan),
            ...onPartial,
          });
          const measured = { ...swept, levels: swept.levels.map(withCalibration) };
          writeResult(renderSweepText(measured), outputs, measured, screen);
          checks.tell(measured, sweepReports.markdown.render(measured), screen);
          return measured;
        },
      );
      return endOfSweep(record);
    });

  if (wanted !== undefined) {
    const { by = 'concurrency' } = options;
    const search = { by, objectives, range: searchedRangeOf(options) };
    checkIdleOptions(choices, [{ loadModel: by === 'rate' ? 'open' : 'closed' }]);
    const plan = makeSearchPlan(search, { ...choices, coolDownMs }, file);
    return run(`${searchLoadText(plan)},`, plan, (served, hooks) => findCapacity({ ...served, plan }, hooks));
  }
  if (options.rates !== undefined) {
    const plan = makeRateSweepPlan({ ...choices, rates: options.rates, coolDownMs }, file);
    checkIdleOptions(choices, plan.levels);
    return run(loadOfPlans(plan.levels), plan, (served, hooks) => runSweep({ ...served, plan }, hooks));
  }
  const chosen = levels ?? levelsBetween(...(sweep ?? [1, 1]));
  const plan = makeSweepPlan({ ...choices, levels: chosen, coolDownMs }, file);
  checkIdleOptions(choices, plan.levels);
  return run(loadOfPlans(plan.levels), plan, (served, hooks) => runSweep({ ...served, plan }, hooks));
}

/** Returns the range of a search. The ends of rates may come in one list with others. */
function searchedRangeOf({ by = 'concurrency', rates, sweep }: SweepOptions): SearchPlan['range'] {
  const [first, last] = searchedRange[by];
  if (by === 'concurrency') return sweep ?? [first, last];
  const finite = rates?.filter(Number.isFinite) ?? [];
  return [finite[0] ?? first, finite.at(-1) ?? last];
}

/** Maximum number of targets per level in a partial file. */
const mostPartialTargets = 50;

/** Returns a function that keeps snapshots of a sweep. It serializes finished levels between runs, to cost no time during one. */
function sweepKeeper(keep: KeepSnapshot): NonNullable<SweepHooks['onPartial']> {
  let known: SweepRecord | undefined;
  let text = new Uint8Array();
  return (finished, running) => {
    if (known !== finished) {
      known = finished;
      const levels = finished.levels.map((level) => compactRecord(withCalibration(level), mostPartialTargets));
      text = Buffer.from(JSON.stringify({ ...finished, levels }).slice(0, -1));
    }
    const rest = running === null ? '}' : `,"unfinished":${JSON.stringify(withCalibration(running))}}`;
    return keep([text, rest], finished.levels.length > 0 || (running?.requestsSent ?? 0) > 0);
  };
}

/** Returns objectives of levels: there is no baseline of a level. */
const ofLevels = (objectives: readonly Objective[], { file }: LoadedFile): Objective[] =>
  withoutLimits(objectives, { name: file.defaults.baseline ?? defaultBaseline, problem: noBaselineOfLevels });

function checkAbsolute(objectives: readonly Objective[]): void {
  const relative = objectives.find(({ baseline }) => baseline !== undefined);
  if (relative === undefined) return;
  clash(`A capacity search can't judge ${relative.text}: ${noBaselineOfLevels}.`, 'Use a limit such as p95 < 500ms.');
}

function clash(message: string, hint: string): never {
  throw new LoadlensError(message, { hint });
}

function checkTogether({ levels, sweep, rates, findCapacity: search, by, concurrency }: SweepOptions): void {
  if (rates !== undefined && [levels, sweep].some((option) => option !== undefined))
    clash("--rates can't be combined with --levels or --sweep.", 'Use only one of them.');
  if (rates !== undefined && search !== undefined && by !== 'rate')
    clash("--rates and --find-capacity can't be combined.", 'Add --by rate to search in this range.');
  if (by === 'rate' && search === undefined)
    clash('--by rate has no effect without --find-capacity.', 'Add --find-capacity, or use --rates alone.');
  if (by === 'rate' && sweep !== undefined)
    clash("--sweep can't be combined with --by rate.", 'Use --rates 1..64 to set the range of the search.');
  if (levels !== undefined && sweep !== undefined)
    clash("--levels and --sweep can't be combined.", 'Use only one of them.');
  if (levels !== undefined && search !== undefined)
    clash("--levels and --find-capacity can't be combined.", 'Use --sweep 1..64 to set the range of the search.');
  if (concurrency !== undefined)
    clash(
      "--concurrency can't be combined with a sweep or a search.",
      rates === undefined ? 'Remove --concurrency.' : 'Use --max-in-flight to limit the requests in flight.',
    );
}

/** Returns the load of a sweep in words, for the question about permission. */
function loadOfPlans(plans: readonly RunPlan[]): string {
  const counted = plans.every(({ requests }) => requests !== null);
  const requests = plans.reduce((sum, plan) => sum + (plan.requests ?? 0) + plan.warmup, 0);
  const seconds = plans.reduce((sum, { durationS }) => sum + (durationS ?? 0), 0);
  const amount = counted ? `${formatCount(requests)} requests` : `requests for ${seconds} s`;
  const rates = plans.map(targetRatePerS).filter((rate) => rate !== null);
  if (rates.length > 0) return `${amount} at up to ${rateName(Math.max(...rates))},`;
  return `${amount}, concurrency up to ${formatCount(Math.max(...plans.map(({ concurrency }) => concurrency)))},`;
}

/** Returns a function that shows the progress of a sweep, and once for each run of a search why it is needed. */
function progressOf(screen: Screen, search?: SearchPlan): (snapshot: SweepSnapshot) => void {
  let told = -1;
  return ({ finished, runs, run, plan }) => {
    if (search !== undefined && finished.length > told)
      screen.note(searchReason(search, searchAfter(search, finished)));
    told = finished.length;
    const place = runs === null ? `run ${finished.length + 1}` : `${finished.length + 1} of ${runs}`;
    const state = run === null ? 'Pausing…' : progressText(run, plan);
    screen.show(`${capital(levelName(plan))} (${place})  ${state}`);
  };
}

/** Returns the exit code as for a run. A sweep meets its objectives if at least one level does. */
function endOfSweep(sweep: SweepRecord): ExitCode {
  const unmet = `No level ${surelyMisses(sweep) ? 'meets' : 'is confirmed to meet'} all objectives.`;
  return endOf(sweep, { runs: sweep.levels, unmet: someLevelMeets(sweep) ? undefined : unmet });
}
