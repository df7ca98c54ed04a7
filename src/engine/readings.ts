import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Costs under 1 % of a core; finer ones cost more than they tell. */
const resolutionMs = 10;

/** What this process says of itself over a stretch of time. */
export interface ProcessReadings {
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  readonly cpuShare: number;
}

/** The monitor measures from tick to tick: its readings include the time between two ticks. */
const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);

/** Starts reading; the returned function stops it and tells. */
export function startReadings(): () => ProcessReadings {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const cpu = process.cpuUsage();
  const startedAtMs = performance.now();
  delay.enable();
  return () => {
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const elapsedMs = Math.max(performance.now() - startedAtMs, Number.EPSILON);
    return {
      eventLoopDelayP99Ms: delay.count === 0 ? 0 : beyond(delay.percentile(99)),
      eventLoopDelayMaxMs: delay.count === 0 ? 0 : beyond(delay.max),
      cpuShare: (user + system) / 1_000 / elapsedMs,
    };
  };
}
