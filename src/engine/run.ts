import { availableParallelism } from 'node:os';
import { isLoopback } from '../core/endpoints/hosts.ts';
import { LoadlensError } from '../core/errors.ts';
import { clientHealth } from '../core/metrics/client-health.ts';
import type { RecorderState } from '../core/metrics/recorder-state.ts';
import type { ClientHealth, RunPhase, Snapshot } from '../core/metrics/types.ts';
import { evaluateRun } from '../core/plan/objectives.ts';
import { partOf, wholeLoad } from '../core/plan/share.ts';
import type { RunInput } from '../core/plan/types.ts';
import { makeRecord, recordId } from '../core/report/record.ts';
import type { RunRecord, Source } from '../core/report/types.ts';
import { readEnvironment } from './environment.ts';
import { readGitState } from './git.ts';
import { createCounters } from './loops/counter.ts';
import { createLoops, type Loops } from './loops/loops.ts';
import type { LoopsResult } from './loops/results.ts';
import { calibrateSelf } from './self-calibration.ts';
import { watchServer } from './server-use.ts';
import { sideThread } from './side-thread.ts';

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
  /** To how many event loops the run may grow; what the machine has cores for unless set. */
  readonly mostLoops?: number;
}

const snapshotMs = 250;

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
  const lanes = Math.min(plan.concurrency, Math.max(plan.requests ?? Infinity, plan.warmup));
  const { workers } = plan;
  const loops = createLoops(
    {
      plan,
      share,
      targets,
      requests: input.requests,
      secrets: input.secrets,
      version: hooks.version,
      counters: createCounters(),
    },
    { slots: lanes, first: workers ?? 1, most: workers ?? hooks.mostLoops ?? mostLoops(input.requests) },
  );
  const progress = startProgress(loops, hooks);

  try {
    const source = readSource(input);
    await loops.prepare();
    const selfCalibration =
      plan.coldStart || signal.aborted ? undefined : await calibrateSelf(await sideThread(), loops.transport, signal);
    let warmupSent = 0;
    if (plan.warmup > 0 && !signal.aborted) {
      progress.phase('warmup');
      warmupSent = await loops.warmUp();
    }
    const sourceRead = await source;

    if (!signal.aborted) await hooks.beforeClock?.();
    progress.phase('running');
    const startedAt = new Date();
    const stopWatching = hooks.serverPid === undefined ? undefined : watchServer(hooks.serverPid);
    const sent = await loops.run();
    const server = { ...(await stopWatching?.()), ...(sent.notes.length > 0 && { notes: sent.notes }) };
    hooks.onEnd?.(sent.state);
    const { summary, readings, lost } = sent;
    const health = clientHealth(readings, summary);
    return makeRecord({
      id: recordId(startedAt, Math.random),
      name: input.name,
      startedAt: startedAt.toISOString(),
      status: signal.aborted ? 'cancelled' : lost ? 'crashed' : 'completed',
      ...(lost && { stopReason: lostSentence(lost) }),
      plan: input.plan,
      targets,
      summary,
      warmupSent,
      addresses: sent.addresses,
      objectives: evaluateRun(plan, targets, summary),
      failureSamples: sent.failures,
      client: withWarnings(health, sent, plan.drainMs),
      environment: { ...readEnvironment(hooks.version), ...(selfCalibration && { selfCalibration }) },
      source: sourceRead,
      ...(Object.keys(server).length > 0 && { server }),
    });
  } finally {
    progress.stop();
    loops.close();
  }
}

/** Tells the phase and the numbers so far, and lets a cancel end whatever is being sent or opened. */
function startProgress(loops: Loops, hooks: RunHooks) {
  let phase: RunPhase = 'connecting';
  const tell = (): void => {
    const { startedAtMs, inFlight, waiting, draining, summary } = loops.live();
    hooks.onSnapshot?.({
      phase: phase === 'running' && draining ? 'draining' : phase,
      elapsedMs: startedAtMs === undefined ? 0 : Math.max(0, performance.now() - startedAtMs),
      inFlight,
      waiting,
      summary,
    });
  };
  const cancel = (): void => loops.cancel();
  if (hooks.signal.aborted) cancel();
  hooks.signal.addEventListener('abort', cancel);
  const timer = hooks.onSnapshot && setInterval(tell, snapshotMs).unref();
  return {
    phase(next: RunPhase): void {
      phase = next;
    },
    stop(): void {
      clearInterval(timer);
      hooks.signal.removeEventListener('abort', cancel);
    },
  };
}

/** As many loops as there are cores, less one where a server needs it, too. */
function mostLoops(requests: RunInput['requests']): number {
  const isOnThisMachine = requests.some(({ url }) => isLoopback(new URL(url).hostname));
  return Math.max(1, availableParallelism() - (isOnThisMachine ? 1 : 0));
}

function withWarnings(health: ClientHealth, { requestsDrained }: LoopsResult, drainMs: number): ClientHealth {
  const requests = requestsDrained === 1 ? '1 request was' : `${requestsDrained} requests were`;
  const warnings = [
    ...health.warnings,
    ...(requestsDrained === 0
      ? []
      : [
          `${requests} still without a whole answer ${drainMs / 1_000} s after the last one had left, and counted as timeouts.`,
        ]),
  ];
  return { ...health, warnings };
}

/** Says which part of the benchmark failed, in the system's words. */
const lostSentence = (error: Error): string => `A sender thread ended: ${error.message.replace(/\.$/, '')}.`;

async function readSource({ file }: RunInput): Promise<Source | null> {
  return file && { file: file.shownAs, ...(await readGitState(file.path)) };
}
