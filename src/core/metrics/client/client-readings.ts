import type { TransportName } from '../../vocabulary.ts';
import type { ClientHealth, Summary } from '../types.ts';

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

/** Share of the run above which an event loop or its core is busy. */
export const busyShare = 0.9;
/** Share of a core above which the client itself is the more likely cause. */
const workingShare = 0.5;
/** Tolerated share of the run in which the event loop had work but no core. */
const starvedTolerated = 0.25;
/** Minimum length of a run, ms. A shorter one has too few readings to tell a bottleneck from a start. */
const leastObservedMs = 200;

/** Returns true if the client used half a core or more per event loop, so that it is the likelier cause of delays. */
export function isWorking({ cpuShare, loops = 1 }: ClientReadings): boolean {
  return cpuShare >= workingShare * loops;
}

/** Returns true if the event loop had work but no core: with a core, it would have used CPU. */
export function isStarved(readings: ClientReadings): boolean {
  return starvedShare(readings) > starvedTolerated;
}

/** Returns the share of the run in which an event loop had work but no core, mean of all loops, 0 to 1. */
export function starvedShare({
  cpuShare,
  loopUtilisation,
  loops = 1,
  busyLoops = loopUtilisation,
}: ClientReadings): number {
  return (busyLoops - cpuShare) / loops;
}

/**
 * Returns true if the client ran at its limit, so that the server may be faster. Any other client with warnings only added
 * delay.
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
