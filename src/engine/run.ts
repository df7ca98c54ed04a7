import { countOf } from '../core/format.ts';
import { availableParallelism } from 'node:os';
import { isLoopback } from '../core/endpoints/hosts.ts';
import { LoadlensError } from '../core/errors.ts';
import { clientHealth } from '../core/metrics/client/client-health.ts';
import type { RecorderState } from '../core/metrics/recorder/recorder-state.ts';
import type { ClientHealth, RunPhase, Snapshot } from '../core/metrics/types.ts';
import { evaluateRun } from '../core/plan/objectives.ts';
import { partOf, wholeLoad } from '../core/plan/load/share.ts';
import { hasConversations, planOfStarts } from '../core/plan/conversations.ts';
import { checkRun, plannedRequest } from '../core/plan/run-checks.ts';
import { withTrace } from '../core/plan/trace.ts';
import { withMaxInFlight } from '../core/plan/max-in-flight.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import { makeRecord, partialRecord, recordId, type KnownParts } from '../core/record/make-run.ts';
import { mergeServerNotes } from '../core/record/merge-notes.ts';
import type { RunRecord, Source } from '../core/record/run.ts';
import { withModels } from './discover-model.ts';
import { readEnvironment } from './machine/environment.ts';
import { readGitState } from './machine/git.ts';
import { createCounters, sharedCounter } from './load/loops/counter.ts';
import { createEndSignal, endOf } from './load/loops/end-signal.ts';
import { createLoops, type Loops } from './load/loops/loops.ts';
import type { LoopsResult } from './load/loops/results.ts';
import { watchPrecision, type PrecisionWatch } from './precision.ts';
import { llmRequestsOf } from './llm-requests.ts';
import { withPromptTokens } from './prompt-tokens.ts';
import { promptUses, valueUse } from './prompt-uses.ts';
import { watchSaturation, type SaturationWatch } from './saturation.ts';
import { createScrapers, metricsUrlsOf } from './server-metrics.ts';
import { calibrateSelf } from './warm/self-calibration.ts';
import { serverAtStart, watchServer } from './machine/server-use.ts';
import { sideThread } from './machine/side-thread.ts';
import { inputCheckNote, tokenCheckNote } from '../core/record/token-check.ts';
import type { ConnectionKeeper } from './transport/connections.ts';
import { warmCode } from './warm/warm.ts';

/** Callbacks and signals of the caller of a run. */
export interface RunHooks {
  /** Cancels the run: nothing more is sent, sockets close, and the results so far are kept. */
  readonly signal: AbortSignal;
  /**
   * Aborts with an Error when something in this process has failed. The run then stops unexpectedly and keeps its
   * results.
   */
  readonly fault?: AbortSignal | undefined;
  /** Called about four times a second. */
  onSnapshot?(snapshot: Snapshot): void;
  /**
   * Called with the record that remains if the process ends now. Awaited before anything is sent and before the clock
   * starts, then called after 1, 2, 5, and 10 s and every 10 s. Must not throw or reject.
   */
  onPartial?(record: RunRecord): Promise<void>;
  /** Version of Loadlens, for the record. */
  readonly version: string;
  /** Process ID of a server that Loadlens has started. Its CPU and memory go into the record. */
  readonly serverPid?: number | undefined;
  /** Awaited once everything is warm, before the clock starts. */
  beforeClock?(): Promise<void>;
  /** Called with the recorder's full state at the end of the run. */
  onEnd?(state: RecorderState): void;
  /** Maximum number of targets with percentiles and their own row in the record (default: 10,000). */
  readonly mostTargets?: number;
  /** Maximum number of event loops (default: by the number of cores). */
  readonly mostLoops?: number;
  /**
   * Keeps the connections for the next run. Only the first run opens them and measures the client overhead. For one
   * event loop.
   */
  readonly keeper?: ConnectionKeeper;
}

const snapshotMs = 250;
/** Times of partial records from the start of the clock, ms. Short runs get some, and long runs pay for few. */
const firstPartialsMs = [1_000, 2_000, 5_000, 10_000];
const partialEveryMs = 10_000;
/** Maximum number of failures in a snapshot, and so in the record of a run that stopped unexpectedly. */
const mostLiveFailures = 10;

/**
 * Sends the plan's requests and returns the record. A target that never responds leads to a record full of errors.
 * @throws LoadlensError if nothing can be sent
 */
export async function runBenchmark(given: RunInput, hooks: RunHooks): Promise<RunRecord> {
  const [found = given] = await withModels([given], hooks.signal, given.plan);
  checkRun(
    found.plan,
    found.requests.map((request, index) => plannedRequest(request, found.targets[index]?.name ?? request.url)),
  );
  const { input, tokenizer } = await withPromptTokens(withTrace(found), hooks.signal);
  const { targets, share = wholeLoad } = input;
  const starts = { ...input, plan: planOfStarts(input) };
  const plan = withMaxInFlight(starts.plan, partOf(input.plan.concurrency, share));
  const { signal } = hooks;
  if (targets.length === 0) {
    throw new LoadlensError(`${input.name} has no target.`, {
      hint: 'Add a line with a URL, such as http://127.0.0.1:5000/.',
    });
  }
  const lanes = Math.min(plan.concurrency, Math.max(plan.requests ?? Infinity, plan.warmup));
  const { workers } = plan;
  const counters = createCounters();
  const endSignal = createEndSignal();
  const loops = createLoops(
    {
      plan,
      share,
      targets,
      requests: input.requests,
      secrets: input.secrets,
      version: hooks.version,
      mostTargets: hooks.mostTargets,
      counters,
      endSignal,
      ...(input.promptStarts && { promptStarts: input.promptStarts }),
      ...(input.valueStart !== undefined && { valueStart: input.valueStart }),
    },
    {
      slots: lanes,
      first: workers ?? 1,
      most: workers ?? hooks.mostLoops ?? mostLoops(input.requests),
      warm: warmCode,
      keeper: hooks.keeper,
    },
  );
  let known: KnownParts = {
    id: recordId(new Date(), Math.random),
    name: input.name,
    startedAt: new Date().toISOString(),
    plan: input.plan,
    targets,
    warmupSent: 0,
    environment: readEnvironment(hooks.version),
    source: input.file && { file: input.file.shownAs },
    addresses: [],
    transport: loops.transport,
    ...(input.notes && input.notes.length > 0 && { server: { notes: input.notes } }),
  };
  const progress = startProgress(loops, plan, share.of === 1 && !hasConversations(input.requests), hooks, () => known);
  const { unlessFault, forgetFault } = orFault(hooks.fault);
  const metricsUrls = metricsUrlsOf(input, hooks.serverPid !== undefined);
  const scraper = createScrapers(metricsUrls, input, input.file !== null && hooks.keeper === undefined);

  try {
    await progress.keep();
    const source = readSource(input);
    await unlessFault(loops.prepare());
    const selfCalibration =
      plan.coldStart || signal.aborted || hooks.keeper?.isWarm === true
        ? undefined
        : await unlessFault(calibrateSelf(await sideThread(), loops.transport, signal));
    let warmupSent = 0;
    if (plan.warmup > 0 && !signal.aborted) {
      progress.phase('warmup');
      warmupSent = await unlessFault(loops.warmUp());
    }
    known = {
      ...known,
      warmupSent,
      environment: { ...known.environment, ...(selfCalibration && { selfCalibration }) },
      source: await source,
      addresses: loops.addresses(),
      ...(hooks.serverPid !== undefined && { server: { ...known.server, ...(await serverAtStart(hooks.serverPid)) } }),
    };

    if (!signal.aborted) await hooks.beforeClock?.();
    await scraper.start();
    known = { ...known, startedAt: new Date().toISOString() };
    await progress.keep();
    progress.phase('running');
    const stopWatching = hooks.serverPid === undefined ? undefined : watchServer(hooks.serverPid);
    scraper.clock(performance.now());
    await loops.run();
    const scraped = await scraper.stop();
    const serverUse = await stopWatching?.();
    const sent = await loops.results(tokenizer);
    const precision = progress.precision(sent.state);
    const saturation = signal.aborted || sent.lost ? undefined : progress.saturation(sent.state, endOf(endSignal));
    const { tokenCheck, inputCheck } = sent;
    const notes = mergeServerNotes([input.notes ?? [], sent.notes, notesOn(sent, plan)]);
    const server = { ...serverUse, ...(notes.length > 0 && { notes }) };
    hooks.onEnd?.(sent.state);
    const { summary, readings, lost } = sent;
    const health = clientHealth(readings, summary);
    const taken = { warmup: sharedCounter(counters.warmup).next, run: sharedCounter(counters.run).next };
    const values = valueUse(starts, share, taken);
    return makeRecord({
      ...known,
      promptUses: promptUses(starts, share, taken),
      llmRequests: llmRequestsOf(input),
      ...(values && { values }),
      status: signal.aborted ? 'cancelled' : lost ? 'crashed' : 'completed',
      ...(lost && { stopReason: lost.message }),
      summary,
      ...(precision && { precision }),
      ...(sent.steadyState && { steadyState: sent.steadyState }),
      ...(saturation && { saturation }),
      addresses: sent.addresses,
      ...(sent.connections && { connections: sent.connections }),
      objectives: evaluateRun(plan, targets, summary),
      failureSamples: sent.failures,
      client: withWarnings(health, sent, plan.drainMs),
      ...(Object.keys(server).length > 0 && { server }),
      ...scraped,
      ...(tokenCheck && { tokenCheck }),
      ...(inputCheck && { inputCheck }),
      ...(summary.inputTokens !== undefined && { inputTokenSource: sent.countsInput ? 'tokenizer' : 'reported' }),
    });
  } finally {
    await scraper.stop();
    progress.stop();
    forgetFault();
    loops.close();
  }
}

/**
 * Reports the phase and the numbers so far. Passes a cancellation on to whatever is sending or opening connections.
 * @param judgesRate finds out whether the server keeps up with the arrival rate
 */
function startProgress(loops: Loops, plan: RunPlan, judgesRate: boolean, hooks: RunHooks, known: () => KnownParts) {
  let phase: RunPhase = 'connecting';
  let watch: PrecisionWatch | undefined;
  let saturation: SaturationWatch | undefined;
  let partials = 0;
  const look = (): Snapshot => {
    const { startedAtMs, inFlight, waiting, draining, summary, failures, notes } = loops.live();
    return {
      phase: phase === 'running' && draining ? 'draining' : phase,
      elapsedMs: startedAtMs === undefined ? 0 : Math.max(0, performance.now() - startedAtMs),
      inFlight,
      waiting,
      summary,
      ...(failures.length > 0 && { failures: failures.slice(0, mostLiveFailures) }),
      ...(notes.length > 0 && { notes }),
      ...(watch?.result && { precision: watch.result }),
    };
  };
  const tell = (): void => {
    const snapshot = look();
    hooks.onSnapshot?.(snapshot);
    if (snapshot.elapsedMs < partialDueMs(partials)) return;
    partials += 1;
    void hooks.onPartial?.(partialRecord(known(), snapshot));
  };
  const cancel = (): void => loops.cancel();
  if (hooks.signal.aborted) cancel();
  hooks.signal.addEventListener('abort', cancel);
  const fail = (): void => {
    if (hooks.fault) loops.fail(faultOf(hooks.fault));
  };
  hooks.fault?.addEventListener('abort', fail);
  const isTold = hooks.onSnapshot !== undefined || hooks.onPartial !== undefined;
  const timer = isTold ? setInterval(tell, snapshotMs).unref() : undefined;
  return {
    /** Reports the record as far as it is known before the clock starts. */
    async keep(): Promise<void> {
      await hooks.onPartial?.(partialRecord(known(), look()));
    },
    phase(next: RunPhase): void {
      phase = next;
      if (next !== 'running') return;
      watch ??= watchPrecision(plan, loops, hooks.signal);
      if (judgesRate) saturation ??= watchSaturation(plan, loops, hooks.signal);
    },
    /** Ends the looks of a run that names a precision, and returns what became of it. */
    precision: ({ timeline }: RecorderState) => watch?.stop(timeline),
    /** Ends the looks at an arrival rate, and returns whether the server kept up. */
    saturation: ({ timeline }: RecorderState, endMs: number) => saturation?.stop(timeline, endMs),
    stop(): void {
      clearInterval(timer);
      watch?.close();
      saturation?.close();
      hooks.signal.removeEventListener('abort', cancel);
      hooks.fault?.removeEventListener('abort', fail);
    },
  };
}

const notesOn = ({ tokenCheck, inputCheck }: LoopsResult, { tokenizer }: RunPlan): readonly string[] =>
  [tokenCheckNote(tokenCheck, tokenizer), inputCheckNote(inputCheck, tokenizer)].filter((note) => note !== undefined);

const partialDueMs = (count: number): number =>
  firstPartialsMs[count] ?? (count - firstPartialsMs.length + 2) * partialEveryMs;

/** Returns the maximum number of loops: one per core, less one if a server on this machine needs it. */
function mostLoops(requests: RunInput['requests']): number {
  const isOnThisMachine = requests.some(({ url }) => isLoopback(new URL(url).hostname));
  return Math.max(1, availableParallelism() - (isOnThisMachine ? 1 : 0));
}

function withWarnings(
  health: ClientHealth,
  { requestsDrained, coldReason, uncounted = 0, uncountedInputs }: LoopsResult,
  drainMs: number,
): ClientHealth {
  const requests = requestsDrained === 1 ? '1 request was' : `${requestsDrained} requests were`;
  const warnings = [
    ...health.warnings,
    ...(coldReason === undefined
      ? []
      : [
          `Loadlens couldn't warm up its own code before the run (${coldReason}), so the first latencies may be too high.`,
        ]),
    ...(uncounted === 0
      ? []
      : [
          `The texts of ${uncounted} responses exceed the memory for counting their tokens after the run. Their chunks are counted instead.`,
        ]),
    ...uncountedInputWarnings(uncountedInputs),
    ...(requestsDrained === 0
      ? []
      : [`${requests} incomplete ${drainMs / 1_000} s after the last request was sent. Counted as timeouts.`]),
  ];
  return { ...health, warnings };
}

function uncountedInputWarnings(uncounted: LoopsResult['uncountedInputs']): readonly string[] {
  if (uncounted === undefined) return [];
  const { lost, mixed } = uncounted;
  const why =
    mixed > 0
      ? `${countOf(mixed, 'prompt')} had parts other than text, such as images or tools`
      : `${countOf(lost, 'prompt')} exceeded the memory for counting after the run`;
  return [`The server reports no input tokens, and they couldn't be counted: ${why}.`];
}

/** Work before the clock starts that a fault cuts off. */
interface UnlessFault {
  /** Awaits work, and rejects on a fault. */
  readonly unlessFault: <T>(work: Promise<T>) => Promise<T>;
  /** Stops listening, because the signal outlives the run. */
  readonly forgetFault: () => void;
}

function orFault(fault: AbortSignal | undefined): UnlessFault {
  if (fault === undefined) return { unlessFault: (work) => work, forgetFault: () => undefined };
  const over = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    if (fault.aborted) reject(faultOf(fault));
    else fault.addEventListener('abort', () => reject(faultOf(fault)), { once: true, signal: over.signal });
  });
  failed.catch(() => {});
  return { unlessFault: (work) => Promise.race([work, failed]), forgetFault: () => over.abort() };
}

/** Returns the fault as an error whose message is the reason in one sentence. */
function faultOf({ reason }: AbortSignal): Error {
  if (reason instanceof LoadlensError) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new Error(`Internal error: ${message.replace(/\.$/, '')}.`, { cause: reason });
}

async function readSource({ file }: RunInput): Promise<Source | null> {
  return file && { file: file.shownAs, ...(await readGitState(file.path)) };
}
