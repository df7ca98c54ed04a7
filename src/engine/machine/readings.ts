import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { watchMachine, type MachineReadings } from './machine.ts';
import type { SideThread } from './side-thread.ts';
import { watchStalls, type LongestStalls } from './stalls.ts';

/**
 * Resolution of the event loop monitor, ms. It costs less than 1% of a core; a finer one costs more without better
 * readings.
 */
const resolutionMs = 10;

/** Readings of this process and its machine over a period. */
export interface ProcessReadings extends LongestStalls, MachineReadings {
  readonly elapsedMs: number;
  readonly eventLoopDelayMedianMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Number of readings behind the event loop delays. */
  readonly eventLoopReadings: number;
  /** Delay of the idle side thread, p50, ms. */
  readonly idleDelayMedianMs: number;
  readonly idleDelayP99Ms: number;
  /** Utilization of the event loop, 0 to 1. */
  readonly loopUtilisation: number;
  readonly cpuShare: number;
}

/** The monitor measures from tick to tick, so its readings include the interval between two ticks. */
const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);

/** Starts reading. The returned function stops it and returns the readings. */
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
