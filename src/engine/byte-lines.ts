const lf = 10;
const cr = 13;
const leastBytes = 1_024;

/** Is given each line where it lies in the buffer, without its end, and when the last of its bytes arrived. */
export type OnLine = (buffer: Buffer, start: number, end: number, atMs: number) => void;

/** Cuts bytes into lines, however they arrive: CR, LF and CRLF end one, as in server-sent events. */
export interface ByteLines {
  /** Copies what arrived. Nothing is looked at yet. */
  add(bytes: Uint8Array, atMs: number): void;
  /** Hands over the lines that are whole by now. */
  read(onLine: OnLine): void;
  /** Hands over what is left when no more will arrive, if it is not empty. */
  readRest(onLine: OnLine): void;
  clear(): void;
  /** Bytes that are kept. */
  readonly size: number;
}

/** The buffer grows to what arrives between two reads, or to the longest line, and is used again. */
export function createByteLines(): ByteLines {
  let buffer = Buffer.alloc(0);
  let length = 0;
  let scanned = 0;
  let lineStart = 0;
  /** The last byte was a CR: an LF after it belongs to it. */
  let afterCr = false;
  /** How far the buffer was filled by what arrived, and when: place 2i and 2i + 1. */
  let marks = new Float64Array(16);
  let markCount = 0;

  const reserve = (more: number): void => {
    if (length + more <= buffer.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(leastBytes, 2 * (length + more)));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };

  const scan = (until: number, atMs: number, onLine: OnLine): void => {
    for (; scanned < until; scanned += 1) {
      const byte = buffer[scanned];
      if (byte !== lf && byte !== cr) {
        afterCr = false;
        continue;
      }
      if (byte === lf && afterCr) {
        afterCr = false;
        lineStart = scanned + 1;
        continue;
      }
      afterCr = byte === cr;
      const start = lineStart;
      lineStart = scanned + 1;
      onLine(buffer, start, scanned, atMs);
    }
  };

  return {
    add(bytes, atMs) {
      reserve(bytes.byteLength);
      buffer.set(bytes, length);
      length += bytes.byteLength;
      if (2 * markCount + 1 >= marks.length) {
        const larger = new Float64Array(2 * marks.length);
        larger.set(marks);
        marks = larger;
      }
      marks[2 * markCount] = length;
      marks[2 * markCount + 1] = atMs;
      markCount += 1;
    },
    read(onLine) {
      for (let i = 0; i < markCount; i += 1) scan(marks[2 * i] ?? 0, marks[2 * i + 1] ?? 0, onLine);
      // The last stamp stays, for what is left without an end.
      if (markCount > 0) marks[1] = marks[2 * markCount - 1] ?? 0;
      markCount = 0;
      if (lineStart === 0) return;
      buffer.copyWithin(0, lineStart, length);
      length -= lineStart;
      scanned = length;
      lineStart = 0;
    },
    readRest(onLine) {
      if (length > 0) onLine(buffer, 0, length, marks[1] ?? 0);
      length = scanned = 0;
    },
    clear() {
      length = scanned = lineStart = markCount = 0;
      afterCr = false;
    },
    get size() {
      return length;
    },
  };
}
