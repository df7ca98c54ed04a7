import type { Head } from '../transport.ts';
import { byte, isText, isToken, isValue } from './characters.ts';
import { connectionIn, endsInChunked, isSpace, keepAliveIn, lengthIn, says } from './fields.ts';

/** Names, values and the text of the status line may have fewer bytes than that together: Node's own limit. */
const maxHeadBytes = 16_384;

/** Reads the head of an answer, or the trailers after its chunks, however they were cut. */
export interface HeadReader extends Head {
  /** A head begins, with its status line. */
  begin(): void;
  /** The last head once more, byte for byte, from `base` on: nothing is to be read. False when trailers have changed what is known of it. */
  again(bytes: Buffer, base: number): boolean;
  /** Trailers begin. What the head said stays. */
  beginTrailers(): void;
  /**
   * Reads on. `bytes` hold all that was read before, from `base` on; new are those from `from` to `end`.
   * Answers where it stopped: after the empty line, at `end` when more must come, or -1 for what is no head.
   */
  read(bytes: Buffer, base: number, from: number, end: number): number;
  /** The empty line was read. */
  readonly whole: boolean;
  /** Why it is no head. */
  readonly fault: string;
  readonly status: number;
  /** Content-Length; -1 without one. */
  readonly length: number;
  readonly hasTransferEncoding: boolean;
  /** `chunked` is the last transfer encoding. */
  readonly chunked: boolean;
  /** By its version and what it says of the connection, this may carry another answer. */
  readonly persistent: boolean;
  /** For how long an idle connection stays open, as the server says (Keep-Alive: timeout); Infinity when it does not. */
  readonly keepAliveMs: number;
}

const step = {
  line: 0,
  text: 1,
  lineEnd: 2,
  field: 3,
  name: 4,
  space: 5,
  value: 6,
  valueEnd: 7,
  lastEnd: 8,
  whole: 9,
} as const;

const protocol = 'HTTP/';
/** The versions that Node's parser knows, as the digits before and after the dot. */
const versions = new Set([9, 10, 11, 20]);

/**
 * Follows llhttp, the parser in Node and undici, in its strict mode: what that rejects is rejected here. Both transports must
 * count the same answer the same way.
 */
export function createHeadReader(): HeadReader {
  /** Start and end of each name and value, from the base on. */
  const places: number[] = [];
  let held: Buffer = Buffer.alloc(0);
  let heldAt = 0;
  let at: number = step.line;
  /** Where the part being read began, from the base on. */
  let mark = 0;
  let size = 0;
  let count = 0;
  let inTrailers = false;
  /** Trailers have added nothing to what is known of the head. */
  let intact = false;
  /** Headers that were looked up: those of the last head are mostly those of the next. */
  let askedFor: string[] = [];
  let found: (string | undefined)[] = [];
  let version = 0;
  let said = 0;

  const head = {
    whole: false,
    fault: '',
    status: 0,
    length: -1,
    hasTransferEncoding: false,
    chunked: false,
    keepAliveMs: Infinity,

    get persistent() {
      return version === 11 ? (said & says.close) === 0 : (said & says.keepAlive) !== 0;
    },

    begin() {
      at = step.line;
      size = count = version = said = 0;
      head.whole = head.hasTransferEncoding = head.chunked = false;
      head.status = 0;
      head.length = -1;
      head.keepAliveMs = Infinity;
      inTrailers = false;
      intact = true;
      if (askedFor.length > 0) {
        askedFor = [];
        found = [];
      }
    },

    again(bytes: Buffer, base: number): boolean {
      if (!intact) return false;
      inTrailers = false;
      held = bytes;
      heldAt = base;
      return true;
    },

    beginTrailers() {
      at = step.field;
      inTrailers = true;
      size = 0;
      head.whole = false;
    },

    get(name: string): string | undefined {
      const known = askedFor.indexOf(name);
      if (known >= 0) return found[known];
      const value = find(name);
      askedFor.push(name);
      found.push(value);
      return value;
    },

    read(bytes: Buffer, base: number, from: number, end: number): number {
      let i = from;
      held = bytes;
      heldAt = base;
      while (i < end) {
        const next = bytes[i] ?? 0;
        switch (at) {
          case step.line:
            if (!readLine(next, i - base)) return -1;
            i += 1;
            break;
          case step.text:
            while (i < end && bytes[i] !== byte.cr && bytes[i] !== byte.lf) i += 1;
            if (i === end) break;
            if (bytes[i] === byte.lf) return broken('a line ends without CR');
            size += i - base - mark;
            at = step.lineEnd;
            i += 1;
            break;
          case step.lineEnd:
          case step.valueEnd:
            if (next !== byte.lf) return broken('a CR without LF');
            at = step.field;
            i += 1;
            break;
          case step.field:
            if (next === byte.cr) {
              at = step.lastEnd;
              i += 1;
              break;
            }
            mark = i - base;
            at = step.name;
            break;
          case step.name:
            while (i < end && isToken[bytes[i] ?? 0] === 1) i += 1;
            if (i === end) break;
            if (bytes[i] !== byte.colon || i - base === mark)
              return broken('what should be the name of a header is none');
            places[count] = mark;
            places[count + 1] = i - base;
            size += i - base - mark;
            at = step.space;
            i += 1;
            break;
          case step.space:
            if (next === byte.space || next === byte.tab) {
              i += 1;
              break;
            }
            mark = i - base;
            at = step.value;
            break;
          case step.value:
            while (i < end && isValue[bytes[i] ?? 0] === 1) i += 1;
            if (i === end) break;
            if (bytes[i] !== byte.cr) return broken('a control character in a header');
            if (!takeField(bytes, base, i)) return -1;
            at = step.valueEnd;
            i += 1;
            break;
          case step.lastEnd:
            if (next !== byte.lf) return broken('a CR without LF');
            at = step.whole;
            head.whole = true;
            return size < maxHeadBytes ? i + 1 : broken('its head is too long');
          default:
            return broken('it goes on after its end');
        }
        if (size >= maxHeadBytes) return broken('its head is too long');
      }
      const open = at === step.text || at === step.name || at === step.value ? end - base - mark : 0;
      return size + open < maxHeadBytes ? end : broken('its head is too long');
    },
  };

  const find = (name: string): string | undefined => {
    for (let i = 0; i < count; i += 4) {
      const start = heldAt + (places[i] ?? 0);
      if (!isText(held, start, heldAt + (places[i + 1] ?? 0), name)) continue;
      return held.toString('latin1', heldAt + (places[i + 2] ?? 0), heldAt + (places[i + 3] ?? 0));
    }
    return undefined;
  };

  const broken = (fault: string): -1 => {
    head.fault = fault;
    return -1;
  };
  const refuse = (fault: string): false => {
    head.fault = fault;
    return false;
  };

  /** One byte of the status line up to the code: `HTTP/1.1 200`. */
  const readLine = (next: number, place: number): boolean => {
    const digit = next - byte.zero;
    const isDigit = digit >= 0 && digit <= 9;
    let good: boolean;
    if (place < protocol.length) good = next === protocol.charCodeAt(place);
    else if (place === 5 || place === 7) {
      version = 10 * version + digit;
      good = isDigit && (place === 5 || versions.has(version));
    } else if (place === 6) good = next === 0x2e;
    else if (place === 8) good = next === byte.space;
    else if (place < 12) {
      head.status = 10 * head.status + digit;
      good = isDigit;
    } else {
      mark = place + 1;
      at = next === byte.cr ? step.lineEnd : step.text;
      good = next === byte.cr || next === byte.space;
    }
    return good || refuse('its first line is no status line');
  };

  /** A header is whole: its name is known, its value ends at `stop`. */
  const takeField = (bytes: Buffer, base: number, stop: number): boolean => {
    const start = base + mark;
    let end = stop;
    while (end > start && isSpace(bytes[end - 1])) end -= 1;
    places[count + 2] = mark;
    places[count + 3] = end - base;
    size += stop - start;
    const nameAt = base + (places[count] ?? 0);
    const nameEnd = base + (places[count + 1] ?? 0);
    count += 4;
    if (inTrailers) intact = false;
    switch (nameEnd - nameAt) {
      case 10:
        if (isText(bytes, nameAt, nameEnd, 'connection')) said |= connectionIn(bytes, start, end);
        else if (isText(bytes, nameAt, nameEnd, 'keep-alive')) head.keepAliveMs = keepAliveIn(bytes, start, end);
        return true;
      case 14:
        return !isText(bytes, nameAt, nameEnd, 'content-length') || takeLength(lengthIn(bytes, start, end));
      case 16:
        if (isText(bytes, nameAt, nameEnd, 'proxy-connection')) said |= connectionIn(bytes, start, end);
        return true;
      case 17:
        if (!isText(bytes, nameAt, nameEnd, 'transfer-encoding')) return true;
        if (head.length >= 0) return refuse('it has both a length and a transfer encoding');
        if (start === stop) return refuse('its transfer encoding is empty');
        head.hasTransferEncoding = true;
        head.chunked = endsInChunked(bytes, start, stop);
        return true;
      default:
        return true;
    }
  };

  const takeLength = (length: number): boolean => {
    if (head.length >= 0) return refuse('it has two lengths');
    if (head.hasTransferEncoding) return refuse('it has both a length and a transfer encoding');
    if (Number.isNaN(length)) return refuse('its length is no number');
    head.length = length;
    return true;
  };

  return head;
}
