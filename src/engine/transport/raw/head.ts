import type { Note } from '../server-notes.ts';
import type { Head } from '../transport.ts';
import { byte, isText, isToken, isValue } from './characters.ts';
import { deviation } from './deviations.ts';
import { codingsIn, connectionIn, isSpace, keepAliveIn, lengthIn, says } from './fields.ts';

/** Reads the head of a response, or the trailers after its chunks, however the bytes are split. */
export interface HeadReader extends Head {
  /** Starts a head with its status line. */
  begin(): void;
  /**
   * Takes the last head as read again, because the bytes from `base` on are the same. Returns false if trailers have
   * changed its values.
   */
  again(bytes: Buffer, base: number): boolean;
  /** Starts the trailers. The values of the head stay. */
  beginTrailers(): void;
  /**
   * Reads on. `bytes` contain everything read before from `base` on; the bytes from `from` to `end` are new. Returns
   * the position after the empty line, `end` if more bytes are needed, or -1 for an invalid head.
   */
  read(bytes: Buffer, base: number, from: number, end: number): number;
  /** The empty line has been read. */
  readonly whole: boolean;
  /** Why the head is invalid, as the end of a sentence. */
  readonly fault: string;
  readonly status: number;
  /** Content-Length, bytes; -1 without one. */
  readonly length: number;
  /** Has a transfer encoding other than `identity`. */
  readonly hasTransferEncoding: boolean;
  /** `chunked` is the last transfer encoding. */
  readonly chunked: boolean;
  /** The connection can carry another response, by the version and the Connection header. */
  readonly persistent: boolean;
  /** How long the server keeps an idle connection (Keep-Alive: timeout), ms; Infinity if it doesn't say. */
  readonly keepAliveMs: number;
}

const step = {
  protocol: 0,
  major: 1,
  minor: 2,
  gap: 3,
  code: 4,
  text: 5,
  field: 6,
  name: 7,
  space: 8,
  value: 9,
  valueCr: 10,
  lastCr: 11,
  whole: 12,
} as const;

const protocol = 'http/';
/** Returns the size of a head for people. Limits are multiples of 1 KiB or small numbers of bytes. */
const sizeText = (bytes: number): string => (bytes % 1_024 === 0 ? `${bytes / 1_024} KiB` : `${bytes} bytes`);

/**
 * Creates a reader that accepts what curl and browsers accept, and records each deviation from RFC 9112. Anything
 * ambiguous, such as two different lengths, is a fault.
 */
export function createHeadReader(note: Note, maxBytes: number): HeadReader {
  /** Start and end of each name and value, relative to the base. */
  const places: number[] = [];
  let held: Buffer = Buffer.alloc(0);
  let heldAt = 0;
  let at: number = step.protocol;
  /** Start of the part being read, relative to the base. */
  let mark = 0;
  let count = 0;
  /** The last field may continue in the next line. */
  let open = false;
  let validName = true;
  /** The value contains line ends or CRs. */
  let mended = false;
  let inTrailers = false;
  /** The trailers have changed no value of the head. */
  let intact = false;
  /** Headers that were looked up. The next head usually needs the same ones. */
  let askedFor: string[] = [];
  let found: (string | undefined)[] = [];
  let major = 0;
  let minor = 0;
  let digits = 0;
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
      return major > 0 && minor > 0 ? (said & says.close) === 0 : (said & says.keepAlive) !== 0;
    },

    begin() {
      at = step.protocol;
      count = major = minor = digits = said = 0;
      open = false;
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
      open = false;
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

    read(bytes: Buffer, base: number, from: number, last: number): number {
      let i = from;
      const end = Math.min(last, base + maxBytes);
      held = bytes;
      heldAt = base;
      while (i < end) {
        const next = bytes[i] ?? 0;
        switch (at) {
          case step.protocol:
          case step.major:
          case step.minor:
          case step.gap:
          case step.code:
            if (!readLine(next, i - base)) return -1;
            i += 1;
            break;
          case step.text:
            while (i < end && bytes[i] !== byte.lf) i += 1;
            if (i === end) break;
            if (bytes[i - 1] !== byte.cr) note(deviation.bareLf);
            at = step.field;
            i += 1;
            break;
          case step.field:
            if (isSpace(next)) {
              if (!open) return broken('a folded line follows no header');
              note(deviation.folded);
              mended = true;
              at = step.value;
              break;
            }
            if (open && !takeField(bytes, base)) return -1;
            if (next === byte.cr) {
              at = step.lastCr;
              i += 1;
              break;
            }
            if (next === byte.lf) {
              note(deviation.bareLf);
              return endHead(i);
            }
            mark = i - base;
            validName = true;
            at = step.name;
            break;
          case step.name:
            while (i < end && isToken[bytes[i] ?? 0] === 1) i += 1;
            if (i === end) break;
            if (bytes[i] === byte.colon) {
              endName(bytes, base, i);
              at = step.space;
            } else if (isEnd(bytes[i])) return broken('a header line has no colon');
            else validName = false;
            i += 1;
            break;
          case step.space:
            if (next === byte.space || next === byte.tab) {
              i += 1;
              break;
            }
            mark = i - base;
            mended = false;
            at = step.value;
            break;
          case step.value:
            while (i < end && isValue[bytes[i] ?? 0] === 1) i += 1;
            if (i === end) break;
            if (bytes[i] === byte.cr) at = step.valueCr;
            else if (bytes[i] === byte.lf) {
              note(deviation.bareLf);
              endValue(i - base);
            } else if (bytes[i] === 0) return broken('a header contains a NUL byte');
            else note(deviation.controls);
            i += 1;
            break;
          case step.valueCr:
            if (next === byte.lf) {
              endValue(i - 1 - base);
              i += 1;
              break;
            }
            note(deviation.bareCr);
            mended = true;
            at = step.value;
            break;
          case step.lastCr:
            if (next === byte.lf) return endHead(i);
            if (next !== byte.cr) return broken('a CR without LF');
            note(deviation.bareCr);
            i += 1;
            break;
          default:
            return broken('data follows its end');
        }
      }
      return i < last || end === base + maxBytes ? broken(tooLong) : end;
    },
  };

  const tooLong = `its head is larger than ${sizeText(maxBytes)}. Increase the limit with --max-head or @max-head`;

  const find = (name: string): string | undefined => {
    for (let i = 0; i < count; i += 4) {
      const start = heldAt + (places[i] ?? 0);
      if (!isText(held, start, heldAt + (places[i + 1] ?? 0), name)) continue;
      const value = held.toString('latin1', heldAt + (places[i + 2] ?? 0), heldAt + (places[i + 3] ?? 0));
      return /[\r\n]/.test(value) ? onOneLine(value) : value;
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

  const endHead = (place: number): number => {
    at = step.whole;
    head.whole = true;
    if (head.hasTransferEncoding) {
      if (!head.chunked) note(deviation.otherCoding);
      if (head.length >= 0) note(deviation.lengthAndCoding);
    }
    return place + 1;
  };

  /** Reads one byte of the status line up to the code: `HTTP/1.1 200`. */
  const readLine = (next: number, place: number): boolean => {
    const digit = next - byte.zero;
    const isDigit = digit >= 0 && digit <= 9;
    switch (at) {
      case step.protocol:
        if ((place < 4 ? next | 0x20 : next) !== protocol.charCodeAt(place)) return refuse(noStatusLine);
        if (place < 4 && next >= 0x61) note(deviation.statusLine);
        if (place === protocol.length - 1) at = step.major;
        return true;
      case step.major:
      case step.minor:
        if (isDigit && digits < 2) {
          digits += 1;
          if (at === step.major) major = 10 * major + digit;
          else minor = 10 * minor + digit;
          return true;
        }
        if (digits === 0) return refuse(noStatusLine);
        digits = 0;
        if (at === step.major && next === 0x2e) at = step.minor;
        else if (next !== byte.space) return refuse(noStatusLine);
        else {
          if (major !== 1 || minor > 1) note(deviation.version);
          at = step.gap;
        }
        return true;
      case step.gap:
        if (next === byte.space) {
          note(deviation.statusLine);
          return true;
        }
        at = step.code;
        return readLine(next, place);
      default:
        if (isDigit && digits < 3) {
          digits += 1;
          head.status = 10 * head.status + digit;
          return true;
        }
        if (isDigit || digits < 3) return refuse(noStatusLine);
        if (next !== byte.space) note(deviation.statusLine);
        if (next === byte.lf) note(deviation.bareLf);
        at = next === byte.lf ? step.field : step.text;
        return true;
    }
  };

  const endName = (bytes: Buffer, base: number, colon: number): void => {
    let end = colon;
    while (end > base + mark && isSpace(bytes[end - 1])) end -= 1;
    places[count] = mark;
    places[count + 1] = end - base;
    if (end === base + mark) note(deviation.emptyName);
    if (validName) return;
    if (end < colon) note(deviation.spaceBeforeColon);
    validName = true;
    for (let i = base + mark; i < end && validName; i += 1) validName = isToken[bytes[i] ?? 0] === 1;
    if (!validName) note(deviation.invalidName);
  };

  const endValue = (end: number): void => {
    places[count + 2] = mark;
    places[count + 3] = end;
    open = true;
    at = step.field;
  };

  /** Ends a header, once the next line doesn't continue it. */
  const takeField = (bytes: Buffer, base: number): boolean => {
    open = false;
    const start = base + (places[count + 2] ?? 0);
    let end = base + (places[count + 3] ?? 0);
    while (end > start && (isSpace(bytes[end - 1]) || bytes[end - 1] === byte.cr)) end -= 1;
    places[count + 3] = end - base;
    const nameAt = base + (places[count] ?? 0);
    const nameEnd = base + (places[count + 1] ?? 0);
    count += 4;
    if (inTrailers) intact = false;
    if (!validName) return true;
    if (!mended) return useField(bytes, nameAt, nameEnd, bytes, start, end);
    const value = Buffer.from(onOneLine(bytes.toString('latin1', start, end)), 'latin1');
    return useField(bytes, nameAt, nameEnd, value, 0, value.length);
  };

  /** Applies a header that determines where the response ends or whether the connection stays open. */
  const useField = (
    names: Buffer,
    nameAt: number,
    nameEnd: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): boolean => {
    switch (nameEnd - nameAt) {
      case 10:
        if (isText(names, nameAt, nameEnd, 'connection')) said |= connectionIn(bytes, start, end);
        else if (isText(names, nameAt, nameEnd, 'keep-alive')) head.keepAliveMs = keepAliveIn(bytes, start, end);
        return true;
      case 14:
        return inTrailers || !isText(names, nameAt, nameEnd, 'content-length') || takeLength(bytes, start, end);
      case 16:
        if (isText(names, nameAt, nameEnd, 'proxy-connection')) said |= connectionIn(bytes, start, end);
        return true;
      case 17:
        if (!inTrailers && isText(names, nameAt, nameEnd, 'transfer-encoding')) takeCodings(bytes, start, end);
        return true;
      default:
        return true;
    }
  };

  /** Reads Content-Length: one number, or the same one several times (RFC 9110, 8.6). */
  const takeLength = (bytes: Buffer, start: number, end: number): boolean => {
    let from = start;
    for (let i = start; i <= end; i += 1) {
      if (i < end && bytes[i] !== byte.comma) continue;
      while (from < i && isSpace(bytes[from])) from += 1;
      const signed = bytes[from] === byte.plus && from + 1 < i;
      if (signed) note(deviation.signedLength);
      const length = lengthIn(bytes, signed ? from + 1 : from, i);
      if (Number.isNaN(length)) return refuse("its Content-Length isn't a number");
      if (head.length >= 0) {
        if (head.length !== length) return refuse('it has conflicting Content-Length headers');
        note(deviation.repeatedLength);
      }
      head.length = length;
      from = i + 1;
    }
    return true;
  };

  const takeCodings = (bytes: Buffer, start: number, end: number): void => {
    const codings = codingsIn(bytes, start, end);
    if (codings.identity) note(deviation.identity);
    if (codings.empty) note(deviation.emptyCoding);
    if (!codings.other) return;
    head.hasTransferEncoding = true;
    head.chunked = codings.endsInChunked;
  };

  return head;
}

const noStatusLine = "its first line isn't a status line";

const isEnd = (code: number | undefined): boolean => code === byte.cr || code === byte.lf || code === 0;

/**
 * Returns a folded value, or one with CRs, as one line. Each line end with its surrounding spaces becomes one space
 * (RFC 9112, 5.2).
 */
const onOneLine = (value: string): string => value.replaceAll(/[ \t]*[\r\n][ \t\r\n]*/g, ' ').trim();
