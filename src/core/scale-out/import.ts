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
import { formatCount, formatMs } from '../format.ts';
import { makeRecord, recordId } from '../record/make-run.ts';
import { mergeServerNotes } from '../record/merge-notes.ts';
import type { RunRecord } from '../record/run.ts';
import type { SharedLoad } from './load.ts';
import { mergeBacklogs, mergeClients, mergeEnvironments } from './merge-senders.ts';
import { incomplete, readReport, type Reported, type ShareFacts } from './share-report.ts';

/** Shares that begin further apart than this were not one load for that long. */
const togetherMs = 1_000;

/** Whether a JSON text may be a report of Artillery: it has what no result of Loadlens has. */
export const looksLikeReport = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'aggregate' in json;

/**
 * The run that a load has become, from the JSON report of Artillery. A share that has not reported makes it one that broke off.
 * Throws a LoadlensError for a report that is none, is of another load, or does not add up.
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
    // A worker that reports went on to the end.
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
      ? [`Only the first ${countedTargets} of ${formatCount(load.targets.length)} targets have rows of their own.`]
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

/** How many shares of the load began and ended. Throws when it is another load's report, or none ended. */
function passagesOf({ loads, errors }: Reported, load: SharedLoad): { started: number; ended: number } {
  const passages = loads.get(load.id);
  if (passages === undefined || loads.size > 1) {
    throw new LoadlensError(
      `This report is of the load ${[...loads.keys()].join(', ')}, and load.json is of ${load.id}.`,
      { hint: 'Name the folder of the project that the report came from: --project folder.' },
    );
  }
  if (passages.ended === 0) {
    throw new LoadlensError(`No share of ${formatCount(load.shares)} has reported.${errorText(errors)}`, {
      hint: 'See what Artillery and its workers have printed, then run the project again.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  return passages;
}

/** Throws when numbers that must be equal are not. */
function checkWhole({ run }: RecorderState, shares: readonly ShareFacts[], ended: number): void {
  if (shares.length !== ended) throw incomplete(`${ended} shares ended, ${shares.length} say what they were`);
  const sent = shares.reduce((sum, { requests }) => sum + requests, 0);
  if (sent !== run.requests) throw incomplete(`the shares sent ${sent} requests, and ${run.requests} are counted`);
  let answers = 0;
  let outcomes = 0;
  for (let index = 0; index < run.outcomes.length; index += 2) {
    outcomes += run.outcomes[index + 1] ?? 0;
    if ((run.outcomes[index] ?? 0) >= 0) answers += run.outcomes[index + 1] ?? 0;
  }
  const timed = run.successes.count + (run.others?.count ?? 0);
  if (outcomes !== run.requests) throw incomplete(`${run.requests} requests ended in ${outcomes} ways`);
  if (timed !== answers) throw incomplete(`${answers} answers came in ${timed} times`);
}

/** With the clock of the whole load, which starts with the first share's. */
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

/** What was to be sent: the load, unless its workers each sent by a plan of their own. */
function planOf({ plan, shares }: SharedLoad, reported: readonly ShareFacts[], expected: number): RunPlan {
  return reported.every(({ number }) => number !== null) ? plan : planOfMany(plan, shares, expected);
}

function missing(expected: number, started: number, ended: number, { errors }: Reported): string | undefined {
  if (ended === expected) return undefined;
  const left = expected - ended;
  const shares = left === 1 ? '1 share has' : `${formatCount(left)} shares have`;
  const never = expected - started;
  return `${shares} not reported, of ${formatCount(expected)}: what they sent is in no number.${never > 0 ? ` ${formatCount(never)} never began.` : ''}${errorText(errors)}`;
}

const errorText = (errors: Reported['errors']): string =>
  errors.length === 0
    ? ''
    : ` Artillery tells of ${errors.map(({ text, count }) => `${formatCount(count)} × “${text}”`).join(', ')}.`;

function apart(shares: readonly ShareFacts[], startedAtMs: number): string[] {
  const latest = largestOf(shares.map((share) => share.startedAtMs));
  return latest - startedAtMs <= togetherMs
    ? []
    : [`The workers began up to ${formatMs(latest - startedAtMs)} apart: for that long it was not the whole load.`];
}

/** Half of a bucket is what a percentile may be off by. */
const off = (bits: number): string => `${(100 / 2 ** (bits + 1)).toPrecision(1)}%`;

function coarse({ run, targets }: { readonly run: number; readonly targets: number }): string[] {
  if (Math.min(run, targets) >= 10) return [];
  return [
    `Times were spread so wide that workers told them in coarser steps: percentiles are off by at most ${off(run)}, those of targets by ${off(targets)}.`,
  ];
}

/** The same letters whenever the same report is read. */
function lettersOf(id: string): () => number {
  const seed = Array.from(id).reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 0);
  const unit = seededUnits(seed);
  let index = 0;
  return () => unit(index++);
}
