import { byte, isToken, isValue } from './characters.ts';

/** Reads what stands around the data of chunks: sizes, extensions, line ends. */
export interface ChunkReader {
  /** The first chunk of a body begins. */
  begin(): void;
  /** Reads from `start` to where data or trailers begin; answers that place, `end` when more must come, -1 for a fault. */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** What was read up to: a chunk's data, or the trailers after the last chunk; undefined when more must come. */
  readonly upTo: 'data' | 'trailers' | undefined;
  /** Bytes of data that come next. */
  readonly left: number;
  /** That much of the data was taken. */
  took(count: number): void;
  readonly fault: string;
}

const step = {
  firstDigit: 0,
  size: 1,
  sizeEnd: 2,
  dataCr: 4,
  dataLf: 5,
  extension: 6,
  name: 7,
  value: 8,
  quoted: 9,
  escaped: 10,
  quoteEnd: 11,
} as const;

/** As strict as llhttp: CRLF everywhere, no space anywhere but in quotes. */
export function createChunkReader(): ChunkReader {
  let at: number = step.firstDigit;

  const chunks = {
    upTo: undefined as ChunkReader['upTo'],
    left: 0,
    fault: '',

    begin() {
      at = step.firstDigit;
      chunks.left = 0;
      chunks.upTo = undefined;
    },

    took(count: number) {
      chunks.left -= count;
      if (chunks.left > 0) return;
      chunks.upTo = undefined;
      at = step.dataCr;
    },

    read(bytes: Uint8Array, start: number, end: number): number {
      for (let i = start; i < end; i += 1) {
        const next = bytes[i] ?? 0;
        switch (at) {
          case step.firstDigit:
          case step.size: {
            const digit = hexDigit(next);
            if (digit >= 0) {
              chunks.left = 16 * chunks.left + digit;
              if (chunks.left > Number.MAX_SAFE_INTEGER) return broken('a chunk is too large');
              at = step.size;
            } else if (at === step.size && next === byte.cr) at = step.sizeEnd;
            else if (at === step.size && next === byte.semicolon) at = step.extension;
            else return broken('the size of a chunk is no number');
            break;
          }
          case step.sizeEnd:
            if (next !== byte.lf) return broken('a CR without LF');
            chunks.upTo = chunks.left > 0 ? 'data' : 'trailers';
            return i + 1;
          case step.dataCr:
            if (next !== byte.cr) return broken('a chunk is longer than it says');
            at = step.dataLf;
            break;
          case step.dataLf:
            if (next !== byte.lf) return broken('a CR without LF');
            at = step.firstDigit;
            break;
          default:
            if (!readExtension(next)) return broken('the extension of a chunk is none');
        }
      }
      return end;
    },
  };

  const broken = (fault: string): -1 => {
    chunks.fault = fault;
    return -1;
  };

  /** `;name=value;name="quoted"`: read over, whatever it says. */
  const readExtension = (next: number): boolean => {
    switch (at) {
      case step.extension:
        if (next === byte.cr) return false;
        at = step.name;
        return readExtension(next);
      case step.name:
        if (isToken[next] === 1) return true;
        if (next !== byte.equals) return endExtension(next);
        at = step.value;
        return true;
      case step.value:
        if (isToken[next] === 1) return true;
        if (next !== byte.quote) return endExtension(next);
        at = step.quoted;
        return true;
      case step.quoted:
        if (next === byte.quote) at = step.quoteEnd;
        else if (next === byte.backslash) at = step.escaped;
        else return isValue[next] === 1;
        return true;
      case step.escaped:
        at = step.quoted;
        return isValue[next] === 1;
      default:
        return endExtension(next);
    }
  };

  const endExtension = (next: number): boolean => {
    if (next === byte.semicolon) at = step.extension;
    else if (next === byte.cr) at = step.sizeEnd;
    else return false;
    return true;
  };

  return chunks;
}

function hexDigit(code: number): number {
  if (code >= byte.zero && code <= byte.nine) return code - byte.zero;
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}
