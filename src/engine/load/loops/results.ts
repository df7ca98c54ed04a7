import type { ClientReadings } from '../../../core/metrics/client/client-readings.ts';
import { quantile } from '../../../core/metrics/statistics/quantiles.ts';
import { mergeLive, mergeStates, type RecorderState } from '../../../core/metrics/recorder/recorder-state.ts';
import { connectionsOf, type Connections } from '../../../core/metrics/recorder/connection-tallies.ts';
import { withoutTransient } from '../../../core/metrics/recorder/sections.ts';
import { steadyStateOf, withoutIntervals, type SteadyStateFacts } from '../../../core/metrics/steady-state.ts';
import { liveSummaryOf, summaryOf, type SummaryExtra, type SummaryOptions } from '../../../core/metrics/summary.ts';
import { mergeTallies, rankedValues } from '../../../core/metrics/recorder/tally.ts';
import { mergeFailures } from '../../../core/failures/groups.ts';
import type { FailureSample, Summary } from '../../../core/metrics/types.ts';
import { offeredMs } from '../../../core/plan/load/offered.ts';
import { mergeServerNotes } from '../../../core/record/merge-notes.ts';
import { limitAdvice } from '../../machine/client-limit.ts';
import { closingDeviations } from '../../transport/raw/deviations.ts';
import type { ProcessReadings } from '../../machine/readings.ts';
import type { LongestStalls } from '../../machine/stalls.ts';
import type { Transport } from '../../transport/transport.ts';
import { sharedCounter } from './counter.ts';
import { endOf } from './end-signal.ts';
import type { CountFacts } from './recount.ts';
import type { LiveLoop, LoopResult, LoopSetup, OwnLoop } from './loop.ts';

/** Why a run stopped unexpectedly, and the last reports of the loops whose thread had ended. */
export interface LostLoops {
  readonly error: Error;
  readonly last: LiveLoop[];
}

/** Combined result of all loops. */
export interface LoopsResult extends CountFacts {
  readonly state: RecorderState;
  /** Without numbers per target if a loop was lost, because its own are unknown. */
  readonly summary: Summary;
  /** Present if the plan has an automatic warm-up, and no loop was lost. */
  readonly steadyState: SteadyStateFacts | undefined;
  readonly readings: ClientReadings;
  readonly requestsDrained: number;
  /** Why the code wasn't warmed although the plan asked for it; undefined otherwise. */
  readonly coldReason: string | undefined;
  readonly addresses: Transport['addresses'];
  /** Undefined if no connection was opened. */
  readonly connections: Connections | undefined;
  readonly failures: readonly FailureSample[];
  /** Remarks on the server. */
  readonly notes: readonly string[];
  readonly lost: Error | undefined;
}

/**
 * Merges the results of the loops.
 * @param own the result of this thread's loop, which sends from start to end
 */
export function mergeResults(
  own: LoopResult,
  others: readonly LoopResult[],
  { summaryOptions: options, transport }: Pick<OwnLoop, 'summaryOptions' | 'transport'>,
  lost: LostLoops | undefined,
  { plan, share, endSignal, counters }: Pick<LoopSetup, 'plan' | 'share' | 'endSignal' | 'counters'>,
): Omit<LoopsResult, 'lost'> {
  const all = [own, ...others];
  const sum = (of: (result: LoopResult) => number): number => all.reduce((total, each) => total + of(each), 0);
  const states = all.map((result) => result.state);
  const last = lost?.last ?? [];
  const requestsCancelled = sum((result) => result.requestsCancelled);
  const state = lost
    ? mergeLive([...states, ...last.map((live) => live.state)])
    : others.length > 0
      ? mergeStates(states)
      : own.state;
  const cutMs = all.reduce((earliest, each) => Math.min(earliest, each.cutMs), endOf(endSignal));
  const extra = {
    requestsCancelled,
    conversationsCut:
      sum((result) => result.conversationsCut) + last.reduce((cut, live) => cut + live.conversationsLeft, 0),
    offeredMs: offeredMs(plan, share, sharedCounter(counters.run).next, cutMs),
  };
  const { numbers, steadyState } = lost
    ? { numbers: liveSummaryOf(state, options, extra), steadyState: undefined }
    : settledSummary(state, all, options, extra);
  const reconnected = sum((result) => result.reconnected);
  const gaps = mergeTallies(
    all.map((result) => result.dispatchGaps),
    0,
  );
  const rankedGaps = rankedValues(gaps, false);
  return {
    state,
    // Every loop reports the backlog of all loops, but only its own taken requests.
    summary: {
      ...numbers,
      ...(reconnected > 0 && { reconnected }),
      ...(own.backlog && {
        backlog: { ...own.backlog, unsent: own.backlog.unsent + sum((result) => result.takenUnsent) },
      }),
    },
    steadyState,
    readings: {
      ...mergeReadings(own, all),
      loops: Math.max(1, [...all, ...last].filter(({ state: { run } }) => run.requests > 0).length),
      dispatchGapMedianMs: quantile(rankedGaps, 0.5),
      dispatchGapP99Ms: quantile(rankedGaps, 0.99),
      dispatchGapMaxMs: gaps.count === 0 ? null : gaps.max,
      lagIsOwn: own.backlog !== undefined && all.every((result) => result.openedMeanwhile === 0),
      transport,
      connectionsOpened: sum((result) => result.connectionsOpened),
      connectionsReused: sum((result) => result.reused),
      // The in-flight time of a lost loop is unknown, so the sum wouldn't match the number of requests.
      inFlightIntegralMs: lost ? 0 : sum((result) => result.inFlightIntegralMs),
      requestTimeMs: state.clock.requestTimeMs,
      clientLimit: limitIn(all.flatMap((result) => result.failures)),
    },
    requestsDrained: sum((result) => result.requestsDrained),
    coldReason: all.find((result) => result.coldReason !== undefined)?.coldReason,
    connections: connectionsOf(all.map(({ phases }) => phases)),
    addresses: distinct(all.flatMap((result) => result.addresses)),
    failures: mergeFailures([...all, ...last].map(({ failures }) => failures)),
    notes: withClosings(
      mergeServerNotes([...all, ...last].map(({ notes }) => notes)),
      // A server that stops closes every connection once, which says nothing about its policy.
      numbers.unresponsiveFromMs === undefined ? sum(({ closings }) => closings.connections) : 0,
      sum(({ closings }) => closings.requests),
    ),
  };
}

/** Returns the numbers without the transient at the start, if the plan asks for that. */
function settledSummary(
  whole: RecorderState,
  results: readonly LoopResult[],
  options: SummaryOptions,
  extra: SummaryExtra & { readonly offeredMs: number },
): { readonly numbers: Summary; readonly steadyState: SteadyStateFacts | undefined } {
  const numbers = summaryOf(whole, options, extra);
  const parts = results.flatMap(({ sections }) => sections ?? []);
  if (parts.length === 0) return { numbers, steadyState: undefined };
  const { transientMs, ...found } = steadyStateOf(numbers.timeline, sentUntilMs(whole, extra));
  const nothing = { ...found, excludedMs: 0, excludedRequests: 0, excludedFailures: 0 };
  if (found.settled === false) return { numbers: withoutIntervals(numbers), steadyState: nothing };
  if (transientMs === 0) return { numbers, steadyState: nothing };
  const { state, fromMs } = withoutTransient(whole, parts, transientMs);
  const offered = extra.offeredMs === 0 ? 0 : Math.max(0, extra.offeredMs - fromMs);
  const kept = summaryOf(state, options, { ...extra, offeredMs: offered });
  return {
    numbers: kept,
    steadyState: {
      ...found,
      excludedMs: fromMs,
      excludedRequests: numbers.requestsSent - kept.requestsSent,
      excludedFailures: failuresIn(numbers) - failuresIn(kept),
    },
  };
}

const failuresIn = ({ requestsSent, successes }: Summary): number => requestsSent - successes;

/** Returns until when the load was whole, ms from the start of the clock: later slices only drain. */
const sentUntilMs = ({ clock }: RecorderState, { offeredMs: offered }: { readonly offeredMs: number }): number =>
  offered > 0 ? Math.min(offered, clock.lastEndMs) : clock.lastEndMs;

/**
 * Returns the worst of each reading, because a summary has the requests of all loops. CPU and machine readings are the
 * same in every loop.
 */
function mergeReadings(
  own: LoopResult,
  all: readonly LoopResult[],
): Omit<ProcessReadings, 'elapsedMs'> & { busyLoops: number } {
  type Worst = 'eventLoopDelayMedianMs' | 'eventLoopDelayP99Ms' | 'eventLoopDelayMaxMs' | 'loopUtilisation';
  const worst = (of: Worst | keyof LongestStalls): number => Math.max(...all.map(({ readings }) => readings[of]));
  const { elapsedMs, ...readings } = own.readings;
  return {
    ...readings,
    eventLoopDelayMedianMs: worst('eventLoopDelayMedianMs'),
    eventLoopDelayP99Ms: worst('eventLoopDelayP99Ms'),
    eventLoopDelayMaxMs: worst('eventLoopDelayMaxMs'),
    eventLoopReadings: Math.min(...all.map((each) => each.readings.eventLoopReadings)),
    loopUtilisation: worst('loopUtilisation'),
    ownStallMs: worst('ownStallMs'),
    machineStallMs: worst('machineStallMs'),
    busyLoops: all.reduce(
      (sum, each) => sum + (each.readings.loopUtilisation * each.readings.elapsedMs) / elapsedMs,
      0,
    ),
  };
}

/** Minimum number of closings for a remark; fewer may have other causes. */
const leastClosings = 3;

/**
 * Adds that the server closes connections after a number of requests, unless the client closes them because of a
 * deviation.
 */
function withClosings(notes: readonly string[], connections: number, requests: number): readonly string[] {
  if (connections < leastClosings || notes.some((note) => closingDeviations.has(note))) return notes;
  const each = Math.round(requests / connections);
  const after = each === 1 ? 'each request' : `about ${each} requests`;
  return mergeServerNotes([notes, [`connections closed by the server after ${after}`]]);
}

/** Returns which limit of this machine was reached, with advice; undefined if none. */
function limitIn(failures: readonly FailureSample[]): string | undefined {
  const failure = failures.find(({ error }) => error === 'client');
  return failure && limitAdvice(failure.text);
}

function distinct(addresses: Transport['addresses']): Transport['addresses'] {
  return [...new Map(addresses.map((each) => [`${each.host} ${each.address}`, each])).values()];
}
