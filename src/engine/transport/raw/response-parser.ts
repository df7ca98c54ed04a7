import type { Note } from '../server-notes.ts';
import type { Head } from '../transport.ts';
import { byte, isBlank } from './characters.ts';
import { createChunkReader } from './chunks.ts';
import { deviation } from './deviations.ts';
import { createHeadReader } from './head.ts';

/** Events of a response as it is read. */
export interface ResponseEvents {
  /** The final response's head. */
  head(status: number, head: Head): void;
  /** A piece of the body, without its framing; valid during the call only. */
  body(bytes: Uint8Array): void;
}

/** Options that all responses of a run share. */
export interface ParserOptions {
  /** Records deviations. */
  readonly note: Note;
  /** Maximum size of a head, bytes. */
  readonly maxHeadBytes: number;
}

/** State of reading a response. */
export type ResponseState = 'reading' | 'whole' | 'broken';

/** Reads the responses of a connection one after another, however their bytes are split. */
export interface ResponseParser {
  /**
   * Starts the response to another request.
   * @param toHead the request was HEAD, so the response has no body
   * @param reused the connection carried a response before
   */
  begin(toHead: boolean, reused: boolean): void;
  /** Reads the bytes from `start` to `end` until the response is complete. Returns the position where it stopped. */
  feed(bytes: Buffer, start: number, end: number): number;
  /** Returns whether the bytes after a response are harmless, because they are only line ends. */
  isHarmless(bytes: Buffer, start: number, end: number): boolean;
  /** Records that the last response was followed by bytes that don't belong to it. */
  noteSurplus(): void;
  /** Handles a connection closed in good order. Returns true if this completes the response. */
  finish(): boolean;
  readonly state: ResponseState;
  /** No byte of the response has arrived. */
  readonly untouched: boolean;
  /** Why the state is `broken`, as the end of a sentence. */
  readonly fault: string;
  /** Once complete: the connection can carry another response. */
  readonly reusable: boolean;
  /** Once complete: how long the server keeps an idle connection, ms; Infinity if it doesn't say. */
  readonly keepAliveMs: number;
}

/** Part of a response that comes next. */
const part = { gap: 0, head: 1, length: 2, chunkFrame: 3, chunkData: 4, trailers: 5, untilClose: 6 } as const;

/** Number of bytes added per step to a head that arrives in several pieces. */
const stepBytes = 2_048;
/** Maximum size of a head that is remembered, bytes. */
const longestLast = 1_024;

/**
 * Creates an HTTP/1 parser that reads what curl and browsers read, and records each deviation. It skips responses with
 * status 1xx, except 101: nobody requested an upgrade, so it is the response, and the connection ends with it.
 */
export function createResponseParser(events: ResponseEvents, { note, maxHeadBytes }: ParserOptions): ResponseParser {
  const head = createHeadReader(note, maxHeadBytes);
  const chunks = createChunkReader(note);
  let next: number = part.gap;
  let toHeadRequest = false;
  /** The response has no body, whatever its head says. */
  let bodiless = false;
  /** The previous response must have no body, but the server may send one now. */
  let skips = false;
  /** Remaining bytes of a body with a known length. */
  let left = 0;
  /** Start of a head that arrives in several pieces. */
  let kept: Buffer = Buffer.alloc(0);
  let keptLength = 0;
  /** The last head that arrived in one piece. Most responses of a server have the same head until its date changes. */
  const last = Buffer.allocUnsafeSlow(longestLast);
  let lastLength = 0;

  const parser: { -readonly [K in keyof ResponseParser]: ResponseParser[K] } = {
    state: 'whole',
    untouched: true,
    fault: '',
    reusable: false,
    keepAliveMs: Infinity,

    begin(toHead, reused) {
      parser.state = 'reading';
      parser.untouched = true;
      next = part.gap;
      keptLength = 0;
      toHeadRequest = toHead;
      skips = reused && bodiless;
      bodiless = false;
    },

    feed(bytes, start, end) {
      let at = start;
      if (start < end) parser.untouched = false;
      while (at < end && parser.state === 'reading') {
        switch (next) {
          case part.gap:
            if (bytes[at] === byte.cr || bytes[at] === byte.lf) {
              note(deviation.emptyLines);
              at += 1;
              break;
            }
            if (skips) {
              const place = placeOfHead(bytes, at, end);
              if (place > at) {
                note(deviation.unexpectedBody);
                at = place;
                break;
              }
            }
            if (isLast(bytes, at, end) && head.again(bytes, at)) {
              at += lastLength;
              beginBody();
              break;
            }
            lastLength = 0;
            head.begin();
            next = part.head;
            break;
          case part.head:
          case part.trailers:
            at = readHead(bytes, at, end);
            break;
          case part.length: {
            const stop = Math.min(end, at + left);
            events.body(bytes.subarray(at, stop));
            left -= stop - at;
            at = stop;
            if (left === 0) endAnswer();
            break;
          }
          case part.chunkFrame: {
            const stop = chunks.read(bytes, at, end);
            if (stop < 0) breakOff(chunks.fault);
            else at = stop;
            if (chunks.upTo === 'data') next = part.chunkData;
            else if (chunks.upTo === 'trailers') {
              head.beginTrailers();
              next = part.trailers;
            }
            break;
          }
          case part.chunkData: {
            const stop = Math.min(end, at + chunks.left);
            events.body(bytes.subarray(at, stop));
            chunks.took(stop - at);
            at = stop;
            if (chunks.left === 0) next = part.chunkFrame;
            break;
          }
          default:
            events.body(bytes.subarray(at, end));
            at = end;
        }
      }
      return at;
    },

    isHarmless(bytes, start, end) {
      if (isBlank(bytes, start, end)) return true;
      parser.noteSurplus();
      return false;
    },

    noteSurplus: () => note(bodiless ? deviation.unexpectedBody : deviation.extraBytes),

    finish() {
      if (parser.state !== 'reading') return false;
      // All chunks have arrived; only the end of the trailers is missing.
      const isUnended = next === part.trailers && keptLength === 0;
      if (isUnended) note(deviation.unendedChunks);
      else if (next !== part.untilClose) return false;
      next = part.untilClose;
      endAnswer();
      return true;
    },
  };

  const breakOff = (fault: string): void => {
    parser.state = 'broken';
    parser.fault = fault;
  };

  /** Reads the head or the trailers in place if they arrived in one piece, otherwise from a joined copy. */
  const readHead = (bytes: Buffer, at: number, end: number): number => {
    let stop: number;
    if (keptLength === 0) {
      stop = head.read(bytes, at, at, end);
      if (stop >= 0 && !head.whole) keep(bytes, at, end);
      else if (stop >= 0 && next === part.head) remember(bytes, at, stop);
    } else {
      const before = keptLength;
      const until = Math.min(end, at + stepBytes);
      keep(bytes, at, until);
      const stopped = head.read(kept, 0, before, keptLength);
      stop = stopped < 0 ? stopped : at + stopped - before;
    }
    if (stop < 0) {
      keptLength = 0;
      breakOff(head.fault);
      return end;
    }
    if (head.whole) {
      keptLength = 0;
      if (next === part.trailers) endAnswer();
      else beginBody();
    }
    return stop;
  };

  const remember = (bytes: Buffer, start: number, end: number): void => {
    if (end - start <= longestLast) lastLength = bytes.copy(last, 0, start, end);
  };

  const isLast = (bytes: Buffer, at: number, end: number): boolean =>
    lastLength > 0 && end - at >= lastLength && bytes.compare(last, 0, lastLength, at, at + lastLength) === 0;

  const keep = (bytes: Buffer, start: number, end: number): void => {
    if (keptLength + end - start > kept.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (keptLength + end - start));
      kept.copy(larger, 0, 0, keptLength);
      kept = larger;
    }
    bytes.copy(kept, keptLength, start, end);
    keptLength += end - start;
  };

  const beginBody = (): void => {
    const { status } = head;
    if (status < 100) {
      breakOff('its status code is less than 100');
      return;
    }
    if (status < 200 && status !== 101) {
      if (status === 100) note(deviation.continued);
      next = part.gap;
      return;
    }
    events.head(status, head);
    left = head.length;
    bodiless = toHeadRequest || status === 204 || status === 304 || status === 101;
    if (bodiless) {
      if (status === 101) note(deviation.switched);
      else if (status === 204 && announcesBody()) note(deviation.unexpectedBody);
      endAnswer();
    } else if (head.chunked) {
      chunks.begin();
      next = part.chunkFrame;
    } else if (head.hasTransferEncoding || left < 0) next = part.untilClose;
    else if (left === 0) endAnswer();
    else next = part.length;
  };

  const endAnswer = (): void => {
    parser.state = 'whole';
    const { status } = head;
    // A response with both length and chunks is ambiguous, so nothing can follow it (RFC 9112, 6.3). The same applies
    // if a body may still come.
    const isClear =
      !(head.hasTransferEncoding && head.length >= 0) && status !== 101 && !(status === 204 && announcesBody());
    parser.reusable = head.persistent && isClear && next !== part.untilClose;
    parser.keepAliveMs = head.keepAliveMs;
  };

  const announcesBody = (): boolean => head.hasTransferEncoding || head.length > 0;

  return parser;
}

const protocol = 'http/';

/** Returns where the next head begins or may begin; `end` if nowhere. */
function placeOfHead(bytes: Uint8Array, start: number, end: number): number {
  for (let place = start; place < end; place += 1) {
    let length = 0;
    while (place + length < end && length < protocol.length) {
      const next = bytes[place + length] ?? 0;
      if ((length < 4 ? next | 0x20 : next) !== protocol.charCodeAt(length)) break;
      length += 1;
    }
    if (length === protocol.length || place + length === end) return place;
  }
  return end;
}
