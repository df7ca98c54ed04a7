import {
  busyReasons,
  lateReasons,
  limitReasons,
  shortageReasons,
  stealReasons,
  workingReason,
  type LateReasons,
  type Reasons,
} from './client-warnings.ts';
import { isWorking, type ClientReadings } from './client-readings.ts';
import type { ClientHealth, HealthBound, Summary } from '../types.ts';

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

/**
 * Returns the bound. Delays that a noisy machine causes don't count against the client; the client's own delays do, on
 * any machine.
 */
function boundOf(busy: Reasons, disturbed: Reasons, late: LateReasons): HealthBound | null {
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
