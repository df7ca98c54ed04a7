import type { StreamSample } from '../../src/core/metrics/types.ts';
import { streamTimes } from '../../src/core/metrics/streams.ts';
import { time, timeCount } from '../../src/core/metrics/times.ts';
import { createStreamReader, type Expected } from '../../src/engine/answers/stream-reader.ts';

/** Expectations of responses before their first byte. */
export const openai: Expected = { anyEvents: false, stream: true, type: 'text/event-stream' };
export const ollama: Expected = { anyEvents: false, stream: true, type: 'application/x-ndjson' };
export const sse: Expected = { anyEvents: true, stream: true, type: 'text/event-stream' };
export const untyped: Expected = { anyEvents: false, stream: true, type: '' };
export const untypedEvents: Expected = { anyEvents: true, stream: true, type: '' };

/** Returns the outcome of pieces that arrive at these times, ms (default: 10 ms apart from 0). */
export function readStream(
  expected: Expected,
  pieces: readonly (string | Uint8Array)[],
  whole = true,
  atMs: readonly number[] = pieces.map((_, i) => i * 10),
) {
  const reader = createStreamReader((work) => work());
  reader.begin(expected);
  pieces.forEach((piece, i) => reader.add(Buffer.from(piece), atMs[i]!));
  const { stream, usage, hiddenTokens, notes, failure } = reader.end(whole);
  const chunks = stream?.chunks ?? 0;
  const gaps = stream === undefined ? [] : [...stream.gapsMs.subarray(0, Math.max(0, chunks - 1))];
  const tokens = usage && { source: usage.source, tokens: usage.tokens, reasoningTokens: usage.reasoningTokens };
  return {
    streamed: stream !== undefined,
    chunks,
    first: stream?.firstTokenMs ?? Number.NaN,
    last: stream?.lastTokenMs ?? Number.NaN,
    gaps,
    sinceFirst: stream?.sinceFirstMs === undefined ? undefined : [...stream.sinceFirstMs.subarray(0, chunks - 1)],
    /** As core/metrics has it. */
    tpot: stream === undefined ? Number.NaN : tpotOf(stream, usage?.tokens ?? 0),
    untimedTokens: stream?.untimedTokens ?? Number.NaN,
    usage: tokens,
    hiddenTokens,
    notes,
    input: [usage?.inputTokens, usage?.cachedTokens],
    failure: failure?.text,
    kind: failure?.kind,
  };
}

function tpotOf(stream: StreamSample, outputTokens: number): number {
  const times = new Float64Array(timeCount);
  const none = { target: 0, scheduledMs: 0, headersMs: 0, endMs: 0, status: 200, bytes: 0 };
  streamTimes(times, { ...none, sentMs: 0, outputTokens }, stream);
  return times[time.tpot] ?? Number.NaN;
}
