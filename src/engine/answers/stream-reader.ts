import type { GeneratedText, StreamSample } from '../../core/metrics/types.ts';
import { createArrayFraming } from './array-framing.ts';
import type { Dialect } from './dialects/dialect.ts';
import { dialectOf, isPiece } from './dialects/dialects.ts';
import { isJson, objectIn, parsed, type Json } from './dialects/json.ts';
import { errorIn, errorWords, isSaid, refusalIn } from './dialects/server-error.ts';
import { countsBeside, usageIn, type Usage } from './dialects/usage.ts';
import { createEventFraming, createJsonFraming, createTextFraming, formOf, type Framing } from './framing.ts';
import { createResponseTrack } from './response-track.ts';
import { invalidJson, maxShown, notRead, type ResponseFailure } from './unreadable.ts';

/** Expectations of a response before its first byte. */
export interface Expected {
  /** Any server-sent events: an event of an unknown API counts as a token. */
  readonly anyEvents: boolean;
  /** The request asked for a stream. */
  readonly stream: boolean;
  /** The response has no output tokens. */
  readonly tokenless?: boolean;
  /** The text is needed, for the next turn of a conversation or a tokenizer. */
  readonly keepsText?: boolean;
  /** Content type; empty if there is none. */
  readonly type: string;
}

/** Reads one response of a language model at a time. Stamps arrivals immediately and parses them later. */
export interface StreamReader {
  begin(expected: Expected): void;
  /** Adds bytes, which are valid during the call only. */
  add(bytes: Uint8Array, atMs: number): void;
  /** Marks the response as one that can't be decoded. `text` is one sentence. */
  fail(text: string): void;
  /** Reads the arrived bytes. Returns the time when the server marked the response as finished; NaN if it hasn't. */
  finishedMs(): number;
  /** Reads the rest. `whole`: the body is complete. The outcome is valid until the next response starts. */
  end(whole: boolean): ResponseOutcome;
}

/** Content of a response. Times are as passed to `add`. */
export interface ResponseOutcome {
  /** Undefined for a response in one piece. */
  readonly stream: StreamSample | undefined;
  /** Undefined if the tokens are unknown. */
  readonly usage: Usage | undefined;
  /** Reasoning tokens that were counted but not streamed. */
  readonly hiddenTokens: number;
  /** Remarks on the server. */
  readonly notes: readonly string[];
  readonly failure: ResponseFailure | undefined;
  /** Text of the first choice; undefined unless it's needed, and for one that is too long or can't be read. */
  readonly answer: string | undefined;
  /** Texts of the choices; undefined unless they are needed, and all of the response is text. */
  readonly texts: readonly GeneratedText[] | undefined;
}

/**
 * Called when the server marks its response as finished.
 * @param last nothing more is expected; otherwise usage may follow
 */
type OnFinished = (last: boolean) => void;

const none: readonly string[] = [];
const streaming = { stream: true };
const nothingExpected: Expected = { anyEvents: false, stream: false, type: '' };
/** Events, and their texts, that keep a connection open. */
const heartbeat = /^\W*(?:ping|heartbeat|keep-?alive)\W*$/i;

/**
 * Creates a reader. Its buffers are made once and grow with the longest response.
 * @param later runs work when it delays no arrival; see `createAfterReads`
 * @param onFinished called after everything that arrived has been read, at most twice per stream, and never from `end`
 */
export function createStreamReader(later: (work: () => void) => void, onFinished?: OnFinished): StreamReader {
  /** Arrived, but not read yet: number of pieces, their text, and their times. The lists are reused. */
  let arrived = 0;
  const texts: string[] = [];
  const stampsMs: number[] = [];
  let decoder = new TextDecoder();
  const now = { atMs: 0 };
  const track = createResponseTrack(now);
  const { story } = track;
  let expected = nothingExpected;
  /** Framing of the body, known after its first bytes, and those bytes. */
  let framing: Framing | undefined;
  let start = '';
  let dialect: Dialect | undefined;
  let isOver = true;
  let asked = false;
  let told = 0;
  let whole: ResponseFailure | 'read' | undefined;
  let undecoded: string | undefined;
  /** The last event may have been cut off. */
  let isLast = false;

  const readMessage = (message: Json, isWhole: boolean): void => {
    // Once its API is known, only this member of a message can be an error.
    const isKnown = dialect?.speaks(message) === true && !isSaid(message['error']);
    const words = isKnown ? undefined : errorIn(message);
    if (words !== undefined) {
      story.fail(words);
      return;
    }
    if (!isKnown) dialect = dialectOf(message) ?? dialect;
    if (dialect !== undefined) {
      dialect.read(message, isWhole, story);
      return;
    }
    const refusal = isWhole || !expected.anyEvents ? refusalIn(message) : undefined;
    if (refusal !== undefined) story.fail(refusal);
    else if (isWhole) {
      const usage = usageIn(message['usage']) ?? countsBeside(message);
      if (usage !== undefined) story.usage(usage);
    }
  };

  const readData = (data: string, event: string): void => {
    const trimmed = data.trim();
    if (trimmed === '') return;
    track.next();
    if (trimmed === '[DONE]') {
      story.finish();
      return;
    }
    const json = trimmed.startsWith('{') ? parsed(trimmed) : undefined;
    if (event === 'error') story.fail(isJson(json) ? errorWords(json['error'] ?? json) : data);
    else if (isJson(json)) {
      readMessage(json, false);
      if (dialect === undefined && expected.anyEvents && track.failure === undefined && !heartbeat.test(event))
        story.part(0, data, 0, 0, 0);
    } else if (dialect === undefined && expected.anyEvents) story.part(0, data, 0, 0, 0);
    else if (!isLast && !heartbeat.test(trimmed))
      story.fail(`An event of the stream isn't a JSON object: ${data.slice(0, maxShown)}`);
  };

  const readList = (list: readonly unknown[]): void => {
    const messages = list.map(objectIn);
    if (messages.every((message) => dialectOf(message)?.isPiece?.(message) !== true)) track.results = messages.length;
    for (const [i, message] of messages.entries()) {
      if (track.results > 1) track.listIndex = i;
      readMessage(message, true);
    }
  };

  const readWhole = (text: string): void => {
    const json = parsed(text);
    whole = 'read';
    if (!isJson(json)) {
      whole = invalidJson(text);
      return;
    }
    if (Array.isArray(json)) readList(json);
    else readMessage(json, true);
    if (track.failure !== undefined) whole = { kind: 'responseError', text: track.failure };
    else if (track.unfinished !== undefined) whole = { kind: 'unfinished', text: track.unfinished };
    else if (track.parts === 0 && (track.tokens(false).usage?.tokens ?? 0) === 0) {
      if ((dialect === undefined && expected.anyEvents) || dialect?.tokenless === true) return;
      // Some servers send only a list of vectors.
      if (expected.tokenless === true && Array.isArray(json) && json.length > 0) return;
      whole = { kind: 'noToken', text: `The response has no token: ${JSON.stringify(json).slice(0, maxShown)}` };
    }
  };

  const handlers = {
    onData: readData,
    onOverflow: (): void => story.fail('An event of the stream is too long.'),
  };
  const json = createJsonFraming({
    ...handlers,
    now,
    onWhole: (text) => (/ndjson|jsonl|json-seq/.test(expected.type) ? readData(text, '') : readWhole(text)),
    onTooLong: () => {
      whole = 'read';
      track.keepsText = false;
    },
  });
  const framings = {
    events: createEventFraming(handlers),
    json,
    array: createArrayFraming({ ...handlers, isEvent: (text) => isPiece(objectIn(parsed(text))), otherwise: json }),
    text: createTextFraming((text) => (whole = notRead(text))),
  };

  const read = (): void => {
    if (isOver) return;
    for (let i = 0; i < arrived; i += 1) {
      const text = texts[i] ?? '';
      texts[i] = '';
      now.atMs = stampsMs[i] ?? 0;
      if (framing !== undefined) framing.feed(text);
      else {
        start = (start + text).trimStart();
        const form = formOf(start, expected.type.includes('event-stream'));
        if (form === undefined) continue;
        framing = framings[form === 'json' && expected.stream && start.startsWith('[') ? 'array' : form];
        framing.clear();
        framing.feed(start);
      }
    }
    arrived = 0;
  };

  const readLater = (): void => {
    asked = false;
    read();
    if (isOver || track.finished === told) return;
    told = track.finished;
    onFinished?.(track.finished === 2);
  };

  /** Returns what failed or is missing once everything is read. */
  const failureOf = (isStream: boolean, isWhole: boolean): ResponseFailure | undefined => {
    if (undecoded !== undefined) return { kind: 'streamError', text: undecoded };
    if (isWhole && typeof whole === 'object') return whole;
    if (track.failure !== undefined) return { kind: 'streamError', text: track.failure };
    if (!isWhole || !isStream) return undefined;
    if (track.parts === 0) return { kind: 'noToken', text: 'The stream ended without a token.' };
    if (dialect === undefined || track.finished > 0) return undefined;
    const count = track.parts === 1 ? '1 chunk' : `${track.parts} chunks`;
    return { kind: 'unfinished', text: `The stream ended after ${count} without ${dialect.finishMark}.` };
  };

  const notesOf = (isStream: boolean): readonly string[] => {
    const countedResults = track.countedResults();
    const ofResults = [
      ...(countedResults > 1
        ? ['responds with several results that may share a prompt, so input tokens are unknown']
        : []),
      ...(countedResults > 0 && countedResults < track.results
        ? ['reports tokens for only some of several results, so output tokens are unknown']
        : []),
      ...(track.refused ? ['marks responses as refusals of the model, which count as successes'] : []),
    ];
    if (!isStream)
      return expected.stream ? ['ignores requests for a stream and sends one response', ...ofResults] : ofResults;
    return [
      ...ofResults,
      ...(Number.isNaN(track.stream.untimedTokens)
        ? ['streams only part of the reasoning tokens it reports, so TPOT is unknown']
        : []),
      ...(track.countsNone() ? ['reports 0 output tokens, so stream chunks are counted instead'] : []),
    ];
  };

  return {
    begin(next) {
      expected = next;
      framing = undefined;
      start = '';
      decoder = new TextDecoder();
      arrived = 0;
      dialect = undefined;
      whole = undecoded = undefined;
      isOver = isLast = false;
      told = 0;
      track.clear();
      track.keepsText = next.keepsText === true;
    },
    add(bytes, atMs) {
      texts[arrived] = decoder.decode(bytes, streaming);
      stampsMs[arrived] = atMs;
      arrived += 1;
      if (asked) return;
      asked = true;
      later(readLater);
    },
    fail: (text) => (undecoded ??= text),
    finishedMs() {
      read();
      return track.finishedMs;
    },
    end(isWhole) {
      read();
      isLast = true;
      if (isWhole) {
        // Some servers omit the empty line after the last event.
        if (framing === framings.events) framing.feed('\n\n');
        if (framing === undefined) {
          framing = framings.text;
          framing.clear();
          framing.feed(start);
        }
      }
      framing?.end(isWhole);
      isOver = true;
      const isKnown = framing === framings.events || dialect !== undefined || track.parts > 0;
      const isStream = whole === undefined && (isWhole || isKnown || expected.stream);
      const failure = failureOf(isStream, isWhole);
      const { usage, hiddenTokens } = track.tokens(isStream);
      const notes = failure === undefined && isWhole ? notesOf(isStream) : none;
      const answer = track.answer();
      const texts = failure === undefined && isWhole ? track.texts() : undefined;
      return { stream: isStream ? track.stream : undefined, usage, hiddenTokens, notes, failure, answer, texts };
    },
  };
}
