import { summaryOf } from '../../core/metrics/summary.ts';
import type { TransportName } from '../../core/vocabulary.ts';
import type { SelfCalibration } from '../../core/record/calibration.ts';
import { loadLoopback, plainAnswer, type LoopbackLoad } from './loopback.ts';
import type { SideThread } from '../machine/side-thread.ts';

/** Concurrency 1 gives the overhead of a request, high concurrency the maximum rate of this client. */
const levels: readonly LoopbackLoad[] = [
  { concurrency: 1, requests: 300, limitMs: 50, answer: plainAnswer },
  { concurrency: 16, requests: 1_000, limitMs: 100, answer: plainAnswer },
];

/**
 * Measures the client overhead in every latency, on a server in the side thread that responds immediately. Requires
 * warm code. Returns undefined if it was aborted or no port is free.
 */
export async function calibrateSelf(
  side: SideThread,
  transport: TransportName,
  signal: AbortSignal,
): Promise<SelfCalibration | undefined> {
  const measured: SelfCalibration[number][] = [];
  for (const level of levels) {
    const sent = await loadLoopback(side, transport, level, signal).catch(() => undefined);
    if (sent === undefined) return undefined;
    const { responses, latencyMs, throughputPerS } = summaryOf(sent.state, sent.summaryOptions, sent);
    if (signal.aborted || latencyMs.median === null || latencyMs.p99 === null) return undefined;
    measured.push({
      concurrency: level.concurrency,
      requests: responses,
      p50Ms: microseconds(latencyMs.median),
      p99Ms: microseconds(latencyMs.p99),
      requestsPerS: Math.round(throughputPerS ?? 0),
    });
  }
  return measured;
}

/** Rounds to microseconds, the resolution of the clock. */
const microseconds = (ms: number): number => Math.round(ms * 1e3) / 1e3;
