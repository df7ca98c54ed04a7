import { splitStall } from '../../core/metrics/recorder/stall.ts';
import { sharedNow } from './shared-clock.ts';
import type { SideThread } from './side-thread.ts';

const beatMs = 20;
/** Shorter than that a loop is late all the time. */
const leastMs = 10;

/** Of the standstills of this thread's loop over 10 ms the longest part that was its own work, and the longest that was the machine's; ms. */
export interface LongestStalls {
  readonly ownStallMs: number;
  readonly machineStallMs: number;
}

/** Watches this thread's loop; the returned function stops it and tells. */
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

/** CPU time of the process: what collects garbage in threads of its own belongs to the loop that waits for it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
