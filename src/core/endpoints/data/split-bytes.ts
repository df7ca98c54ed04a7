/** A part of a text in UTF-8, with its first line, from 1. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly line: number;
}

/** A list that isn't one: what is wrong, and where. */
export interface ListFault {
  readonly line: number;
  readonly fault: string;
}

const [lineFeed, carriageReturn, quote, backslash, comma] = [10, 13, 34, 92, 44];
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125];
const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === lineFeed || byte === carriageReturn;

/** Returns whether a line ends with the byte at an index: `\n`, or `\r` without one after it. */
const endsLine = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] !== lineFeed);

/** Yields the lines that have more than white space. They may end with `\n`, `\r\n`, or `\r`. */
export function* filledLines(bytes: Uint8Array): Generator<Part> {
  let line = 1;
  let start = 0;
  let filled = false;
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && !endsLine(bytes, at)) {
      filled ||= !isSpace(bytes[at] ?? 0);
      continue;
    }
    const end = bytes[at] === lineFeed && bytes[at - 1] === carriageReturn ? at - 1 : at;
    if (filled) yield { bytes: bytes.subarray(start, Math.max(start, end)), line };
    line += 1;
    start = at + 1;
    filled = false;
  }
}

/**
 * Yields the elements of a JSON array, each as its bytes, so that a large file is never one text. Whether an element is
 * valid JSON is left to the caller. `fail` is called for a list that isn't closed or has text after it.
 */
export function* listElements(bytes: Uint8Array, fail: (fault: ListFault) => never): Generator<Part> {
  let line = 1;
  let depth = 0;
  let start = -1;
  let startLine = 1;
  let number = 0;
  let end = 0;
  let followsComma = false;
  let at = 0;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (endsLine(bytes, at)) line += 1;
    if (isSpace(byte)) continue;
    if (depth === 0 && end > 0) return fail({ line, fault: 'has text after the end of its list' });
    if (depth === 1 && (byte === comma || byte === closeList)) {
      if (start >= 0) yield { bytes: bytes.subarray(start, end), line: startLine };
      else if (byte === comma || followsComma) return fail({ line, fault: 'has a comma without an entry' });
      followsComma = byte === comma;
      start = -1;
    } else if (depth > 0 && start < 0) [start, startLine, number] = [at, line, number + 1];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === openList || byte === openObject) depth += 1;
    else if (byte === closeList || byte === closeObject) depth -= 1;
    end = at + 1;
  }
  if (depth > 1 || at > bytes.length)
    return fail({ line: startLine, fault: `has an entry without an end (entry ${number})` });
  if (depth > 0) return fail({ line, fault: 'ends before its list does' });
}

/** Returns the index of the quote that ends a JSON string, or the length of the bytes if there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let from = start + 1; ;) {
    const at = bytes.indexOf(quote, from);
    if (at < 0) return bytes.length;
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
    from = at + 1;
  }
}
