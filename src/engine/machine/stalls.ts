import { splitStall } from '../../core/metrics/recorder/stall.ts';
import { sharedNow } from './shared-clock.ts';
import type { SideThread } from './side-thread.ts';

const beatMs = 20;
/** Shorter delays of a loop are normal, ms. */
const leastMs = 10;

/**
 * Longest pauses of this thread's loop over 10 ms: the longest part caused by its own work, and the longest part caused
 * by the machine, ms.
 */
export interface LongestStalls {
  readonly ownStallMs: number;
  readonly machineStallMs: number;
}

/** Starts watching this thread's loop. The returned function stops it and returns the longest pauses. */
export function watchStalls(side: SideThread): () => LongestStalls {
  const longest = { ownStallMs: 0, machineStallMs: 0 };
  const last = { atMs: sharedNow(), cpuMs: cpuMs() };
  const beat = (): void => {
    const now = sharedNow();
    const used = cpuMs();
    const dueMs = last.atMs + beatMs;
    if (now - dueMs > leastMs) {
      const { ownMs, machineMs } = splitStall([dueMs, now], side.late(), used - last.cpuMs);
      longest.ownStallMs = Math.max(longest.ownStallMs, ownMs);
      longest.machineStallMs = Math.max(longest.machineStallMs, machineMs);
    }
    last.atMs = now;
    last.cpuMs = used;
  };
  const timer = setInterval(beat, beatMs);
  return () => {
    clearInterval(timer);
    beat();
    return longest;
  };
}

/** Returns the CPU time of the process, ms. Garbage collection runs in its own threads, and the loop waits for it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
