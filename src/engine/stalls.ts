import { stallCause } from '../core/metrics/stall.ts';
import { sharedNow, type SideThread } from './side-thread.ts';

const beatMs = 20;
/** Shorter than that a loop is late all the time. */
const leastMs = 10;

/** The longest time for which this thread's loop stood still, ms, by its own work and because the machine did; 0 = none over 10 ms. */
export interface LongestStalls {
  readonly ownStallMs: number;
  readonly machineStallMs: number;
}

/** Watches this thread's loop; the returned function stops it and tells. */
export function watchStalls(side: SideThread): () => LongestStalls {
  const longestMs = { own: 0, machine: 0 };
  const last = { atMs: sharedNow(), cpuMs: cpuMs() };
  const beat = (): void => {
    const now = sharedNow();
    const used = cpuMs();
    const dueMs = last.atMs + beatMs;
    if (now - dueMs > leastMs) {
      const cause = stallCause([dueMs, now], side.late(), used - last.cpuMs);
      longestMs[cause] = Math.max(longestMs[cause], now - dueMs);
    }
    last.atMs = now;
    last.cpuMs = used;
  };
  const timer = setInterval(beat, beatMs);
  return () => {
    clearInterval(timer);
    beat();
    return { ownStallMs: longestMs.own, machineStallMs: longestMs.machine };
  };
}

/** CPU time of the process: what collects garbage in threads of its own belongs to the loop that waits for it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
