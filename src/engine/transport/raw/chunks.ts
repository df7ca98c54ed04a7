import type { Note } from '../server-notes.ts';
import { byte } from './characters.ts';
import { deviation } from './deviations.ts';
import { isSpace } from './fields.ts';

/** Reads the framing around the data of chunks: sizes, extensions, line ends. */
export interface ChunkReader {
  /** Starts a body with its first chunk. */
  begin(): void;
  /**
   * Reads from `start` to where data or trailers begin. Returns that position, `end` if more bytes are needed, or -1
   * for a fault.
   */
  read(bytes: Uint8Array, start: number, end: number): number;
  /**
   * What follows the bytes read: a chunk's data, or the trailers after the last chunk; undefined if more bytes are
   * needed.
   */
  readonly upTo: 'data' | 'trailers' | undefined;
  /** Number of data bytes that come next. */
  readonly left: number;
  /** Counts data bytes as read. */
  took(count: number): void;
  readonly fault: string;
}

const step = { before: 0, size: 1, padding: 2, extension: 3, sizeEnd: 4, dataCr: 5, dataLf: 6 } as const;

/** Maximum length of a line around a chunk, bytes; a longer one isn't a chunk size with an extension. */
const maxLineBytes = 16_384;

/** Creates a reader that accepts padded sizes, any extension, and bare LF, like RFC 9112 (2.2, 7.1.1) and curl. */
export function createChunkReader(note: Note): ChunkReader {
  let at: number = step.before;
  let digits = 0;
  let lineBytes = 0;

  const chunks = {
    upTo: undefined as ChunkReader['upTo'],
    left: 0,
    fault: '',

    begin() {
      beginLine();
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
        lineBytes += 1;
        switch (at) {
          case step.before:
          case step.size: {
            const digit = hexDigit(next);
            if (digit >= 0) {
              chunks.left = 16 * chunks.left + digit;
              if (chunks.left > Number.MAX_SAFE_INTEGER) return broken('a chunk is too large');
              digits += 1;
              at = step.size;
            } else if (isSpace(next)) {
              note(deviation.paddedChunks);
              if (digits > 0) at = step.padding;
            } else if (digits === 0) return broken("the size of a chunk isn't a number");
            else if (next === byte.cr) at = step.sizeEnd;
            else if (next === byte.semicolon) at = step.extension;
            else if (next === byte.lf) return endLine(i);
            else return broken("the size of a chunk isn't a number");
            break;
          }
          case step.padding:
            if (next === byte.cr) at = step.sizeEnd;
            else if (next === byte.lf) return endLine(i);
            else if (!isSpace(next)) at = step.extension;
            break;
          case step.extension:
            if (next === byte.lf) return endLine(i);
            if (next === byte.cr) at = step.sizeEnd;
            break;
          case step.sizeEnd:
            if (next === byte.lf) return endSize(i);
            if (next !== byte.cr) return broken('a CR without LF');
            note(deviation.bareCr);
            break;
          case step.dataCr:
            if (next === byte.cr) at = step.dataLf;
            else if (next === byte.lf) {
              note(deviation.bareLf);
              beginLine();
            } else return broken('a chunk is longer than its size');
            break;
          default:
            if (next !== byte.lf) return broken('a CR without LF');
            beginLine();
        }
        if (lineBytes > maxLineBytes) return broken('the line of a chunk size is too long');
      }
      return end;
    },
  };

  const beginLine = (): void => {
    at = step.before;
    digits = lineBytes = 0;
  };

  const endLine = (place: number): number => {
    note(deviation.bareLf);
    return endSize(place);
  };

  const endSize = (place: number): number => {
    chunks.upTo = chunks.left > 0 ? 'data' : 'trailers';
    return place + 1;
  };

  const broken = (fault: string): -1 => {
    chunks.fault = fault;
    return -1;
  };

  return chunks;
}

function hexDigit(code: number): number {
  if (code >= byte.zero && code <= byte.nine) return code - byte.zero;
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}
