import type { ClientHealth, Summary } from './types.ts';

/** What the process that sends measures of itself, from the first `sent` to the last `end`. */
export interface ClientReadings {
  /** Without the resolution of the monitor. */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number;
  readonly connectionsOpened: number;
  readonly connectionsReused: number;
  /** ∫ requests in flight dt, in request milliseconds. */
  readonly inFlightIntegralMs: number;
  /** Σ end − sent over all requests, failed ones too (Recorder.requestTimeMs); without it Little's law needs a run without failures. */
  readonly requestTimeMs?: number;
}

/** Shares of the median latency, and the milliseconds below which nothing is said. */
const tolerated = 0.05;
const toleratedMs = 2;
/** A single standstill: said when it is that long and that much of the longest latency. */
const standstillMs = 50;
const standstillShare = 0.25;
const busyShare = 0.9;
/** A shorter run has too few readings of event loop and CPU to tell a bottleneck from a start. */
const leastObservedMs = 200;

/** Says whether the client itself may have bent the numbers. */
export function clientHealth(readings: ClientReadings, summary: Summary): ClientHealth {
  const { eventLoopDelayP99Ms, eventLoopDelayMaxMs, cpuShare, connectionsOpened, connectionsReused } = readings;
  const littlesLawResidual = littlesLaw(readings, summary);
  const scheduleLagP99Ms = summary.scheduleLagMs.p99;
  const medianMs = summary.latencyMs.median;
  const longestMs = summary.latencyMs.max;
  const warnings: string[] = [];
  const tooLong = (ms: number): boolean => medianMs !== null && ms > toleratedMs && ms > tolerated * medianMs;

  if (littlesLawResidual !== null && littlesLawResidual > tolerated) {
    warnings.push(
      `Requests in flight, throughput and latency disagree by ${percent(littlesLawResidual)} (Little's law): the client may be the bottleneck.`,
    );
  }
  const observed = wasObserved(summary);
  if (observed && tooLong(eventLoopDelayP99Ms)) {
    warnings.push(
      `The client's event loop was late by ${eventLoopDelayP99Ms.toFixed(1)} ms (p99), more than 5% of the median latency: latencies include the client's own delay.`,
    );
  }
  // Where requests waited for the limit of requests in flight, that is told as a backlog: it says nothing of the client.
  const waited = (summary.backlog?.max ?? 0) > 0;
  if (scheduleLagP99Ms !== null && !waited && tooLong(scheduleLagP99Ms)) {
    warnings.push(
      `Requests left ${scheduleLagP99Ms.toFixed(1)} ms late (p99), more than 5% of the median latency: the client may be the bottleneck.`,
    );
  }
  if (longestMs !== null && eventLoopDelayMaxMs > standstillMs && eventLoopDelayMaxMs > standstillShare * longestMs) {
    warnings.push(
      `The client stood still for ${eventLoopDelayMaxMs.toFixed(0)} ms at one time: the longest latencies may be its own.`,
    );
  }
  if (observed && cpuShare > busyShare) {
    warnings.push(
      `The client used ${percent(cpuShare)} of a core: the server may be able to do more than it was asked for.`,
    );
  }
  return {
    eventLoopDelayP99Ms,
    eventLoopDelayMaxMs,
    cpuShare,
    connectionsOpened,
    connectionsReused,
    scheduleLagP99Ms,
    littlesLawResidual,
    warnings,
  };
}

/** The health of a client whose process is gone: of its readings only the lag of its requests is left. */
export function lostHealth(summary: Summary, warning: string): ClientHealth {
  return {
    eventLoopDelayP99Ms: null,
    eventLoopDelayMaxMs: null,
    cpuShare: null,
    connectionsOpened: null,
    connectionsReused: null,
    scheduleLagP99Ms: summary.scheduleLagMs.p99,
    littlesLawResidual: null,
    warnings: [warning],
  };
}

/** True when a run was long enough for readings of event loop and CPU to mean something. */
export function wasObserved({ totalMs }: Summary): boolean {
  return totalMs >= leastObservedMs;
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
