import type { TransportName } from '../vocabulary.ts';
import { leastCount } from './statistics/quantiles.ts';
import type { ClientHealth, Distribution, HealthBound, Summary } from './types.ts';

/** Readings of the sending process about itself, from the first `sent` to the last `end`. */
export interface ClientReadings {
  /** Without the resolution of the monitor, ms. */
  readonly eventLoopDelayMedianMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Number of readings behind these three values; with several loops, the smallest. */
  readonly eventLoopReadings: number;
  /** CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number;
  /** The same delay of an idle thread: the part that the machine adds. */
  readonly idleDelayMedianMs: number;
  readonly idleDelayP99Ms: number;
  /** Utilization of the event loop, 0 to 1; with several loops, the highest. */
  readonly loopUtilisation: number;
  /** Number of event loops that sent (default: 1). */
  readonly loops?: number;
  /**
   * Busy time of all loops / time of the run: 1.5 for two loops with a utilization of 75% each (default:
   * `loopUtilisation`).
   */
  readonly busyLoops?: number;
  /** Longest pause of the event loop by cause, ms; see `splitStall`. */
  readonly ownStallMs: number;
  readonly machineStallMs: number;
  /** Null if the system doesn't report it. */
  readonly stealShare: number | null;
  readonly cpuPressureShare: number | null;
  /** Over requests on a used connection, ms; null without one. */
  readonly dispatchGapMedianMs: number | null;
  readonly dispatchGapP99Ms: number | null;
  readonly dispatchGapMaxMs: number | null;
  /**
   * True in the open model if no connection had to be opened during the run. The schedule lag is then the client's own,
   * unless requests were queued for the maximum in flight.
   */
  readonly lagIsOwn: boolean;
  /** Transport that sent the requests. */
  readonly transport: TransportName;
  readonly connectionsOpened: number;
  readonly connectionsReused: number;
  /** ∫ requests in flight dt, in request milliseconds. */
  readonly inFlightIntegralMs: number;
  /**
   * Σ end − sent over all requests including failed ones, ms (`Recorder.requestTimeMs`). Without it, Little's law needs
   * a run without failures.
   */
  readonly requestTimeMs?: number;
  /** Limit that this machine reached, with advice; only if requests failed because of it. */
  readonly clientLimit?: string | undefined;
}

/** Tolerated relative difference between the two sides of Little's law. */
const residualTolerated = 0.05;
/** Tolerated share of a delay in the figure that contains it, for p50 and p99. */
const delayTolerated = { median: 0.05, p99: 0.2 } as const;
/** Delays below this are never reported, ms. */
const toleratedMs = 2;
/** Minimum length of a single pause to be reported, ms, if it is also a large part of the longest latency. */
const standstillMs = 50;
const standstillShare = 0.25;
const busyShare = 0.9;
/** Share of a core above which the client itself is the more likely cause. */
const workingShare = 0.5;
const stealTolerated = 0.05;
/** Tolerated share of the run in which the event loop had work but no core. */
const starvedTolerated = 0.25;
/** Minimum length of a run, ms. A shorter one has too few readings to tell a bottleneck from a start. */
const leastObservedMs = 200;

/** Returns whether the client or its machine may have distorted the numbers. */
export function clientHealth(readings: ClientReadings, summary: Summary): ClientHealth {
  const littlesLawResidual = littlesLaw(readings, summary);
  const answered = isJudged(summary);
  const late = answered ? lateReasons(readings, summary) : { own: [], machine: [] };
  const busy = limitReasons(readings, summary);
  if (answered) busy.push(...busyReasons(readings, summary, littlesLawResidual));
  const taken = answered ? stealReasons(readings, summary) : [];
  const short = answered ? shortageReasons(readings, summary) : [];
  if (taken.length === 0 && short.length > 0 && isWorking(readings)) busy.push(workingReason(readings));
  const bound = boundOf(busy, [...taken, ...short], late);
  const own = [...busy, ...late.own];
  const others = [...taken, ...short, ...late.machine];
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

/** Cause of a delay: the client itself, or a machine that let it wait. */
interface Late {
  readonly own: Reasons;
  readonly machine: Reasons;
}

/**
 * Returns the bound. Delays that a noisy machine causes don't count against the client; the client's own delays do, on
 * any machine.
 */
function boundOf(busy: Reasons, disturbed: Reasons, late: Late): HealthBound | null {
  if (busy.length > 0) return 'client';
  if (disturbed.length > 0) return 'machine';
  if (late.own.length > 0) return 'client';
  return late.machine.length > 0 ? 'machine' : null;
}

/**
 * Returns false if the server stopped responding, or if most requests failed without a response other than a timeout.
 * There is then no latency to explain, and the readings include the failures.
 */
export function isJudged({
  requestsSent,
  responses,
  errors,
  unresponsiveFromMs,
}: Pick<Summary, 'requestsSent' | 'responses' | 'errors' | 'unresponsiveFromMs'>): boolean {
  if (unresponsiveFromMs !== undefined) return false;
  const failures = requestsSent - responses;
  return failures <= responses || 2 * (errors.timeout ?? 0) > failures;
}

/** Returns the reason if the machine reached a limit for connections. */
function limitReasons({ clientLimit }: ClientReadings, { errors }: Summary): string[] {
  const limited = errors.client ?? 0;
  if (limited === 0) return [];
  const requests = limited === 1 ? '1 request' : `${limited} requests`;
  return [`${requests} failed for a limit of this machine. ${clientLimit ?? ''}`.trim()];
}

/** Returns why the client was saturated or misbehaved. */
function busyReasons(readings: ClientReadings, summary: Summary, littlesLawResidual: number | null): string[] {
  const { cpuShare, loopUtilisation, ownStallMs, loops = 1 } = readings;
  const reasons: string[] = [];
  if (wasObserved(summary)) {
    if (cpuShare > busyShare * loops) {
      reasons.push(`${coreUse(readings)}: the server may be able to do more than it was asked for.`);
    } else if (loopUtilisation > busyShare && !isStarved(readings)) {
      reasons.push(
        `The client's event loop was at work for ${percent(loopUtilisation)} of the run: the server may be able to do more than it was asked for.`,
      );
    }
  }
  if (littlesLawResidual !== null && littlesLawResidual > residualTolerated) {
    reasons.push(
      `Requests in flight, throughput and latency disagree by ${percent(littlesLawResidual)} (Little's law): the client may distort these results.`,
    );
  }
  if (isStandstill(ownStallMs, summary)) {
    reasons.push(
      `The client stood still for ${ownStallMs.toFixed(0)} ms at one time, busy with itself: the longest latencies may be its own.`,
    );
  }
  return reasons;
}

/** Quantile by which delays are judged. */
type Judged = keyof typeof delayTolerated;

/** Delay per quantile, ms; null if it is unknown or has too few samples. */
type Delay = Readonly<Record<Judged, number | null>>;

const judgedNames = { median: 'p50', p99: 'p99' } as const;
const leastForP99 = leastCount(0.99);

/** Returns the client's delays and their cause. */
function lateReasons(readings: ClientReadings, summary: Summary): Late {
  const reasons = { own: [] as string[], machine: [] as string[] };
  if (!wasObserved(summary)) return reasons;
  const idle: Record<Judged, number> = { median: readings.idleDelayMedianMs, p99: readings.idleDelayP99Ms };
  const judge = (delay: Delay, words: (late: string) => string, so: string): void => {
    const found = tooLong(delay, summary);
    if (found === undefined) return;
    const { judged, ms, of } = found;
    const late = `${words(`${ms.toFixed(1)} ms`)} (${judgedNames[judged]}), more than ${percent(delayTolerated[judged])} of the ${judgedNames[judged]} ${of}`;
    if (idle[judged] < ms / 2 || isWorking(readings)) reasons.own.push(`${late}: ${so}.`);
    else {
      reasons.machine.push(
        `${late}, and a thread with nothing to do was late by ${idle[judged].toFixed(1)} ms: other work kept the machine busy.`,
      );
    }
  };
  judge(
    delayOf(readings.eventLoopDelayMedianMs, readings.eventLoopDelayP99Ms, readings.eventLoopReadings),
    (ms) => `The client's event loop was late by ${ms}`,
    "latencies include the client's own delay",
  );
  const { scheduleLagMs } = summary;
  const lag = delayOf(scheduleLagMs.median, scheduleLagMs.p99, summary.requestsSent);
  if (readings.lagIsOwn && !waitedForLimit(summary) && tooLong(lag, summary) !== undefined) {
    judge(lag, (ms) => `Requests left late by ${ms}`, "response times include the client's own delay");
  } else {
    judge(
      delayOf(readings.dispatchGapMedianMs, readings.dispatchGapP99Ms, readings.connectionsReused),
      (ms) => `Requests waited in the client before their bytes were written for ${ms}`,
      'the client sent less than it could have',
    );
  }
  return reasons;
}

/** With few samples, p99 is the maximum and may be a single hiccup. */
function delayOf(median: number | null, p99: number | null, samples: number): Delay {
  return { median, p99: samples >= leastForP99 ? p99 : null };
}

/**
 * Returns the quantile that a delay distorts, p50 before p99 because it affects more requests. `of`: name of the
 * figure.
 */
function tooLong(delay: Delay, summary: Summary): { judged: Judged; ms: number; of: string } | undefined {
  for (const judged of ['median', 'p99'] as const) {
    const ms = delay[judged];
    const figure = shortestFigure(judged, summary);
    if (ms === null || figure === undefined) continue;
    if (ms > toleratedMs && ms > delayTolerated[judged] * figure.ms) return { judged, ms, of: figure.name };
  }
  return undefined;
}

/** Returns the smallest displayed and reliable figure, of which the delay is the largest share. */
function shortestFigure(judged: Judged, summary: Summary): { name: string; ms: number } | undefined {
  const figures: [name: string, distribution: Distribution | undefined][] = [
    ['latency', summary.latencyMs],
    ['time to first token', summary.ttftMs],
  ];
  return figures
    .flatMap(([name, distribution]) => {
      const ms = distribution?.[judged] ?? null;
      return ms === null || distribution?.interval95[judged] === null ? [] : [{ name, ms }];
    })
    .toSorted((a, b) => a.ms - b.ms)[0];
}

/** Returns the reason if the hypervisor took CPU time from the machine. */
function stealReasons({ stealShare }: ClientReadings, summary: Summary): string[] {
  if (!wasObserved(summary) || stealShare === null || stealShare <= stealTolerated) return [];
  return [
    `The hypervisor kept ${percent(stealShare)} of this machine's CPU time: latencies include waiting for a processor.`,
  ];
}

/**
 * Returns the reason if the machine had no core for the client because of other work. The client's own work counts if
 * it is the larger part.
 */
function shortageReasons(readings: ClientReadings, summary: Summary): string[] {
  const { machineStallMs } = readings;
  const reasons: string[] = [];
  if (isStandstill(machineStallMs, summary)) {
    reasons.push(
      `The machine stood still for ${machineStallMs.toFixed(0)} ms at one time, not the client alone: the longest latencies may be the machine's.`,
    );
  }
  if (wasObserved(summary) && isStarved(readings)) {
    reasons.push(
      `The client had work to do but no core to do it on for ${percent(starvedShare(readings))} of the run: other work on its machine (the server, if it runs there) took the cores.`,
    );
  }
  return reasons;
}

function isWorking({ cpuShare, loops = 1 }: ClientReadings): boolean {
  return cpuShare >= workingShare * loops;
}

function workingReason(readings: ClientReadings): string {
  return `${coreUse(readings)}: its own work is the likelier cause of the delays below.`;
}

function coreUse({ cpuShare, loops = 1 }: ClientReadings): string {
  return `The client used ${percent(cpuShare)} of a core${loops === 1 ? '' : ` over ${loops} event loops`}`;
}

function isStandstill(ms: number, { latencyMs }: Summary): boolean {
  return latencyMs.max !== null && ms > standstillMs && ms > standstillShare * latencyMs.max;
}

/** An event loop with work uses CPU; otherwise it waits for a core. */
function isStarved(readings: ClientReadings): boolean {
  return starvedShare(readings) > starvedTolerated;
}

/** Returns the mean over several loops, 0 to 1. */
function starvedShare({ cpuShare, loopUtilisation, loops = 1, busyLoops = loopUtilisation }: ClientReadings): number {
  return (busyLoops - cpuShare) / loops;
}

/** Returns the health of a client whose process has crashed. Only the schedule lag of its requests is known. */
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

/**
 * Returns whether a client ran at its limit, so that the server may be faster; any other client that is marked only added delay
 * of its own.
 */
export function isSaturated({ client, errors }: { readonly client: ClientHealth } & Pick<Summary, 'errors'>): boolean {
  const { cpuShare, loopUtilisation, loops } = client;
  return (errors.client ?? 0) > 0 || (cpuShare ?? 0) > busyShare * (loops ?? 1) || (loopUtilisation ?? 0) > busyShare;
}

/** Returns true if a run was long enough for readings of event loop and CPU. */
export function wasObserved({ totalMs }: Summary): boolean {
  return totalMs >= leastObservedMs;
}

/**
 * Returns true if requests were queued for the maximum in flight. They are reported as backlog, and their schedule lag
 * says nothing about the client.
 */
export function waitedForLimit({ backlog }: Pick<Summary, 'backlog'>): boolean {
  return backlog !== undefined && backlog.max > 0;
}

/** Returns true if client readings were lost in a crash. */
export function isLost(client: ClientHealth): boolean {
  return client.cpuShare === null;
}

/**
 * Returns |N − X·R| / N over all completed requests; null if nothing was in flight or requests were cut off. Source:
 * Little's law.
 */
function littlesLaw({ inFlightIntegralMs, requestTimeMs }: ClientReadings, summary: Summary): number | null {
  if (!(inFlightIntegralMs > 0) || summary.requestsCancelled > 0) return null;
  if (requestTimeMs === undefined && summary.responses < summary.requestsSent) return null;
  // X·R over the total time T is Σ latency / T, and N is the integral / T, so T cancels out.
  const spentMs = requestTimeMs ?? (summary.latencyMs.mean ?? 0) * summary.responses;
  return Math.abs(inFlightIntegralMs - spentMs) / inFlightIntegralMs;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
