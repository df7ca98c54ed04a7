import type { StreamedRequest } from '../../../src/core/metrics/types.ts';

/** Phase of a streamed request: waiting to be sent, for its first token, for the next tokens, or stalled. */
export type PhaseKind = 'wait' | 'ttft' | 'generation' | 'stall';

/** A stretch of a request. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Shortest stall, as a multiple of the median gap of the run. */
const stallFactor = 3;

/** The stretches of a request, one after the other. */
export function requestPhases(request: StreamedRequest, medianGapMs: number | null): Phase[] {
  const { scheduledMs, sentMs, endMs, firstTokenMs, lastTokenMs } = request;
  const phases: Phase[] = [
    { kind: 'wait', fromMs: scheduledMs, toMs: sentMs },
    { kind: 'ttft', fromMs: sentMs, toMs: firstTokenMs ?? endMs },
  ];
  if (firstTokenMs !== null) {
    let from = firstTokenMs;
    for (const gap of request.longestGapsMs) {
      if (!isStall(gap, medianGapMs)) continue;
      phases.push({ kind: 'generation', fromMs: from, toMs: gap[0] }, { kind: 'stall', fromMs: gap[0], toMs: gap[1] });
      from = gap[1];
    }
    phases.push({ kind: 'generation', fromMs: from, toMs: lastTokenMs ?? endMs });
  }
  // A tenth of a millisecond is what stamps are rounded to.
  return phases.filter(({ fromMs, toMs }) => toMs - fromMs >= 0.1);
}

/** Whether a gap between two chunks is much longer than the others. */
export function isStall([from, to]: readonly [from: number, to: number], medianGapMs: number | null): boolean {
  return medianGapMs !== null && to - from > stallFactor * medianGapMs;
}
