import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { watchMachine, type MachineReadings } from './machine.ts';
import type { SideThread } from './side-thread.ts';
import { watchStalls, type LongestStalls } from './stalls.ts';

/** Costs under 1 % of a core; finer ones cost more than they tell. */
const resolutionMs = 10;

/** What this process says of itself and of its machine over a stretch of time. */
export interface ProcessReadings extends LongestStalls, MachineReadings {
  readonly elapsedMs: number;
  readonly eventLoopDelayMedianMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** How many readings these come from. */
  readonly eventLoopReadings: number;
  /** The same of the side thread, which has nothing to do. */
  readonly idleDelayMedianMs: number;
  readonly idleDelayP99Ms: number;
  /** Share of the time in which the event loop was at work. */
  readonly loopUtilisation: number;
  readonly cpuShare: number;
}

/** The monitor measures from tick to tick: its readings include the time between two ticks. */
const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);

/** Starts reading; the returned function stops it and tells. */
export function startReadings(side: SideThread): () => ProcessReadings {
  const machine = watchMachine();
  const stalls = watchStalls(side);
  const idleDelay = side.countDelays();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const loop = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const startedAtMs = performance.now();
  delay.enable();
  return () => {
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const idle = idleDelay();
    const elapsedMs = Math.max(performance.now() - startedAtMs, Number.EPSILON);
    return {
      elapsedMs,
      eventLoopDelayMedianMs: delay.count === 0 ? 0 : beyond(delay.percentile(50)),
      eventLoopDelayP99Ms: delay.count === 0 ? 0 : beyond(delay.percentile(99)),
      eventLoopDelayMaxMs: delay.count === 0 ? 0 : beyond(delay.max),
      eventLoopReadings: delay.count,
      idleDelayMedianMs: idle.medianMs,
      idleDelayP99Ms: idle.p99Ms,
      loopUtilisation: performance.eventLoopUtilization(loop).utilization,
      cpuShare: (user + system) / 1_000 / elapsedMs,
      ...stalls(),
      ...machine(),
    };
  };
}
