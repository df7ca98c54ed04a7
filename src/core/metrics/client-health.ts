import type { TransportName } from '../vocabulary.ts';
import { leastCount } from './statistics/quantiles.ts';
import type { ClientHealth, Distribution, HealthBound, Summary } from './types.ts';

/** What the process that sends measures of itself, from the first `sent` to the last `end`. */
export interface ClientReadings {
  /** Without the resolution of the monitor. */
  readonly eventLoopDelayMedianMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** How many readings these three come from; of several loops the fewest. */
  readonly eventLoopReadings: number;
  /** CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number;
  /** The same of a thread that has nothing to do: what the machine adds. */
  readonly idleDelayMedianMs: number;
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
  readonly dispatchGapMedianMs: number | null;
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

/** The two sides of Little's law may differ by this share. */
const residualTolerated = 0.05;
/** A delay may be so much of the figure that it is in: the p50 delay of the p50 shown, the p99 delay of the p99 shown … */
const delayTolerated = { median: 0.05, p99: 0.2 } as const;
/** … and is never mentioned below this. */
const toleratedMs = 2;
/** A single standstill: said when it is that long and that much of the longest latency. */
const standstillMs = 50;
const standstillShare = 0.25;
const busyShare = 0.9;
/** A client that computes for so much of a core is the likelier cause of what may be the machine's doing or its own. */
const workingShare = 0.5;
const stealTolerated = 0.05;
/** Share of the run in which the event loop was at work and had no core for it. */
const starvedTolerated = 0.25;
/** A shorter run has too few readings of event loop and CPU to tell a bottleneck from a start. */
const leastObservedMs = 200;

/** Says whether the client itself, or its machine, may have bent the numbers. */
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

/**
 * Returns false when the server stopped responding, or when most requests failed without a response and not for lack of time:
 * then no time is to be explained, and readings cover the failures, too.
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

/** The machine has run out of what a connection takes. */
function limitReasons({ clientLimit }: ClientReadings, { errors }: Summary): string[] {
  const limited = errors.client ?? 0;
  if (limited === 0) return [];
  const requests = limited === 1 ? '1 request' : `${limited} requests`;
  return [`${requests} failed for a limit of this machine. ${clientLimit ?? ''}`.trim()];
}

/** The client had more to do than it could, or did not do what it should. */
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

/** A quantile by which delays are judged. */
type Judged = keyof typeof delayTolerated;

/** How late something was; null where that isn't known, or has too few samples to be judged. */
type Delay = Readonly<Record<Judged, number | null>>;

const judgedNames = { median: 'p50', p99: 'p99' } as const;
const leastForP99 = leastCount(0.99);

/** What the client did later than it should have. */
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

/** A 99th percentile of a few samples is the largest of them: one hiccup. */
function delayOf(median: number | null, p99: number | null, samples: number): Delay {
  return { median, p99: samples >= leastForP99 ? p99 : null };
}

/** The quantile that a delay distorts, the p50 before the p99: more requests have it. `of`: the figure. */
function tooLong(delay: Delay, summary: Summary): { judged: Judged; ms: number; of: string } | undefined {
  for (const judged of ['median', 'p99'] as const) {
    const ms = delay[judged];
    const figure = shortestFigure(judged, summary);
    if (ms === null || figure === undefined) continue;
    if (ms > toleratedMs && ms > delayTolerated[judged] * figure.ms) return { judged, ms, of: figure.name };
  }
  return undefined;
}

/** Of the figures of a request that are shown and reliable, the one that a delay is the largest share of. */
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

/** The hypervisor took the machine from the client. */
function stealReasons({ stealShare }: ClientReadings, summary: Summary): string[] {
  if (!wasObserved(summary) || stealShare === null || stealShare <= stealTolerated) return [];
  return [
    `The hypervisor kept ${percent(stealShare)} of this machine's CPU time: latencies include waiting for a processor.`,
  ];
}

/** The machine had no core for the client: for other work, unless the client's own is the larger part of it. */
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

/**
 * Returns whether a client ran at its limit, so that the server may be faster; any other client that is marked only added delay
 * of its own.
 */
export function isSaturated({ client, errors }: { readonly client: ClientHealth } & Pick<Summary, 'errors'>): boolean {
  const { cpuShare, loopUtilisation, loops } = client;
  return (errors.client ?? 0) > 0 || (cpuShare ?? 0) > busyShare * (loops ?? 1) || (loopUtilisation ?? 0) > busyShare;
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
