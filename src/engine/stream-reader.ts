import type { StreamSample } from '../core/metrics/types.ts';
import type { Dialect, StreamStory } from './dialects/dialect.ts';
import type { Usage } from './dialects/usage.ts';
import { createEventFraming, createLineFraming } from './framing.ts';

/** Reads one streamed answer at a time. Arrivals are stamped as they come; what they say is read later. */
export interface StreamReader {
  begin(dialect: Dialect): void;
  /** The bytes are valid during the call only. */
  add(bytes: Uint8Array, atMs: number): void;
  /** The stream can't be read, in one sentence. */
  fail(text: string): void;
  /** Reads what is left; `whole`: the body came to its end. The outcome holds until the next stream begins. */
  end(whole: boolean): StreamOutcome;
}

/** What was read. Times are as they were handed in. */
export interface StreamOutcome {
  readonly stream: StreamSample;
  /** Undefined for a stream without a token that no usage was named for. */
  readonly usage: Usage | undefined;
  /** What the server said when something went wrong. */
  readonly failure: string | undefined;
}

/**
 * Called when the server says that its response is finished.
 * @param atMs when that arrived
 * @param last nothing more is expected; otherwise usage may follow
 */
type OnFinished = (atMs: number, last: boolean) => void;

/** Calls back once the loop has read from every socket that has something: a turn later, for all who ask in one turn. */
export function createAfterReads(): (work: () => void) => void {
  let waiting: (() => void)[] = [];
  const run = (): void => {
    const due = waiting;
    waiting = [];
    for (const work of due) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(run);
  };
}

/**
 * Its buffers are made once and grow with the longest answer.
 * @param later runs work when no arrival is kept waiting by it, see createAfterReads
 * @param onFinished called once all that has arrived is read, at most twice for a stream: never from `end`
 */
export function createStreamReader(later: (work: () => void) => void, onFinished?: OnFinished): StreamReader {
  /** Arrived, but not read yet: pieces of the text, and when each came. */
  let texts: string[] = [];
  let stampsMs: number[] = [];
  let decoder = new TextDecoder();
  const stream: { -readonly [K in keyof StreamSample]: StreamSample[K] } = {
    firstTokenMs: Number.NaN,
    lastTokenMs: Number.NaN,
    chunks: 0,
    tokensInFirstChunk: 0,
    gapsMs: new Float64Array(64),
  };
  const sizes = { first: 0, all: 0, reasoningChunks: 0 };
  const now = { atMs: 0, finishedMs: Number.NaN };
  /** What the server has said of the end, and what of that has been told. */
  const finish = { said: 0, told: 0 };
  let firstTokens: number | undefined;
  let usage: Usage | undefined;
  let failure: string | undefined;
  let dialect: Dialect | undefined;
  let asked = false;

  const story: StreamStory = {
    chunk(size, reasoning, tokens) {
      const { atMs } = now;
      if (stream.chunks === 0) {
        stream.firstTokenMs = atMs;
        sizes.first = size;
        firstTokens = tokens;
      } else {
        if (stream.chunks > stream.gapsMs.length) stream.gapsMs = doubled(stream.gapsMs);
        stream.gapsMs[stream.chunks - 1] = atMs - stream.lastTokenMs;
      }
      stream.lastTokenMs = atMs;
      stream.chunks += 1;
      sizes.all += size;
      if (reasoning > 0) sizes.reasoningChunks += 1;
    },
    usage(said) {
      usage = said;
    },
    finish(last) {
      const said = last ? 2 : 1;
      if (said <= finish.said) return;
      finish.said = said;
      now.finishedMs = now.atMs;
    },
    fail(text) {
      failure ??= text;
    },
  };

  const handlers = {
    onData: (data: string, event: string): void => dialect?.read(data, event, story),
    onOverflow: (): void => story.fail('An event of the stream is too long to be read.'),
  };
  const framings = { events: createEventFraming(handlers), lines: createLineFraming(handlers) };

  const readLater = (): void => {
    asked = false;
    read();
    if (dialect === undefined || finish.said === finish.told) return;
    finish.told = finish.said;
    onFinished?.(now.finishedMs, finish.said === 2);
  };

  const read = (): void => {
    if (dialect === undefined) return;
    const framing = framings[dialect.framing];
    for (const [i, text] of texts.entries()) {
      now.atMs = stampsMs[i] ?? 0;
      framing.feed(text);
    }
    texts = [];
    stampsMs = [];
  };

  /** What a usage does not tell is made of the chunks. */
  const told = (): Usage | undefined => {
    if (stream.chunks === 0 && usage === undefined) return undefined;
    const { source, tokens, reasoningTokens } = usage ?? { source: 'chunks' as const, tokens: stream.chunks };
    return { source, tokens, reasoningTokens: reasoningTokens ?? Math.min(tokens, sizes.reasoningChunks) };
  };

  return {
    begin(next) {
      framings[next.framing].clear();
      decoder = new TextDecoder();
      texts = [];
      stampsMs = [];
      dialect = next;
      stream.firstTokenMs = stream.lastTokenMs = Number.NaN;
      stream.chunks = 0;
      sizes.first = sizes.all = sizes.reasoningChunks = 0;
      firstTokens = usage = failure = undefined;
      finish.said = finish.told = 0;
    },
    add(bytes, atMs) {
      texts.push(decoder.decode(bytes, { stream: true }));
      stampsMs.push(atMs);
      if (asked) return;
      asked = true;
      later(readLater);
    },
    fail: (text) => story.fail(text),
    end(whole) {
      read();
      if (dialect) framings[dialect.framing].end(whole);
      dialect = undefined;
      const known = told();
      stream.tokensInFirstChunk = firstTokens ?? shareOf(known?.tokens ?? 0, stream.chunks, sizes.first / sizes.all);
      return { stream, usage: known, failure };
    },
  };
}

/** Tokens of the first chunk, when nobody says: one where each chunk is a token, otherwise its share of the text. */
function shareOf(tokens: number, chunks: number, share: number): number {
  return tokens <= chunks ? Math.min(1, chunks) : Math.max(1, Math.round(tokens * share));
}

function doubled(values: Float64Array): Float64Array {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}
