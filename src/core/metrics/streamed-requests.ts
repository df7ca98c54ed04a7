import type { Sample, StreamedRequest, StreamSample } from './types.ts';

const mostKept = 50;
const mostGaps = 3;

/** A sample of the streamed requests of a run, evenly spread over it. */
export interface StreamedRequests {
  kept: StreamedRequest[];
  /** Total number of streamed requests. */
  seen: number;
  /** Interval between kept requests, doubled whenever there are too many. */
  every: number;
}

/** Creates an empty sample. */
export function createStreamedRequests(): StreamedRequests {
  return { kept: [], seen: 0, every: 1 };
}

/** Adds a completed streamed request. */
export function addStreamedRequest(
  requests: StreamedRequests,
  target: string,
  sample: Sample,
  stream: StreamSample,
): void {
  const index = requests.seen++;
  if (index % requests.every !== 0) return;
  if (requests.kept.length === mostKept) {
    requests.kept = eachNth(requests.kept, 2);
    requests.every *= 2;
    if (index % requests.every !== 0) return;
  }
  requests.kept.push(asKept(target, sample, stream));
}

/**
 * Merges samples at the density of the sparsest one or less, so that no more are kept than of one run. Changes none of
 * them.
 */
export function mergeStreamedRequests(parts: readonly StreamedRequests[]): StreamedRequests {
  let every = Math.max(1, ...parts.map((part) => part.every));
  let kept = parts.flatMap((part) => eachNth(part.kept, every / part.every)).toSorted((a, b) => a.sentMs - b.sentMs);
  while (kept.length > mostKept) {
    kept = eachNth(kept, 2);
    every *= 2;
  }
  return { kept, seen: parts.reduce((sum, { seen }) => sum + seen, 0), every };
}

/** Returns the kept requests by their time of sending. */
export function streamedRequestsOf({ kept }: StreamedRequests): readonly StreamedRequest[] {
  return kept.toSorted((a, b) => a.sentMs - b.sentMs);
}

function eachNth(requests: readonly StreamedRequest[], n: number): StreamedRequest[] {
  return requests.filter((_, index) => index % n === 0);
}

function asKept(target: string, sample: Sample, stream: StreamSample): StreamedRequest {
  const { scheduledMs, sentMs, endMs, status, error, outputTokens } = sample;
  const { firstTokenMs, lastTokenMs, chunks } = stream;
  return {
    target,
    scheduledMs,
    sentMs,
    firstTokenMs: numberOrNull(firstTokenMs),
    lastTokenMs: numberOrNull(lastTokenMs),
    endMs,
    status,
    ...(error === undefined ? {} : { error }),
    chunks,
    outputTokens: outputTokens ?? null,
    longestGapsMs: longestGaps(stream),
  };
}

function longestGaps({ firstTokenMs, chunks, gapsMs, sinceFirstMs }: StreamSample): [from: number, to: number][] {
  const longest: [from: number, to: number][] = [];
  let at = firstTokenMs;
  for (let index = 0; index < chunks - 1; index++) {
    const gapMs = gapsMs[index] ?? 0;
    if (Number.isNaN(gapMs)) continue;
    if (sinceFirstMs !== undefined) at = firstTokenMs + (sinceFirstMs[index] ?? 0) - gapMs;
    const gap: [from: number, to: number] = [at, at + gapMs];
    at = gap[1];
    longest.push(gap);
    if (longest.length > mostGaps) longest.splice(shortestOf(longest), 1);
  }
  return longest;
}

function shortestOf(gaps: readonly (readonly [from: number, to: number])[]): number {
  const lengths = gaps.map(([from, to]) => to - from);
  return lengths.indexOf(Math.min(...lengths));
}

function numberOrNull(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms;
}
