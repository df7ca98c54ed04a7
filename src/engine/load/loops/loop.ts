import type { ConnectionTallies } from '../../../core/metrics/recorder/connection-tallies.ts';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { createBacklogRecorder } from '../../../core/metrics/recorder/backlog.ts';
import { createRecorder, type RecorderOptions } from '../../../core/metrics/recorder/recorder.ts';
import type { RecorderState } from '../../../core/metrics/recorder/recorder-state.ts';
import { createSectionRecorder, type Sections } from '../../../core/metrics/recorder/sections.ts';
import type { SummaryOptions } from '../../../core/metrics/summary.ts';
import { detailOf } from '../../../core/metrics/recorder/target-detail.ts';
import type { Backlog, FailureSample } from '../../../core/metrics/types.ts';
import { isPaced, loadModelFor } from '../../../core/plan/load/load-models.ts';
import type { LoadModel } from '../../../core/plan/load/load-model.ts';
import { hasConversations } from '../../../core/plan/conversations.ts';
import { targetPicker } from '../../../core/values/pick.ts';
import { watchedOf } from '../../../core/values/until.ts';
import { promptTurns } from '../../../core/plan/prompt-turns.ts';
import { traceOf, traceTimes } from '../../../core/plan/trace.ts';
import { indexIn, shareModel } from '../../../core/plan/load/share.ts';
import type { Share, RunInput, RunPlan } from '../../../core/plan/types.ts';
import type { TransportName } from '../../../core/vocabulary.ts';
import { createFailureSamples } from '../../answers/failure-samples.ts';
import { createLumps } from '../../answers/lumps.ts';
import type { RunTarget } from '../../../core/endpoints/types.ts';
import { startLoad } from '../load.ts';
import { warmMaking } from '../made-ahead.ts';
import { createSampleLog, type LoggedSamples } from '../sample-log.ts';
import type { Load, LoadOutcome } from '../types.ts';
import { openConnections, pairsToOpen } from '../../transport/open-connections.ts';
import { startPacer, type Pacer } from '../pacer.ts';
import { startReadings, type ProcessReadings } from '../../machine/readings.ts';
import { clockOffsetMs, sharedNow } from '../../machine/shared-clock.ts';
import { sideThread, type SideThread } from '../../machine/side-thread.ts';
import type { Lane, Transport, WireRequest } from '../../transport/transport.ts';
import { createConnections, type ConnectionKeeper } from '../../transport/connections.ts';
import { toWire } from '../../transport/wire.ts';
import { sharedCounter, type Counters } from './counter.ts';
import { endOf, type EndSignal } from './end-signal.ts';
import { limitsOf } from './limits.ts';

/** Part of a run: the warm-up before the clock starts, or the run itself. */
export type Part = keyof Counters;

/**
 * Setup that every loop of a run receives. Plain data, because it goes to worker threads. Its plan has the number of starts; see
 * `planOfStarts`.
 */
export interface LoopSetup extends Pick<RunInput, 'plan' | 'requests' | 'secrets' | 'promptStarts' | 'valueStart'> {
  readonly targets: readonly Pick<RunTarget, 'name' | 'weight' | 'objectives'>[];
  /** Version of Loadlens, for the User-Agent header. */
  readonly version: string;
  readonly share: Share;
  /** Maximum number of targets with percentiles and their own row (default: 10,000). */
  readonly mostTargets?: number | undefined;
  /** Requests taken so far; see `sharedCounter`. */
  readonly counters: Counters;
  /** Ends the run before its plan does. */
  readonly endSignal: EndSignal;
}

/** One event loop that sends, in this thread or a worker thread, with its own connections, slots, and recorder. */
export interface Loop {
  /** Warms the code and opens the connections of `slots` more slots, unless the plan asks for a cold start. */
  prepare(slots: number): Promise<void>;
  /**
   * Sends with `slots` slots until no request of the part is left. Rejects if the loop's thread has ended.
   * @param startedAtMs start of the part's clock, `sharedNow()`; may be in the future
   */
  send(part: Part, startedAtMs: number, slots: number): Promise<LoopResult>;
  /** Adds `slots` slots. Prepared ones come first. */
  addSlots(slots: number): void;
  /** Releases `slots` slots, each as soon as it is free, and closes their connections. */
  dropSlots(slots: number): void;
  live(): LiveLoop;
  /** Returns the event loop's utilization since the last call, 0 to 1. */
  utilisation(): number;
  /** Stops sending and closes the sockets; `send` then resolves. */
  cancel(): void;
  close(): void;
}

/** State of a loop while it sends. */
export interface LiveLoop {
  readonly state: RecorderState;
  /** Conversations in progress, and those cut off. */
  readonly conversationsLeft: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly draining: boolean;
  /** The most frequent failures first. */
  readonly failures: readonly FailureSample[];
  /** Remarks on the server. */
  readonly notes: readonly string[];
}

/** Result of a loop. */
export interface LoopResult extends LoadOutcome {
  readonly state: RecorderState;
  /** The same requests in sections, if the plan has an automatic warm-up. */
  readonly sections: Sections | undefined;
  /** Requests that ended, whether they succeeded or failed. */
  readonly requests: number;
  /** Backlog of the open model; undefined in the closed model. */
  readonly backlog: Backlog | undefined;
  readonly readings: ProcessReadings;
  readonly connectionsOpened: number;
  /** Connections opened after the clock had started. */
  readonly openedMeanwhile: number;
  /** Times of the connections opened for this loop. */
  readonly phases: ConnectionTallies;
  readonly addresses: Transport['addresses'];
  /** Remarks on the server. */
  readonly notes: readonly string[];
  readonly failures: readonly FailureSample[];
  /** Why the code wasn't warmed although the plan asked for it; undefined otherwise. */
  readonly coldReason: string | undefined;
  /** Samples for the tokenizer of the plan; undefined without one. */
  readonly log: LoggedSamples | undefined;
}

/** The loop of this thread, with what applies to all loops of the run. */
export interface OwnLoop extends Loop {
  readonly summaryOptions: SummaryOptions;
  readonly recorderOptions: RecorderOptions;
  readonly transport: TransportName;
  /** Returns the addresses connected to so far. */
  readonly addresses: () => Transport['addresses'];
}

/** Slots of the open model whose connections are opened ahead. The number it will need isn't known in advance. */
const openedForRate = 32;

/** Options of a loop beyond its setup. */
export interface LoopOptions {
  /** Called with the number of slots released for `dropSlots`. */
  readonly onDropped?: (slots: number) => void;
  /** Warms the code, unless the plan asks for a cold start. */
  readonly warm?: (side: SideThread, what: LoopKind, signal: AbortSignal) => Promise<void>;
  /** Keeps the connections after the loop is closed; absent: they belong to the loop. */
  readonly keeper?: ConnectionKeeper | undefined;
}

/** Kind of code that a loop runs. */
export interface LoopKind extends Pick<RunPlan, 'loadModel'> {
  readonly transport: TransportName;
  /** Reads streams of tokens. */
  readonly streams: boolean;
}

/**
 * Creates the loop of this thread.
 * @throws LoadlensError for a request that can't be sent
 */
export function createLoop(setup: LoopSetup, { onDropped, warm, keeper }: LoopOptions): OwnLoop {
  const { plan, share, targets, secrets, counters } = setup;
  const targetNames = targets.map((target) => target.name);
  const pickAny = targetPicker(
    targets.map((target) => target.weight),
    plan.seed,
  );
  const pick = (index: number): number => pickAny(indexIn(share, index));
  const turns = promptTurns(pickAny, targets.length, plan.warmup, setup.promptStarts);
  const { valueStart = 0 } = setup;
  const firstNumber = { warmup: valueStart, run: valueStart + plan.warmup };
  let sending: Part = 'warmup';
  const requests = toWire(setup.requests, targets, `loadlens/${setup.version}`, plan.seed).map((request) =>
    withNumbers(request, share, (index) => [
      firstNumber[sending] + index,
      times === undefined ? turns[sending](index) : index,
    ]),
  );
  const times = traceTimes(plan, traceOf(setup.requests));
  const modelOf = (some: RunPlan): LoadModel => shareModel(loadModelFor(some, times), share);
  const summaryOptions = {
    targetNames,
    detail: detailOf(targets, setup.mostTargets),
    mostRows: setup.mostTargets,
    ...limitsOf(plan, targets, requests),
  };
  const recorderOptions = { ...summaryOptions, watch: plan.until && watchedOf(plan.until.metric)?.time };
  const recorder = createRecorder(recorderOptions);
  const lumps = createLumps();
  const sections = plan.autoWarmup ? createSectionRecorder(summaryOptions) : undefined;
  const connections = keeper?.take(plan, requests) ?? createConnections(plan, requests);
  const { name: transportName, transport, notes, lanes: prepared } = connections;
  const openedEarlier = transport.opened;
  // Those of an earlier run over the same connections.
  transport.takePhases();
  const offsetMs = clockOffsetMs();
  const cancelled = new AbortController();
  /** How many of the lanes are prepared, and how many of these have slots. */
  let ready = 0;
  let used = 0;
  let side: SideThread | undefined;
  let pacer: Pacer | undefined;
  let coldReason: string | undefined;
  let load: Load | undefined;
  let failures = createFailureSamples(targetNames, secrets);
  let utilisation = performance.eventLoopUtilization();

  const lanes = (count: number): Lane[] => {
    while (prepared.length < used + count) prepared.push(transport.lane());
    used += count;
    return prepared.slice(used - count, used);
  };

  return {
    summaryOptions,
    recorderOptions,
    transport: transportName,
    addresses: () => transport.addresses,
    async prepare(slots) {
      while (prepared.length < ready + slots) prepared.push(transport.lane());
      const fresh = prepared.slice(ready, ready + slots);
      ready += slots;
      const starting = sideThread().then((thread) => (side = thread));
      if (isPaced(plan) || hasConversations(setup.requests)) pacer ??= await startPacer();
      if (!plan.coldStart && !cancelled.signal.aborted) {
        const loadModel = isPaced(plan) ? 'open' : 'closed';
        const kind = { loadModel, transport: transportName, streams: requests.some(({ dialect }) => dialect) } as const;
        warmMaking({ requests, transport });
        const ahead = isPaced(plan) ? fresh.slice(0, openedForRate) : fresh;
        await Promise.all([
          starting.then((thread) =>
            warm?.(thread, kind, cancelled.signal).catch((error: Error) => void (coldReason = error.message)),
          ),
          openConnections(pairsToOpen(ahead, requests, pick, plan.requests)),
        ]);
      }
      await starting;
    },
    async send(part, startedAtMs, slots) {
      if (!side) throw new Error('The loop has not been prepared.');
      // If requests have scheduled times, the pacer waits for the first one.
      // A timer may fire early, and nothing would wake a load that finds its first request not yet due.
      const leftMs = (): number => (isPaced(plan) ? 0 : startedAtMs - sharedNow());
      while (leftMs() > 0) await setTimeout(Math.ceil(leftMs()));
      const isRun = part === 'run';
      sending = part;
      failures = createFailureSamples(targetNames, secrets);
      const backlog = createBacklogRecorder();
      const openedBefore = transport.opened;
      const stopReadings = startReadings(side);
      const asked = isRun ? plan : { ...plan, requests: plan.warmup, durationS: null };
      const loaded = cancelled.signal.aborted ? { ...asked, requests: 0 } : asked;
      const log = isRun && plan.tokenizer !== undefined ? createSampleLog() : undefined;
      let ended = 0;
      used = 0;
      load = startLoad({
        ...plan,
        durationS: loaded.durationS,
        model: modelOf(loaded),
        ...(pacer && { pacer }),
        ...(isPaced(plan) && {
          open: { arrivals: modelOf(loaded), onBacklog: (atMs, waiting) => backlog.add(atMs, waiting) },
        }),
        counter: sharedCounter(counters[part]),
        startedAtMs: startedAtMs - offsetMs,
        // Nothing else ends a run, and each request would ask.
        ...(isRun && (plan.until ?? plan.untilSaturated) && { endMs: () => endOf(setup.endSignal) }),
        lanes: lanes(slots),
        requests,
        transport,
        pick,
        failures,
        note: notes.note,
        onSample(sample) {
          ended += 1;
          if (!isRun) return;
          recorder.add(sample);
          lumps.add(sample);
          sections?.add(sample, recorder.state().exact);
          log?.add(sample);
        },
        ...(log && { keepsTexts: () => log.wantsTexts() }),
        ...(onDropped && { onDropped }),
      });
      const outcome = await load.finished;
      return {
        ...outcome,
        state: recorder.state(),
        sections: sections?.sections(),
        requests: ended,
        backlog: isPaced(plan) ? backlog.summary(outcome.unsent) : undefined,
        readings: stopReadings(),
        connectionsOpened: transport.opened - openedEarlier,
        openedMeanwhile: transport.opened - openedBefore,
        phases: transport.takePhases(),
        addresses: transport.addresses,
        failures: failures.list(),
        notes: [...notes.list, ...lumps.notes()],
        coldReason,
        log: log?.taken(),
      };
    },
    addSlots: (slots) => load?.addSlots(lanes(slots)),
    dropSlots: (slots) => load?.dropSlots(slots),
    live: () => ({
      state: recorder.state(),
      conversationsLeft: (load?.conversations.inProgress ?? 0) + (load?.conversations.cut ?? 0),
      inFlight: load?.inFlight ?? 0,
      waiting: load?.waiting ?? 0,
      draining: load?.draining ?? false,
      failures: failures.list(),
      notes: [...notes.list, ...lumps.notes()],
    }),
    utilisation() {
      const before = utilisation;
      utilisation = performance.eventLoopUtilization();
      return performance.eventLoopUtilization(utilisation, before).utilization;
    },
    cancel() {
      cancelled.abort();
      load?.cancel();
      transport.close();
    },
    close() {
      pacer?.close();
      if (!keeper) transport.close();
    },
  };
}

/**
 * Returns the request with variants by its own index.
 * @param numbersOf returns the arguments of `variantAt` for the index of a request in the whole load
 */
function withNumbers(
  request: WireRequest,
  share: Share,
  numbersOf: (index: number) => Parameters<NonNullable<WireRequest['variantAt']>>,
): WireRequest {
  const { variantAt } = request;
  if (variantAt === undefined) return request;
  return {
    ...request,
    variantAt: (own) => variantAt(...numbersOf(indexIn(share, own))),
  };
}
