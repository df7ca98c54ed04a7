import type { TransportName } from '../plan/types.ts';
import type { ClientHealth, HealthBound, Summary } from './types.ts';

/** What the process that sends measures of itself, from the first `sent` to the last `end`. */
export interface ClientReadings {
  /** Without the resolution of the monitor. */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number;
  /** The same of a thread that has nothing to do: what the machine adds. */
  readonly idleDelayP99Ms: number;
  /** Share of the time in which the event loop was at work, not waiting; of several loops the busiest. */
  readonly loopUtilisation: number;
  /** How many event loops sent; 1 unless set. */
  readonly loops?: number;
  /** Time at work of all loops together / time of the run: 1.5 of two loops that each were at work for 75% of it. As `loopUtilisation` unless set. */
  readonly busyLoops?: number;
  /** The longest time for which the loop stood still, by cause: see splitStall. */
  readonly ownStallMs: number;
  readonly machineStallMs: number;
  /** Null where the system does not tell. */
  readonly stealShare: number | null;
  readonly cpuPressureShare: number | null;
  /** Over the requests on a connection used before; null without one. */
  readonly dispatchGapP99Ms: number | null;
  readonly dispatchGapMaxMs: number | null;
  /** True when requests left by the clock and no connection had to be opened meanwhile: their schedule lag is then the client's own, unless they waited for the limit of requests in flight. */
  readonly lagIsOwn: boolean;
  /** What sends. */
  readonly transport: TransportName;
  readonly connectionsOpened: number;
  readonly connectionsReused: number;
  /** ∫ requests in flight dt, in request milliseconds. */
  readonly inFlightIntegralMs: number;
  /** Σ end − sent over all requests, failed ones too (Recorder.requestTimeMs); without it Little's law needs a run without failures. */
  readonly requestTimeMs?: number;
  /** What its machine ran out of, and what to do about it: for the requests that failed for that. */
  readonly clientLimit?: string | undefined;
}

/** Shares of the median latency, and the milliseconds below which nothing is said. */
const tolerated = 0.05;
const toleratedMs = 2;
/** A single standstill: said when it is that long and that much of the longest latency. */
const standstillMs = 50;
const standstillShare = 0.25;
const busyShare = 0.9;
const stealTolerated = 0.05;
/** Share of the run in which the event loop was at work and had no core for it. */
const starvedTolerated = 0.25;
/** A shorter run has too few readings of event loop and CPU to tell a bottleneck from a start. */
const leastObservedMs = 200;

/** Says whether the client itself, or its machine, may have bent the numbers. */
export function clientHealth(readings: ClientReadings, summary: Summary): ClientHealth {
  const littlesLawResidual = littlesLaw(readings, summary);
  const late = lateReasons(readings, summary);
  const busy = busyReasons(readings, summary, littlesLawResidual);
  const disturbed = disturbedReasons(readings, summary);
  const bound = boundOf(busy, disturbed, late);
  const own = [...busy, ...late.own];
  const others = [...disturbed, ...late.machine];
  return {
    eventLoopDelayP99Ms: readings.eventLoopDelayP99Ms,
    eventLoopDelayMaxMs: readings.eventLoopDelayMaxMs,
    cpuShare: readings.cpuShare,
    connectionsOpened: readings.connectionsOpened,
    connectionsReused: readings.connectionsReused,
    scheduleLagP99Ms: summary.scheduleLagMs.p99,
    littlesLawResidual,
    loops: readings.loops ?? 1,
    idleDelayP99Ms: readings.idleDelayP99Ms,
    loopUtilisation: readings.loopUtilisation,
    dispatchGapP99Ms: readings.dispatchGapP99Ms,
    dispatchGapMaxMs: readings.dispatchGapMaxMs,
    ownStallMs: readings.ownStallMs,
    machineStallMs: readings.machineStallMs,
    stealShare: readings.stealShare,
    cpuPressureShare: readings.cpuPressureShare,
    transport: readings.transport,
    bound,
    warnings: bound === 'machine' ? [...others, ...own] : [...own, ...others],
  };
}

type Reasons = readonly string[];

/** Whose doing a delay is: the client's own, or because the machine let it wait. */
interface Late {
  readonly own: Reasons;
  readonly machine: Reasons;
}

/** What a disturbed machine makes late is no fault of the client; what the client does to itself is, on any machine. */
function boundOf(busy: Reasons, disturbed: Reasons, late: Late): HealthBound | null {
  if (busy.length > 0) return 'client';
  if (disturbed.length > 0) return 'machine';
  if (late.own.length > 0) return 'client';
  return late.machine.length > 0 ? 'machine' : null;
}

/** The client had more to do than it could, or did not do what it should. */
function busyReasons(readings: ClientReadings, summary: Summary, littlesLawResidual: number | null): string[] {
  const { cpuShare, loopUtilisation, ownStallMs, loops = 1 } = readings;
  const reasons: string[] = [];
  const limited = summary.errors.client ?? 0;
  if (limited > 0) {
    const requests = limited === 1 ? '1 request' : `${limited} requests`;
    reasons.push(`${requests} failed for a limit of this machine. ${readings.clientLimit ?? ''}`.trim());
  }
  if (wasObserved(summary)) {
    if (cpuShare > busyShare * loops) {
      const over = loops === 1 ? '' : ` over ${loops} event loops`;
      reasons.push(
        `The client used ${percent(cpuShare)} of a core${over}: the server may be able to do more than it was asked for.`,
      );
    } else if (loopUtilisation > busyShare && !isStarved(readings)) {
      reasons.push(
        `The client's event loop was at work for ${percent(loopUtilisation)} of the run: the server may be able to do more than it was asked for.`,
      );
    }
  }
  if (littlesLawResidual !== null && littlesLawResidual > tolerated) {
    reasons.push(
      `Requests in flight, throughput and latency disagree by ${percent(littlesLawResidual)} (Little's law): the client may be the bottleneck.`,
    );
  }
  if (isStandstill(ownStallMs, summary)) {
    reasons.push(
      `The client stood still for ${ownStallMs.toFixed(0)} ms at one time, busy with itself: the longest latencies may be its own.`,
    );
  }
  return reasons;
}

/** What the client did later than it should have. */
function lateReasons(readings: ClientReadings, summary: Summary): Late {
  const reasons = { own: [] as string[], machine: [] as string[] };
  if (!wasObserved(summary)) return reasons;
  const { eventLoopDelayP99Ms, dispatchGapP99Ms, idleDelayP99Ms, lagIsOwn } = readings;
  const scheduleLagP99Ms = summary.scheduleLagMs.p99;
  const medianMs = summary.latencyMs.median;
  const tooLong = (ms: number | null): ms is number =>
    ms !== null && medianMs !== null && ms > toleratedMs && ms > tolerated * medianMs;
  const say = (ms: number, what: string, so: string): void => {
    const late = `${what}, more than 5% of the median latency`;
    if (idleDelayP99Ms < ms / 2) reasons.own.push(`${late}: ${so}.`);
    else {
      reasons.machine.push(
        `${late}, and a thread with nothing to do was late by ${idleDelayP99Ms.toFixed(1)} ms: other work kept the machine busy.`,
      );
    }
  };
  if (tooLong(eventLoopDelayP99Ms)) {
    say(
      eventLoopDelayP99Ms,
      `The client's event loop was late by ${eventLoopDelayP99Ms.toFixed(1)} ms (p99)`,
      "latencies include the client's own delay",
    );
  }
  if (lagIsOwn && !waitedForLimit(summary) && tooLong(scheduleLagP99Ms)) {
    say(
      scheduleLagP99Ms,
      `Requests left ${scheduleLagP99Ms.toFixed(1)} ms late (p99)`,
      'the client may be the bottleneck',
    );
  } else if (tooLong(dispatchGapP99Ms)) {
    say(
      dispatchGapP99Ms,
      `Requests waited for ${dispatchGapP99Ms.toFixed(1)} ms (p99) in the client before their bytes were written`,
      'the client may be the bottleneck',
    );
  }
  return reasons;
}

/** Something else took the machine from the client. */
function disturbedReasons(readings: ClientReadings, summary: Summary): string[] {
  const { machineStallMs, stealShare } = readings;
  const reasons: string[] = [];
  if (isStandstill(machineStallMs, summary)) {
    reasons.push(
      `The machine stood still for ${machineStallMs.toFixed(0)} ms at one time, not the client alone: the longest latencies may be the machine's.`,
    );
  }
  if (wasObserved(summary) && stealShare !== null && stealShare > stealTolerated) {
    reasons.push(
      `The hypervisor kept ${percent(stealShare)} of this machine's CPU time: latencies include waiting for a processor.`,
    );
  }
  if (wasObserved(summary) && isStarved(readings)) {
    reasons.push(
      `The client had work to do but no core to do it on for ${percent(starvedShare(readings))} of the run: other work on its machine (the server, if it runs there) took the cores.`,
    );
  }
  return reasons;
}

function isStandstill(ms: number, { latencyMs }: Summary): boolean {
  return latencyMs.max !== null && ms > standstillMs && ms > standstillShare * latencyMs.max;
}

/** An event loop at work computes; when it does not, it waits for a core. */
function isStarved(readings: ClientReadings): boolean {
  return starvedShare(readings) > starvedTolerated;
}

/** Of several loops the mean. */
function starvedShare({ cpuShare, loopUtilisation, loops = 1, busyLoops = loopUtilisation }: ClientReadings): number {
  return (busyLoops - cpuShare) / loops;
}

/** The health of a client whose process is gone: of its readings only the lag of its requests is left. */
export function lostHealth(summary: Summary): ClientHealth {
  return {
    eventLoopDelayP99Ms: null,
    eventLoopDelayMaxMs: null,
    cpuShare: null,
    connectionsOpened: null,
    connectionsReused: null,
    scheduleLagP99Ms: summary.scheduleLagMs.p99,
    littlesLawResidual: null,
    warnings: [],
  };
}

/** True when a run was long enough for readings of event loop and CPU to mean something. */
export function wasObserved({ totalMs }: Summary): boolean {
  return totalMs >= leastObservedMs;
}

/** True when requests waited for the limit of requests in flight: that is told as a backlog, and their schedule lag says nothing of the client. */
export function waitedForLimit({ backlog }: Pick<Summary, 'backlog'>): boolean {
  return backlog !== undefined && backlog.max > 0;
}

/** True when the process that sent took its readings along. */
export function isLost(client: ClientHealth): boolean {
  return client.cpuShare === null;
}

/** |N − X·R| / N over all requests that ended; null when it cannot be told: nothing in flight, or requests cut off. */
function littlesLaw({ inFlightIntegralMs, requestTimeMs }: ClientReadings, summary: Summary): number | null {
  if (!(inFlightIntegralMs > 0) || summary.requestsCancelled > 0) return null;
  if (requestTimeMs === undefined && summary.responses < summary.requestsSent) return null;
  // X·R over the total time T is Σ latency / T, and N is the integral / T: T drops out.
  const spentMs = requestTimeMs ?? (summary.latencyMs.mean ?? 0) * summary.responses;
  return Math.abs(inFlightIntegralMs - spentMs) / inFlightIntegralMs;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
