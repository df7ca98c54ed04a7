import { leastCount } from '../statistics/quantiles.ts';
import {
  busyShare,
  isStarved,
  isWorking,
  starvedShare,
  waitedForLimit,
  wasObserved,
  type ClientReadings,
} from './client-readings.ts';
import type { Distribution, Summary } from '../types.ts';

/** Tolerated relative difference between the two sides of Little's law. */
const residualTolerated = 0.05;
/** Tolerated share of a delay in the figure that contains it, for p50 and p99. */
const delayTolerated = { median: 0.05, p99: 0.2 } as const;
/** Delays below this are never reported, ms. */
const toleratedMs = 2;
/** Minimum length of a single pause to be reported, ms, if it is also a large part of the longest latency. */
const standstillMs = 50;
const standstillShare = 0.25;
const stealTolerated = 0.05;

/** Warnings for the same cause. */
export type Reasons = readonly string[];

/** Warnings about delays of the client itself, and about those that a noisy machine caused. */
export interface LateReasons {
  readonly own: Reasons;
  readonly machine: Reasons;
}

/** Returns the reason if the machine reached a limit for connections. */
export function limitReasons({ clientLimit }: ClientReadings, { errors }: Summary): string[] {
  const limited = errors.client ?? 0;
  if (limited === 0) return [];
  const requests = limited === 1 ? '1 request' : `${limited} requests`;
  return [`${requests} failed because of a limit of this machine. ${clientLimit ?? ''}`.trim()];
}

/** Returns why the client was saturated or misbehaved. */
export function busyReasons(readings: ClientReadings, summary: Summary, littlesLawResidual: number | null): string[] {
  const { cpuShare, loopUtilisation, ownStallMs, loops = 1 } = readings;
  const reasons: string[] = [];
  if (wasObserved(summary)) {
    if (cpuShare > busyShare * loops) {
      reasons.push(`${coreUse(readings)}. The server may be faster.`);
    } else if (loopUtilisation > busyShare && !isStarved(readings)) {
      reasons.push(
        `The client's event loop was busy for ${percent(loopUtilisation)} of the run. The server may be faster.`,
      );
    }
  }
  if (littlesLawResidual !== null && littlesLawResidual > residualTolerated) {
    reasons.push(
      `Requests in flight, throughput, and latency disagree by ${percent(littlesLawResidual)} (Little's law). The client may distort these results.`,
    );
  }
  if (isStandstill(ownStallMs, summary)) {
    reasons.push(
      `The client paused for ${ownStallMs.toFixed(0)} ms because of its own work. The longest latencies may include this pause.`,
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
export function lateReasons(readings: ClientReadings, summary: Summary): LateReasons {
  const reasons = { own: [] as string[], machine: [] as string[] };
  if (!wasObserved(summary)) return reasons;
  const idle: Record<Judged, number> = { median: readings.idleDelayMedianMs, p99: readings.idleDelayP99Ms };
  const judge = (delay: Delay, name: string, effect: string): void => {
    const found = tooLong(delay, summary);
    if (found === undefined) return;
    const { judged, ms, of } = found;
    const late = `The client's ${name} of ${ms.toFixed(1)} ms (${judgedNames[judged]}) is more than ${percent(delayTolerated[judged])} of the ${judgedNames[judged]} ${of}.`;
    if (idle[judged] < ms / 2 || isWorking(readings)) reasons.own.push(`${late} ${effect}`);
    else {
      reasons.machine.push(
        `${late} An idle thread had a delay of ${idle[judged].toFixed(1)} ms, so other work kept the machine busy.`,
      );
    }
  };
  judge(
    delayOf(readings.eventLoopDelayMedianMs, readings.eventLoopDelayP99Ms, readings.eventLoopReadings),
    'event loop delay',
    'Latencies include this delay.',
  );
  const { scheduleLagMs } = summary;
  const lag = delayOf(scheduleLagMs.median, scheduleLagMs.p99, summary.requestsSent);
  if (readings.lagIsOwn && !waitedForLimit(summary) && tooLong(lag, summary) !== undefined) {
    judge(lag, 'schedule lag', 'Response times include this delay.');
  } else {
    judge(
      delayOf(readings.dispatchGapMedianMs, readings.dispatchGapP99Ms, readings.connectionsReused),
      'delay from dispatch to write',
      'The client sent less load than it could have.',
    );
  }
  return reasons;
}

/** Returns a delay without its p99 if that's the maximum of few samples, which may be a single hiccup. */
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
export function stealReasons({ stealShare }: ClientReadings, summary: Summary): string[] {
  if (!wasObserved(summary) || stealShare === null || stealShare <= stealTolerated) return [];
  return [
    `The hypervisor took ${percent(stealShare)} of this machine's CPU time. Latencies include waiting for a processor.`,
  ];
}

/**
 * Returns the reason if the machine had no core for the client because of other work. The client's own work counts if
 * it is the larger part.
 */
export function shortageReasons(readings: ClientReadings, summary: Summary): string[] {
  const { machineStallMs } = readings;
  const reasons: string[] = [];
  if (isStandstill(machineStallMs, summary)) {
    reasons.push(
      `The machine paused for ${machineStallMs.toFixed(0)} ms. The longest latencies may include this pause.`,
    );
  }
  if (wasObserved(summary) && isStarved(readings)) {
    reasons.push(
      `The client waited for a core for ${percent(starvedShare(readings))} of the run. Other work on this machine, such as the server, took the cores.`,
    );
  }
  return reasons;
}

/** Returns the reason if the client's own work is the likelier cause of a shortage. */
export function workingReason(readings: ClientReadings): string {
  return `${coreUse(readings)}. Its own work is the likelier cause of the delays below.`;
}

function coreUse({ cpuShare, loops = 1 }: ClientReadings): string {
  return `The client used ${percent(cpuShare)} of a core${loops === 1 ? '' : ` over ${loops} event loops`}`;
}

function isStandstill(ms: number, { latencyMs }: Summary): boolean {
  return latencyMs.max !== null && ms > standstillMs && ms > standstillShare * latencyMs.max;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
