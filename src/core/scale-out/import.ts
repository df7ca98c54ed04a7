import { LoadlensError, ExitCode } from '../errors.ts';
import { mergeFailures } from '../failures/groups.ts';
import { largestOf, smallestOf } from '../extremes.ts';
import { stateFrom } from '../metrics/recorder/counted.ts';
import { countedTargets } from '../metrics/recorder/counters.ts';
import type { RecorderState } from '../metrics/recorder/recorder-state.ts';
import { summaryOf } from '../metrics/summary.ts';
import { evaluateRun } from '../plan/objectives.ts';
import { offeredMs } from '../plan/load/offered.ts';
import { seededUnits } from '../values/pick.ts';
import { planOfMany, wholeLoad } from '../plan/load/share.ts';
import type { RunPlan } from '../plan/types.ts';
import { countOf, formatCount, formatMs } from '../format.ts';
import { makeRecord, recordId } from '../record/make-run.ts';
import { mergeServerNotes } from '../record/merge-notes.ts';
import type { RunRecord } from '../record/run.ts';
import type { SharedLoad } from './load.ts';
import { mergeBacklogs, mergeClients, mergeEnvironments } from './merge-senders.ts';
import { incomplete, readReport, type Reported, type ShareFacts } from './share-report.ts';

/** Shares that start further apart than this get a warning. */
const togetherMs = 1_000;

/** Returns true if a JSON value may be an Artillery report: it has a member that no Loadlens result has. */
export const looksLikeReport = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'aggregate' in json;

/**
 * Returns the run of a shared load from Artillery's JSON report. If a share didn't report, the run's status is `crashed`.
 * @throws LoadlensError if the report isn't one of Artillery, belongs to another load, or is incomplete
 */
export function recordFromReport(json: unknown, load: SharedLoad): RunRecord {
  const reported = readReport(json);
  const { started, ended } = passagesOf(reported, load);
  const { state, bits } = stateFrom(reported.counters);
  const shares = reported.shares.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0) || a.startedAtMs - b.startedAtMs);
  checkWhole(state, shares, ended);
  const expected = Math.max(load.shares, started);
  const startedAtMs = smallestOf(shares.map((share) => share.startedAtMs));
  const plan = planOf(load, shares, expected);
  const requestsCancelled = shares.reduce((sum, share) => sum + share.requestsCancelled, 0);
  const numbers = summaryOf(
    withClock(state, shares, startedAtMs),
    {
      targetNames: load.targets.map(({ name }) => name),
      latencyLimitMs: shares.some(({ limited }) => limited) ? [Infinity] : [],
    },
    // A worker reports only after it has sent its whole share.
    { requestsCancelled, offeredMs: offeredMs(plan, wholeLoad, state.run.requests + requestsCancelled, Infinity) },
  );
  const backlog = mergeBacklogs(shares, startedAtMs);
  const reconnected = shares.reduce((sum, share) => sum + (share.reconnected ?? 0), 0);
  const summary = { ...numbers, ...(reconnected > 0 && { reconnected }), ...(backlog && { backlog }) };
  const stopReason = missing(expected, started, ended, reported);
  const warnings = [
    ...apart(shares, startedAtMs),
    ...coarse(bits),
    ...(load.targets.length > countedTargets
      ? [`Only the first ${countedTargets} of ${formatCount(load.targets.length)} targets have separate rows.`]
      : []),
  ];
  const cancelled = summary.requestsCancelled > 0;
  const notes = mergeServerNotes(shares.map(({ serverNotes = [] }) => serverNotes));
  return makeRecord({
    id: recordId(new Date(startedAtMs), lettersOf(load.id)),
    name: load.name,
    startedAt: new Date(startedAtMs).toISOString(),
    status: ended < expected ? 'crashed' : cancelled ? 'cancelled' : 'completed',
    ...(stopReason === undefined ? {} : { stopReason }),
    plan,
    targets: load.targets,
    summary,
    ...(summary.inputTokens !== undefined && { inputTokenSource: 'reported' }),
    warmupSent: shares.reduce((sum, { warmupSent }) => sum + warmupSent, 0),
    addresses: [
      ...new Map(shares.flatMap(({ addresses }) => addresses).map((one) => [JSON.stringify(one), one])).values(),
    ],
    objectives: evaluateRun(plan, load.targets, summary),
    failureSamples: mergeFailures(shares.map((share) => share.failureSamples)),
    client: mergeClients(shares, summary, warnings),
    environment: mergeEnvironments(shares),
    source: load.source,
    ...(notes.length > 0 && { server: { notes } }),
  });
}

/**
 * Returns how many shares of the load started and ended.
 * @throws LoadlensError if the report belongs to another load, or no share ended
 */
function passagesOf({ loads, errors }: Reported, load: SharedLoad): { started: number; ended: number } {
  const passages = loads.get(load.id);
  if (passages === undefined || loads.size > 1) {
    throw new LoadlensError(
      `This report belongs to load ${[...loads.keys()].join(', ')}, but load.json belongs to ${load.id}.`,
      { hint: 'Specify the folder of the project that wrote the report: --project folder.' },
    );
  }
  if (passages.ended === 0) {
    throw new LoadlensError(`None of ${countOf(load.shares, 'share')} reported.${errorText(errors)}`, {
      hint: 'See the output of Artillery and its workers, then run the project again.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  return passages;
}

/** Checks that the counters match what the shares report. @throws LoadlensError if they don't */
function checkWhole({ run }: RecorderState, shares: readonly ShareFacts[], ended: number): void {
  if (shares.length !== ended) throw incomplete(`${ended} shares ended, but the report describes ${shares.length}`);
  const sent = shares.reduce((sum, { requests }) => sum + requests, 0);
  if (sent !== run.requests) throw incomplete(`the shares sent ${sent} requests, but ${run.requests} are counted`);
  let responses = 0;
  let outcomes = 0;
  for (let index = 0; index < run.outcomes.length; index += 2) {
    outcomes += run.outcomes[index + 1] ?? 0;
    if ((run.outcomes[index] ?? 0) >= 0) responses += run.outcomes[index + 1] ?? 0;
  }
  const timed = run.successes.count + (run.others?.count ?? 0);
  if (outcomes !== run.requests) throw incomplete(`${run.requests} requests have ${outcomes} outcomes`);
  if (timed !== responses) throw incomplete(`${responses} responses have ${timed} latencies`);
}

/** Returns the state with the clock of the whole load, which starts when the first share's does. */
function withClock(state: RecorderState, shares: readonly ShareFacts[], startedAtMs: number): RecorderState {
  const firstSent = shares.flatMap(({ firstSentAtMs }) => firstSentAtMs ?? []);
  const lastEnd = shares.flatMap(({ lastEndAtMs }) => lastEndAtMs ?? []);
  const lastResponse = shares.flatMap(({ lastResponseAtMs, lastEndAtMs }) =>
    lastResponseAtMs === undefined ? (lastEndAtMs ?? []) : (lastResponseAtMs ?? []),
  );
  return {
    ...state,
    clock: {
      ...state.clock,
      firstSentMs: smallestOf(firstSent) - startedAtMs,
      lastEndMs: largestOf(lastEnd) - startedAtMs,
      lastResponseMs: largestOf(lastResponse) - startedAtMs,
    },
  };
}

/** Returns the plan of the load, or of as many separate plans as there were workers that didn't know their number. */
function planOf({ plan, shares }: SharedLoad, reported: readonly ShareFacts[], expected: number): RunPlan {
  return reported.every(({ number }) => number !== null) ? plan : planOfMany(plan, shares, expected);
}

function missing(expected: number, started: number, ended: number, { errors }: Reported): string | undefined {
  if (ended === expected) return undefined;
  const never = expected - started;
  return `${formatCount(expected - ended)} of ${countOf(expected, 'share')} didn't report. The numbers exclude their requests.${never > 0 ? ` ${formatCount(never)} never started.` : ''}${errorText(errors)}`;
}

const errorText = (errors: Reported['errors']): string =>
  errors.length === 0
    ? ''
    : ` Artillery reports ${errors.map(({ text, count }) => `${formatCount(count)} × “${text}”`).join(', ')}.`;

function apart(shares: readonly ShareFacts[], startedAtMs: number): string[] {
  const latest = largestOf(shares.map((share) => share.startedAtMs));
  return latest - startedAtMs <= togetherMs
    ? []
    : [`The workers started up to ${formatMs(latest - startedAtMs)} apart. The load was incomplete for that long.`];
}

/** Returns the largest error of a percentile, half a bucket, as text. */
const off = (bits: number): string => `${(100 / 2 ** (bits + 1)).toPrecision(1)}%`;

function coarse({ run, targets }: { readonly run: number; readonly targets: number }): string[] {
  if (Math.min(run, targets) >= 10) return [];
  return [
    `Workers reported widely spread times in coarser steps. Percentiles are off by at most ${off(run)}, those of targets by ${off(targets)}.`,
  ];
}

/** Returns the random source of the run's id: equal for equal loads, so that a report imported twice has one id. */
function lettersOf(id: string): () => number {
  const seed = Array.from(id).reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 0);
  const unit = seededUnits(seed);
  let index = 0;
  return () => unit(index++);
}
