import { createGroup, mergeGroups, type Group } from '../group.ts';
import { createStreamedRequests, mergeStreamedRequests, type StreamedRequests } from '../streamed-requests.ts';
import { limitStreams } from '../streams.ts';
import { createTargetCounts, mergeCounts, type TargetCounts } from './target-counts.ts';
import { createTally, limitTally, mergeTallies, type Tally } from './tally.ts';
import { mergeTurns, type TurnTally } from './turns.ts';
import { createTtftByInput, mergeTtftByInput, type TtftByInputTally } from './ttft-by-input.ts';
import { createTimeline, mergeTimelines, type TimelineTally, type WatchedTime } from '../timeline.ts';

/**
 * State of a recorder: objects, numbers, and typed arrays. Can be structured-cloned (postMessage), but not sent as
 * JSON, which has no Infinity.
 */
export interface RecorderState {
  /** Number of requests up to which raw samples are kept. */
  readonly maxRawSamples: number;
  /** Raw samples of the whole run are kept. */
  exact: boolean;
  readonly run: Group;
  /** By index of the target; undefined before its first request. */
  readonly targets: (Group | undefined)[];
  /** Counts of targets without a group; null if every target may have one. */
  readonly counts: TargetCounts | null;
  /** Turns of conversations; null before the first. */
  turns: TurnTally | null;
  readonly responseTime: Tally;
  readonly lag: Tally;
  readonly timeline: TimelineTally;
  /** By index of the target, without tokens; empty unless there are few targets. */
  readonly targetTimelines: readonly TimelineTally[];
  readonly streamedRequests: StreamedRequests;
  readonly ttftByInput: TtftByInputTally;
  readonly clock: RecorderClock;
}

/**
 * Times from the start of the run's clock, ms. In an object, because its numbers change in place. A variable would
 * allocate on every change.
 */
export interface RecorderClock {
  /** Infinity before the first. */
  firstSentMs: number;
  /** -Infinity before the first. */
  lastEndMs: number;
  /** End of the last response; −Infinity before the first. */
  lastResponseMs: number;
  /** Time of the last sign of the server; −Infinity before the first. */
  heardMs: number;
  /** Requests that were sent after that and got no response. */
  unheard: number;
  /** Σ end − sent over all requests including failed ones, ms: one side of Little's law. */
  requestTimeMs: number;
  /** Requests that met every limit. */
  metObjectives: number;
}

/** Number of samples that a target still keeps past `maxRawSamples`. A separate histogram would take more memory. */
const exactPerTarget = 1024;

/**
 * Returns the state of a recorder before its first request.
 * @param counted number of targets if some of them are only counted
 * @param watch time whose values the timeline keeps; see `createTimeline`
 * @param charted number of targets with a timeline
 */
export function createRecorderState(
  maxRawSamples: number,
  counted = 0,
  watch?: WatchedTime,
  charted = 0,
): RecorderState {
  return {
    maxRawSamples,
    exact: true,
    run: createGroup(maxRawSamples, true),
    targets: [],
    counts: counted === 0 ? null : createTargetCounts(counted),
    turns: null,
    responseTime: createTally(maxRawSamples, true),
    lag: createTally(maxRawSamples, true),
    timeline: createTimeline(watch),
    targetTimelines: Array.from({ length: charted }, () => createTimeline()),
    streamedRequests: createStreamedRequests(),
    ttftByInput: createTtftByInput(),
    clock: {
      firstSentMs: Infinity,
      lastEndMs: -Infinity,
      lastResponseMs: -Infinity,
      heardMs: -Infinity,
      unheard: 0,
      requestTimeMs: 0,
      metObjectives: 0,
    },
  };
}

/** Returns how many samples each tally of a target keeps. */
export function rawLimitOfTarget({ exact, maxRawSamples }: RecorderState): number {
  return exact ? maxRawSamples : Math.min(maxRawSamples, exactPerTarget);
}

/** Switches to histograms, except for targets with few requests. */
export function leaveExactness(state: RecorderState): void {
  state.exact = false;
  limitGroup(state.run, 0);
  for (const tally of [state.responseTime, state.lag]) limitTally(tally, 0);
  const rawLimit = rawLimitOfTarget(state);
  for (const group of [...state.targets, ...(state.turns?.groups ?? [])]) {
    if (group !== undefined) limitGroup(group, rawLimit);
  }
}

function limitGroup({ successes, others, ttfb, streams }: Group, rawLimit: number): void {
  for (const tally of [successes, others, ttfb]) if (tally !== null) limitTally(tally, rawLimit);
  if (streams !== null) limitStreams(streams, rawLimit);
}

/**
 * Merges the states of recorders for parts of a run into the state of one with all requests. Their times have the same
 * zero. Changes none of them. The result is for summaries only; no request may be added to it.
 */
export function mergeStates(states: readonly RecorderState[]): RecorderState {
  const requests = states.reduce((sum, { run }) => sum + run.requests, 0);
  const exact = requests <= leastRaw(states) && states.every((state) => state.exact);
  const merged = mergeRuns(states, exact, Infinity);
  return {
    ...merged,
    targets: mergeTargets(states, rawLimitOfTarget(merged)),
    turns: mergeTurns(
      states.flatMap(({ turns }) => turns ?? []),
      rawLimitOfTarget(merged),
    ),
    counts: mergeCounts(states.flatMap(({ counts }) => counts ?? [])),
    targetTimelines: mergeTargetTimelines(states),
    streamedRequests: mergeStreamedRequests(states.map(({ streamedRequests }) => streamedRequests)),
    ttftByInput: mergeTtftByInput(states.map(({ ttftByInput }) => ttftByInput)),
  };
}

/**
 * Merges states for live summaries, small enough to be sent several times a second: histograms only, without targets
 * and streamed requests. Returns a copy, even for a single state.
 */
export function mergeLive(states: readonly RecorderState[]): RecorderState {
  return mergeRuns(states, false, 0);
}

const leastRaw = (states: readonly RecorderState[]): number =>
  Math.min(...states.map(({ maxRawSamples }) => maxRawSamples));

/** Merges everything except targets, turns, and streamed requests. */
function mergeRuns(states: readonly RecorderState[], exact: boolean, chunkLimit: number): RecorderState {
  const maxRawSamples = leastRaw(states);
  const merged = createRecorderState(maxRawSamples);
  const rawLimit = exact ? maxRawSamples : 0;
  const { clock } = merged;
  for (const part of states) {
    clock.firstSentMs = Math.min(clock.firstSentMs, part.clock.firstSentMs);
    clock.lastEndMs = Math.max(clock.lastEndMs, part.clock.lastEndMs);
    clock.lastResponseMs = Math.max(clock.lastResponseMs, part.clock.lastResponseMs);
    clock.heardMs = Math.max(clock.heardMs, part.clock.heardMs);
    clock.unheard += part.clock.unheard;
    clock.requestTimeMs += part.clock.requestTimeMs;
    clock.metObjectives += part.clock.metObjectives;
  }
  // The server is responsive while one of the loops gets responses.
  if (states.some((part) => part.clock.heardMs > -Infinity && part.clock.unheard === 0)) clock.unheard = 0;
  return {
    ...merged,
    exact,
    run: mergeGroups(
      states.map(({ run }) => run),
      rawLimit,
      chunkLimit,
    ),
    turns: mergeTurns(
      // Counts only.
      states.flatMap(({ turns }) => (turns === null ? [] : { ...turns, groups: [] })),
      rawLimit,
    ),
    responseTime: mergeTallies(
      states.map(({ responseTime }) => responseTime),
      rawLimit,
    ),
    lag: mergeTallies(
      states.map(({ lag }) => lag),
      rawLimit,
    ),
    timeline: mergeTimelines(states.map(({ timeline }) => timeline)),
  };
}

/** Returns the timelines by target; none if one of the states has none. */
const mergeTargetTimelines = (states: readonly RecorderState[]): TimelineTally[] =>
  Array.from({ length: Math.min(...states.map(({ targetTimelines }) => targetTimelines.length)) }, (_, target) =>
    mergeTimelines(states.flatMap(({ targetTimelines }) => targetTimelines[target] ?? [])),
  );

function mergeTargets(states: readonly RecorderState[], rawLimit: number): RecorderState['targets'] {
  const count = Math.max(0, ...states.map(({ targets }) => targets.length));
  return Array.from({ length: count }, (_, index) => {
    const groups = states.flatMap(({ targets }) => targets[index] ?? []);
    return groups.length === 0 ? undefined : mergeGroups(groups, rawLimit);
  });
}
