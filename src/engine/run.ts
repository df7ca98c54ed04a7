import { LoadlensError } from '../core/errors.ts';
import { createBacklogRecorder } from '../core/metrics/backlog.ts';
import { clientHealth } from '../core/metrics/client-health.ts';
import { quantile } from '../core/metrics/quantiles.ts';
import { createRecorder, type Recorder } from '../core/metrics/recorder.ts';
import type { RecorderState } from '../core/metrics/recorder-state.ts';
import { rankedValues } from '../core/metrics/tally.ts';
import type { ClientHealth, RunPhase, Snapshot, Summary } from '../core/metrics/types.ts';
import { loadModelFor, type LoadModel } from '../core/plan/load-model.ts';
import { evaluateRun, perRequestLimitsMs, withoutTokenTimes } from '../core/plan/objectives.ts';
import { targetPicker } from '../core/plan/pick.ts';
import { indexIn, partOf, shareModel, wholeLoad, type Share } from '../core/plan/share.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import type { SelfCalibration } from '../core/report/calibration.ts';
import { makeRecord, recordId } from '../core/report/record.ts';
import type { RunRecord, Source } from '../core/report/types.ts';
import { readEnvironment } from './environment.ts';
import { createFailureSamples } from './failure-samples.ts';
import { readGitState } from './git.ts';
import { startLoad, type Load, type LoadOptions, type OpenLoad } from './load.ts';
import { startPacer, type Pacer } from './pacer.ts';
import { startReadings } from './readings.ts';
import { calibrateSelf } from './self-calibration.ts';
import { watchServer } from './server-use.ts';
import { sideThread } from './side-thread.ts';
import type { Lane, Origin, WireRequest } from './transport.ts';
import { transportFor, transports } from './transports.ts';
import { openConnections, warmCode } from './warm.ts';
import { toWire } from './wire.ts';

/** How the one who starts a run takes part in it. */
export interface RunHooks {
  /** Cancels: nothing leaves any more, sockets close, what was measured is kept. */
  readonly signal: AbortSignal;
  /** Called about four times a second. */
  onSnapshot?(snapshot: Snapshot): void;
  /** Version of Loadlens, for the record. */
  readonly version: string;
  /** Process of the server, when Loadlens started it: its CPU and memory go into the record. */
  readonly serverPid?: number | undefined;
  /** Awaited once everything is warm, before the clock starts. */
  beforeClock?(): Promise<void>;
  /** Called with all that the recorder knows, once the run has ended. */
  onEnd?(state: RecorderState): void;
}

const snapshotMs = 250;
/** Connections kept for all lanes together, when there are more origins than one. */
const keptConnections = 2_048;
/** Opened ahead of the clock at most, unless two per lane are more. */
const openedAhead = 1_024;
/** The same in an open loop. */
const openedForRate = 32;

/**
 * Sends what the plan asks for and returns what was measured. A target that never answers makes a record full of errors;
 * it rejects, with a LoadlensError, only when there is nothing that could be sent.
 */
export async function runBenchmark(input: RunInput, hooks: RunHooks): Promise<RunRecord> {
  const { targets, share = wholeLoad } = input;
  const plan = { ...input.plan, concurrency: partOf(input.plan.concurrency, share) };
  const { signal } = hooks;
  if (targets.length === 0) {
    throw new LoadlensError(`${input.name} has no target.`, {
      hint: 'Add a line with a URL, such as http://127.0.0.1:5000/.',
    });
  }
  const requests = ofShare(toWire(input.requests, targets, `loadlens/${hooks.version}`, plan.seed), share);
  const targetNames = targets.map((target) => target.name);
  const pickAny = targetPicker(
    targets.map((target) => target.weight),
    plan.seed,
  );
  const pick = (index: number): number => pickAny(indexIn(share, index));
  const modelOf = (some: RunPlan): LoadModel => shareModel(loadModelFor(some), share);
  const kept = Math.max(2, Math.floor(keptConnections / plan.concurrency));
  const transportName = transportFor(plan, requests);
  const transport = transports[transportName](kept);
  const laneCount = Math.min(plan.concurrency, Math.max(plan.requests ?? Infinity, plan.warmup));
  const lanes = Array.from({ length: laneCount }, () => transport.lane());
  const limits = targets.map(({ objectives }, i) =>
    perRequestLimitsMs([
      ...(requests[i]?.dialect ? plan.objectives : withoutTokenTimes(plan.objectives)),
      ...objectives,
    ]),
  );
  const recorder = createRecorder({
    targetNames,
    latencyLimitMs: limits.map(({ latencyMs }) => latencyMs),
    otherLimitsMs: limits.map(({ others }) => others),
  });
  const failures = createFailureSamples(targetNames, input.secrets);
  const progress = startProgress(recorder, hooks, () => transport.close());
  let pacer: Pacer | undefined;
  const load = (
    loaded: RunPlan,
    { onBacklog = () => undefined, ...part }: Pick<LoadOptions, 'onSample' | 'failures'> & Partial<OpenLoad>,
  ): Load => {
    const { timeoutMs, drainMs, maxRedirects } = plan;
    const model = modelOf(loaded);
    const open = pacer && { pacer, arrivals: modelOf(loaded), onBacklog };
    return progress.follow(
      startLoad({ lanes, requests, pick, timeoutMs, drainMs, maxRedirects, model, ...(open && { open }), ...part }),
    );
  };

  try {
    const source = readSource(input);
    const starting = sideThread();
    let selfCalibration: SelfCalibration | undefined;
    if (plan.loadModel === 'open' && !signal.aborted) pacer = await startPacer();
    if (!plan.coldStart && !signal.aborted) {
      const streams = requests.some(({ dialect }) => dialect !== undefined);
      await Promise.all([
        starting.then((side) => warmCode(side, transportName, signal, streams)),
        openConnections(pairsToOpen(lanesToOpen(lanes, plan), requests, pick, plan.requests)),
      ]);
      if (!signal.aborted) selfCalibration = await calibrateSelf(await starting, transportName, signal);
    }
    let warmupSent = 0;
    if (plan.warmup > 0 && !signal.aborted) {
      progress.phase('warmup');
      const onSample = (): void => void (warmupSent += 1);
      const warmup = { ...plan, requests: plan.warmup, durationS: null };
      await load(warmup, { onSample, failures: createFailureSamples([], []) }).finished;
    }
    const [sourceRead, side] = await Promise.all([source, starting]);

    if (!signal.aborted) await hooks.beforeClock?.();
    progress.phase('running');
    const startedAt = new Date();
    const openedBefore = transport.opened;
    const stopReadings = startReadings(side);
    const stopWatching = hooks.serverPid === undefined ? undefined : watchServer(hooks.serverPid);
    const backlog = createBacklogRecorder();
    const outcome = await load(signal.aborted ? { ...plan, requests: 0 } : plan, {
      onSample: (sample) => recorder.add(sample),
      onBacklog: (atMs, waiting) => backlog.add(atMs, waiting),
      failures,
    }).finished;
    const readings = stopReadings();
    const server = await stopWatching?.();

    hooks.onEnd?.(recorder.state());
    const summary: Summary = {
      ...recorder.summary(outcome),
      ...(plan.loadModel === 'open' && { backlog: backlog.summary(outcome.unsent) }),
    };
    const health = clientHealth(
      {
        ...readings,
        dispatchGapP99Ms: quantile(rankedValues(outcome.dispatchGaps, false), 0.99),
        dispatchGapMaxMs: outcome.dispatchGaps.count === 0 ? null : outcome.dispatchGaps.max,
        lagIsOwn: plan.loadModel === 'open' && transport.opened === openedBefore,
        transport: transportName,
        connectionsOpened: transport.opened,
        connectionsReused: outcome.reused,
        inFlightIntegralMs: outcome.inFlightIntegralMs,
        requestTimeMs: recorder.requestTimeMs(),
      },
      summary,
    );
    return makeRecord({
      id: recordId(startedAt, Math.random),
      name: input.name,
      startedAt: startedAt.toISOString(),
      status: signal.aborted ? 'cancelled' : 'completed',
      plan: input.plan,
      targets,
      summary,
      warmupSent,
      addresses: transport.addresses,
      objectives: evaluateRun(plan, targets, summary),
      failureSamples: failures.list,
      client: withDrained(health, outcome.requestsDrained, plan.drainMs),
      environment: { ...readEnvironment(hooks.version), ...(selfCalibration && { selfCalibration }) },
      source: sourceRead,
      ...(server && { server }),
    });
  } finally {
    progress.stop();
    pacer?.close();
    transport.close();
  }
}

/** Tells the phase and the numbers so far, and lets a cancel end the load that runs and whatever is being opened. */
function startProgress(recorder: Recorder, hooks: RunHooks, closeSockets: () => void) {
  let phase: RunPhase = 'connecting';
  let current: Load | undefined;
  const tell = (): void =>
    hooks.onSnapshot?.({
      phase: phase === 'running' && current?.draining ? 'draining' : phase,
      elapsedMs: phase === 'running' && current ? performance.now() - current.startedAtMs : 0,
      inFlight: current?.inFlight ?? 0,
      waiting: current?.waiting ?? 0,
      summary: recorder.liveSummary(),
    });
  const cancel = (): void => {
    current?.cancel();
    closeSockets();
  };
  hooks.signal.addEventListener('abort', cancel);
  const timer = setInterval(tell, snapshotMs).unref();
  return {
    phase(next: RunPhase): void {
      phase = next;
    },
    follow(load: Load): Load {
      current = load;
      return load;
    },
    stop(): void {
      clearInterval(timer);
      hooks.signal.removeEventListener('abort', cancel);
    },
  };
}

/** In an open loop nobody knows how many will be needed: some, and the others when a request needs them. */
function lanesToOpen(lanes: readonly Lane[], plan: RunPlan): readonly Lane[] {
  return plan.loadModel === 'open' ? lanes.slice(0, openedForRate) : lanes;
}

/**
 * Which lane opens which connection ahead of the clock: each to each origin while that is a moderate number and no more
 * than there are requests, otherwise the one its first request needs.
 */
function pairsToOpen(
  lanes: readonly Lane[],
  requests: readonly WireRequest[],
  pick: (index: number) => number,
  count: number | null,
): (readonly [Lane, Origin])[] {
  const origins = [...new Set(requests.map((request) => request.origin))];
  const all = origins.length * lanes.length;
  if (all <= Math.min(Math.max(openedAhead, 2 * lanes.length), count ?? Infinity)) {
    return lanes.flatMap((lane) => origins.map((origin) => [lane, origin] as const));
  }
  return lanes.flatMap((lane, i) => {
    const origin = requests[pick(i)]?.origin;
    return origin ? [[lane, origin] as const] : [];
  });
}

function withDrained(health: ClientHealth, drained: number, drainMs: number): ClientHealth {
  if (drained === 0) return health;
  const requests = drained === 1 ? '1 request was' : `${drained} requests were`;
  const warning = `${requests} still without a whole answer ${drainMs / 1_000} s after the last one had left, and counted as timeouts.`;
  return { ...health, warnings: [...health.warnings, warning] };
}

/** Requests whose prompts go by the number that each has in the whole load. */
function ofShare(requests: readonly WireRequest[], share: Share): WireRequest[] {
  return requests.map((request) => {
    const { variantAt } = request;
    return variantAt ? { ...request, variantAt: (index) => variantAt(indexIn(share, index)) } : request;
  });
}

async function readSource({ file }: RunInput): Promise<Source | null> {
  return file && { file: file.shownAs, ...(await readGitState(file.path)) };
}
