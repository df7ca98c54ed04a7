import { byte, isText } from './characters.ts';

/** Options of a Connection header, as bits. */
export const says = { close: 1, keepAlive: 2 } as const;

const timeout = 'timeout=';

/** A space or a tab. */
export const isSpace = (code: number | undefined): boolean => code === byte.space || code === byte.tab;

/** Returns the length in one part of Content-Length; NaN for an invalid number or one that is too large. */
export function lengthIn(bytes: Uint8Array, start: number, end: number): number {
  let to = end;
  while (to > start && isSpace(bytes[to - 1])) to -= 1;
  let length = to === start ? Number.NaN : 0;
  for (let i = start; i < to; i += 1) {
    const digit = (bytes[i] ?? 0) - byte.zero;
    length = digit >= 0 && digit <= 9 ? 10 * length + digit : Number.NaN;
  }
  return length <= Number.MAX_SAFE_INTEGER ? length : Number.NaN;
}

/** Transfer codings in a header. */
interface Codings {
  /** The list is empty. */
  readonly empty: boolean;
  readonly identity: boolean;
  /** Contains a coding other than `identity`. */
  readonly other: boolean;
  /** `chunked` is the last of them. */
  readonly endsInChunked: boolean;
}

/** Returns the transfer codings of a header. */
export function codingsIn(bytes: Uint8Array, start: number, end: number): Codings {
  let [empty, identity, other, endsInChunked] = [true, false, false, false];
  let from = start;
  for (let i = start; i <= end; i += 1) {
    if (i < end && bytes[i] !== byte.comma) continue;
    let to = i;
    while (from < to && isSpace(bytes[from])) from += 1;
    while (to > from && isSpace(bytes[to - 1])) to -= 1;
    if (to > from) {
      empty = false;
      if (isText(bytes, from, to, 'identity')) identity = true;
      else {
        other = true;
        endsInChunked = isText(bytes, from, to, 'chunked');
      }
    }
    from = i + 1;
  }
  return { empty, identity, other, endsInChunked };
}

/** Returns the options in a Connection header, as bits of `says`. */
export function connectionIn(bytes: Uint8Array, start: number, end: number): number {
  let said = 0;
  let from = start;
  for (let i = start; i <= end; i += 1) {
    if (i < end && bytes[i] !== byte.comma) continue;
    let to = i;
    while (from < to && isSpace(bytes[from])) from += 1;
    while (to > from && isSpace(bytes[to - 1])) to -= 1;
    if (isText(bytes, from, to, 'close')) said |= says.close;
    else if (isText(bytes, from, to, 'keep-alive')) said |= says.keepAlive;
    from = i + 1;
  }
  return said;
}

/** Returns how long an idle connection stays open by a Keep-Alive header, ms; Infinity if it doesn't say. */
export function keepAliveIn(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i + timeout.length < end; i += 1) {
    if (!isText(bytes, i, i + timeout.length, timeout)) continue;
    let seconds = 0;
    let k = i + timeout.length;
    for (; k < end; k += 1) {
      const digit = (bytes[k] ?? 0) - byte.zero;
      if (digit < 0 || digit > 9) break;
      seconds = 10 * seconds + digit;
    }
    if (k > i + timeout.length) return 1_000 * seconds;
  }
  return Infinity;
}
