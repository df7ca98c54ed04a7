import { isTokenless } from '../../core/endpoints/llm/api-requests.ts';
import { addValue, type Tally } from '../../core/metrics/recorder/tally.ts';
import { createBodyKeeper } from '../answers/body.ts';
import { canInflate, createInflater, unknownEncoding, type Inflater } from '../answers/encoding.ts';
import { wholeOf } from '../transport/body-bytes.ts';
import { errorKind, errorText } from '../transport/error-kind.ts';
import type { FailureSamples } from '../answers/failure-samples.ts';
import { hasRawBytes, isRedirect, redirected } from '../transport/redirect.ts';
import type { Note } from '../transport/server-notes.ts';
import { createStreamReader, type StreamReader } from '../answers/stream-reader.ts';
import type {
  ConversationTurn,
  ExchangeEvents,
  Lane,
  Origin,
  SentPrompt,
  WireRequest,
} from '../transport/transport.ts';
import type { Usage } from '../answers/dialects/usage.ts';
import type { SentSample } from './types.ts';

/** Events that a slot reports to its load. Times are `performance.now()`. */
export interface SlotListener {
  /** The first byte of a request is sent. */
  sent(atMs: number, reused: boolean): void;
  /** A request whose connection the server had just closed is sent again over a new one. */
  resent(): void;
  /** The server closed the connection in good order after `requests` requests, and soon after the last one. */
  closedAfter(requests: number): void;
  /**
   * The request is over, and the slot is free at `freeAtMs`, which may be later than `atMs`. `sent` is false if its
   * bytes were never sent. The slot reuses the sample: it is valid until the next request starts.
   */
  ended(slot: Slot, atMs: number, freeAtMs: number, sample: SentSample, sent: boolean): void;
}

/** A slot sends one request at a time and turns the transport's events into a sample. */
export interface Slot {
  start(target: number, request: WireRequest, scheduledAtMs: number): void;
  /** Dispatch time of the request in flight, from which the timeout runs; NaN if there is none. */
  readonly since: number;
  /** Bytes of the request have been sent. */
  readonly hasLeft: boolean;
  /** Target and place in a conversation of the request in flight, or of the last one. */
  readonly target: number;
  readonly turn: ConversationTurn | undefined;
  /** Text of the last response, for the next turn of its conversation; undefined if there is none to go on with. */
  readonly answer: string | undefined;
  /**
   * Ends the request in flight as failed, unless its response is finished, and closes its connection. Returns true if
   * it failed.
   */
  fail(atMs: number, error: Error): boolean;
  /** Drops the request in flight without a report and closes its connection. */
  cut(): void;
  /** Closes the slot's connections. It isn't used again. */
  close(): void;
}

/** Options for a slot. */
export interface SlotOptions {
  readonly lane: Lane;
  readonly listener: SlotListener;
  readonly failures: FailureSamples;
  /** Records remarks on the server. */
  readonly note: Note;
  readonly maxRedirects: number;
  /** Runs work when it delays no arrival. */
  readonly later: (work: () => void) => void;
  /** Collects the dispatch gaps of requests on used connections, ms. */
  readonly dispatchGaps: Tally;
  /** Zero of the sample's times, `performance.now()`. */
  readonly originMs: number;
  /** Returns whether the texts of the next response are kept; absent: no texts are, and no prompts. */
  readonly keepsTexts?: () => boolean;
}

/**
 * State of the current request. Kept in objects, here and in the sample, because fractional numbers change in place
 * there. A captured variable would allocate on every change.
 */
interface Exchange {
  /** Dispatch time; NaN without a request. */
  sinceMs: number;
  /** Time when the bytes were sent; equals `sinceMs` until then. */
  sentMs: number;
  request: WireRequest | undefined;
  sent: boolean;
  /** Number of failures that the response being read represents; see `FailureSamples`. */
  failures: number;
  /** Start of this attempt, and whether its connection had carried a request before. */
  triedMs: number;
  reused: boolean;
  /** Sent again because the server had just closed the connection. */
  resent: boolean;
  hops: number;
  /** Location of the redirect that is being followed. */
  location: string | undefined;
  /** Reads the response of a language model. */
  reader: StreamReader | undefined;
  /** Place in a conversation, and the text for its next turn. */
  turn: ConversationTurn | undefined;
  answer: string | undefined;
  /** Decompresses the response before `reader` reads it. */
  inflater: Inflater | undefined;
  /** The end of the body has arrived. */
  whole: boolean;
}

/**
 * Maximum time from sending on a kept connection to its close, ms, for a close that crossed the request on the way.
 * Longer than a round trip, and shorter than most server work on a request that must not run twice.
 */
const crossingMs = 250;
/** A connection that closes after being idle for longer than this, ms, was closed for being idle. */
const idleMs = 500;
/**
 * Time that a stream may go on after the server has marked it as finished. Usage often follows the last choice, then
 * the end of the body, both at once. A connection whose body ends in that time can be reused. Counted in timer turns,
 * because a paused client misses one at most.
 */
const grace = { turnMs: 50, usageTurns: 5, endTurns: 2 };

/** In an array; see `addValue`. */
const gapMs = new Float64Array(1);

/** Creates a slot. Its sample and buffer are made once, so a request allocates nothing here. */
export function createSlot(options: SlotOptions): Slot {
  const { lane, listener, failures, note, maxRedirects, later, dispatchGaps, originMs } = options;
  const body = createBodyKeeper(note);
  const exchange: Exchange = {
    sinceMs: Number.NaN,
    sentMs: Number.NaN,
    request: undefined,
    sent: false,
    failures: 0,
    triedMs: Number.NaN,
    reused: false,
    resent: false,
    hops: 0,
    location: undefined,
    reader: undefined,
    turn: undefined,
    answer: undefined,
    inflater: undefined,
    whole: false,
  };
  /** Runs while a finished stream may go on. */
  let graceTimer: NodeJS.Timeout | undefined;
  // Created for the first response of a language model, because most slots never read one.
  let ownReader: StreamReader | undefined;
  const sample: { -readonly [K in keyof SentSample]: SentSample[K] } = {
    target: 0,
    scheduledMs: Number.NaN,
    sentMs: Number.NaN,
    headersMs: Number.NaN,
    endMs: Number.NaN,
    status: 0,
    error: undefined,
    bytes: 0,
    outputTokens: undefined,
    tokenSource: undefined,
    reasoningTokens: undefined,
    hiddenTokens: undefined,
    inputTokens: undefined,
    cachedTokens: undefined,
    askedTokens: undefined,
    turn: undefined,
    turns: undefined,
    stream: undefined,
    texts: undefined,
    prompt: undefined,
  };

  /** The connection of the last request. */
  const last: { origin: Origin | undefined; requests: number; endMs: number } = {
    origin: undefined,
    requests: 0,
    endMs: Number.NaN,
  };

  /**
   * Ends the request.
   * @param freeAtMs time when the response's connection was closed; absent if it is kept
   */
  const finish = (atMs: number, error: Error | undefined, freeAtMs?: number): void => {
    const { request, reader } = exchange;
    endGrace();
    last.origin = error || freeAtMs !== undefined ? undefined : request?.origin;
    last.endMs = atMs;
    let text = error && errorText(error);
    sample.error = error && errorKind(error);
    sample.sentMs = exchange.sentMs - originMs;
    sample.endMs = atMs - originMs;
    if (reader) text = endResponse(reader, text);
    else setTokens(error ? undefined : body.usage());
    const { target, status, error: kind } = sample;
    const count = kind ? failures.weigh(kind) : exchange.failures;
    if (count > 0) {
      const said = text === undefined ? body.text() : { text, cut: false };
      failures.add({ target, status, ...(kind ? { error: kind } : {}), ...said, count });
    }
    exchange.reader = undefined;
    closeInflater();
    exchange.sinceMs = Number.NaN;
    exchange.request = undefined;
    listener.ended(slot, atMs, freeAtMs ?? atMs, sample, exchange.sent);
  };

  const endGrace = (): void => {
    if (graceTimer === undefined) return;
    clearInterval(graceTimer);
    graceTimer = undefined;
  };

  const onFinished = (isLast: boolean): void => {
    if (!exchange.reader || exchange.whole) return;
    endGrace();
    // The end of the body may have arrived unread if the loop was busy.
    let turns = isLast ? grace.endTurns : grace.usageTurns;
    graceTimer = setInterval(() => {
      turns -= 1;
      if (turns === 0) later(cutHeld);
    }, grace.turnMs);
  };

  /** Closes the connection of a finished stream. */
  const cutHeld = (): void => {
    if (graceTimer === undefined || !exchange.reader) return;
    lane.cut();
    finishEarly(exchange.reader.finishedMs(), held);
  };

  /** Ends the request once its response is finished, although its body has no end. */
  const finishEarly = (atMs: number, remark: string): void => {
    note(remark);
    finish(atMs, undefined, performance.now());
  };

  /** Ends the request as failed, unless its response is finished. Returns true if it failed. */
  const finishFailed = (atMs: number, error: Error): boolean => {
    const { reader } = exchange;
    const kind = reader && errorKind(error);
    const finishedMs =
      kind === 'timeout' || kind === 'reset' || kind === 'prematureEnd' ? reader?.finishedMs() : undefined;
    if (finishedMs === undefined || Number.isNaN(finishedMs)) {
      finish(atMs, error);
      return true;
    }
    finishEarly(finishedMs, kind === 'timeout' ? held : closedInside);
    return false;
  };

  const closeInflater = (): void => {
    exchange.inflater?.close();
    exchange.inflater = undefined;
  };

  const setTokens = (usage: Usage | undefined): void => {
    sample.outputTokens = usage?.tokens;
    sample.tokenSource = usage?.source;
    sample.reasoningTokens = usage?.reasoningTokens;
    sample.inputTokens = usage?.inputTokens;
    sample.cachedTokens = usage?.cachedTokens;
    sample.hiddenTokens = undefined;
  };

  /**
   * Copies the results of a language model's response into the sample. Returns the reason of a failure; undefined if
   * there is none.
   */
  const endResponse = (reader: StreamReader, text: string | undefined): string | undefined => {
    const { stream, usage, hiddenTokens, notes, failure, answer, texts } = reader.end(text === undefined);
    exchange.answer = answer;
    for (const remark of notes) note(remark);
    sample.stream = stream && {
      ...stream,
      firstTokenMs: stream.firstTokenMs - originMs,
      lastTokenMs: stream.lastTokenMs - originMs,
    };
    if (failure !== undefined) sample.error = failure.kind;
    const wrong = failure?.text ?? text;
    setTokens(wrong === undefined ? usage : undefined);
    if (wrong === undefined && hiddenTokens > 0) sample.hiddenTokens = hiddenTokens;
    if (wrong === undefined) sample.texts = texts;
    return wrong;
  };

  const events: ExchangeEvents = {
    sent(atMs, reused) {
      exchange.triedMs = atMs;
      exchange.reused = reused;
      if (!reused) {
        countClosing(last.requests);
        last.requests = 0;
      }
      last.requests += 1;
      if (exchange.sent) return;
      exchange.sent = true;
      exchange.sentMs = atMs;
      if (reused) {
        gapMs[0] = atMs - exchange.sinceMs;
        addValue(dispatchGaps, gapMs, 0);
      }
      listener.sent(atMs, reused);
    },
    headers(atMs, status, head) {
      sample.headersMs = atMs - originMs;
      sample.status = status;
      if (maxRedirects > exchange.hops) {
        exchange.location = isRedirect(status) ? head.get('location') : undefined;
        if (exchange.location !== undefined && hasRawBytes(exchange.location))
          note('sends unencoded bytes in Location');
      }
      exchange.failures = isSuccess(status) || exchange.location !== undefined ? 0 : failures.weigh(status);
      const { request } = exchange;
      const encoding = request?.dialect && isSuccess(status) ? (head.get('content-encoding') ?? 'identity') : undefined;
      if (request && encoding !== undefined && (encoding === 'identity' || canInflate(encoding))) {
        const reader = (ownReader ??= createStreamReader(later, onFinished));
        reader.begin({
          anyEvents: request.dialect === 'sse',
          stream: request.streams === true,
          keepsText: request.turn?.next !== undefined || (options.keepsTexts?.() ?? false),
          tokenless: isTokenless(request.dialect),
          type: head.get('content-type')?.toLowerCase() ?? '',
        });
        exchange.reader = reader;
        exchange.inflater = createInflater(encoding, {
          bytes: (bytes, atMs) => reader.add(bytes, atMs),
          error: (text) => reader.fail(text),
        });
      } else {
        if (encoding !== undefined) note(unknownEncoding);
        body.begin(head, exchange.failures > 0);
      }
    },
    data(chunk, atMs) {
      if (exchange.inflater) exchange.inflater.add(chunk, atMs);
      else if (exchange.reader) exchange.reader.add(chunk, atMs);
      else body.add(chunk);
      sample.bytes += chunk.byteLength;
    },
    end(atMs) {
      const { request, location } = exchange;
      exchange.whole = true;
      endGrace();
      const next = location === undefined || !request ? undefined : redirected(request, sample.status, location);
      if (!next) {
        if (exchange.inflater) exchange.inflater.end(() => finish(atMs, undefined));
        else finish(atMs, undefined);
        return;
      }
      exchange.hops += 1;
      exchange.whole = false;
      exchange.location = undefined;
      exchange.request = next;
      exchange.reused = false;
      lane.send(next, events);
    },
    failed(atMs, error, untouched) {
      if (untouched && metClose(atMs, error)) resend();
      else finishFailed(atMs, error);
    },
  };

  /**
   * Reports that the server closed the connection of the last request, unless the connection was idle or the request
   * asked for it.
   */
  const countClosing = (requests: number): void => {
    const isSame = last.origin !== undefined && last.origin === exchange.request?.origin;
    if (isSame && exchange.sinceMs - last.endMs < idleMs && !asksToClose(exchange.request)) {
      listener.closedAfter(requests);
    }
  };

  /** Returns true if the server most likely closed the idle connection before it read the request. */
  const metClose = (atMs: number, error: Error): boolean => {
    const { request, reused, resent, triedMs } = exchange;
    if (!request || !reused || resent) return false;
    const kind = errorKind(error);
    return (
      (kind === 'reset' || kind === 'prematureEnd') && (isIdempotent(request.method) || atMs - triedMs <= crossingMs)
    );
  };

  const resend = (): void => {
    if (!exchange.request) return;
    exchange.resent = true;
    exchange.reused = false;
    // Without the request that is sent again.
    countClosing(last.requests - 1);
    last.origin = undefined;
    listener.resent();
    lane.send(exchange.request, events);
  };

  const slot: Slot = {
    start(target, request, scheduledAtMs) {
      sample.target = target;
      sample.scheduledMs = scheduledAtMs - originMs;
      sample.headersMs = Number.NaN;
      sample.status = 0;
      sample.bytes = 0;
      sample.stream = sample.texts = undefined;
      sample.askedTokens = request.askedTokens;
      sample.turn = request.turn?.number;
      sample.turns = request.turn?.of;
      sample.prompt = options.keepsTexts && promptOf(request);
      exchange.request = request;
      exchange.sent = false;
      exchange.failures = 0;
      exchange.reused = false;
      exchange.resent = false;
      exchange.hops = 0;
      exchange.location = undefined;
      exchange.reader = undefined;
      exchange.turn = request.turn;
      exchange.answer = undefined;
      exchange.whole = false;
      exchange.sinceMs = exchange.sentMs = performance.now();
      lane.send(request, events);
    },
    get since() {
      return exchange.sinceMs;
    },
    get hasLeft() {
      return exchange.sent;
    },
    get target() {
      return sample.target;
    },
    get turn() {
      return exchange.turn;
    },
    get answer() {
      return exchange.answer;
    },
    fail(atMs, error) {
      lane.cut();
      return finishFailed(atMs, error);
    },
    cut() {
      lane.cut();
      endGrace();
      closeInflater();
      exchange.reader = undefined;
      exchange.sinceMs = Number.NaN;
      exchange.request = undefined;
      last.origin = undefined;
    },
    close: () => lane.close(),
  };
  return slot;
}

/** Remarks on servers that finish a stream before its body. */
const held = 'holds the connection after the end of a stream';
const closedInside = "closes the connection before the end of a stream's body";

/** Returns what a language model is asked; undefined for other requests. */
function promptOf({ dialect, body, template }: WireRequest): SentPrompt | undefined {
  return dialect && body ? { dialect, ...(template ?? { body: wholeOf(body) }) } : undefined;
}

const asksToClose = (request: WireRequest | undefined): boolean =>
  request?.headers.some(
    (name, i, all) => i % 2 === 0 && /^connection$/i.test(name) && /close/i.test(all[i + 1] ?? ''),
  ) ?? false;

/** RFC 9110, 9.2.2: sending these twice has the same effect as sending them once. */
const isIdempotent = (method: string): boolean => idempotent.has(method);
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
