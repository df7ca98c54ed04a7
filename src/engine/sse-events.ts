import type { OnLine } from './byte-lines.ts';

const colon = 58;
const space = 32;
const dataField = Buffer.from('data');
const eventField = Buffer.from('event');
const byteOrderMark = Buffer.from('\u{FEFF}');

/** Makes server-sent events of lines, as the HTML standard has it. `id` and `retry` mean nothing here. */
export interface SseEvents {
  readonly onLine: OnLine;
  /** A new stream begins. */
  clear(): void;
}

/** @param onEvent is given the data, the event's type (empty unless given), and when its last line arrived */
export function createSseEvents(onEvent: (data: string, event: string, atMs: number) => void): SseEvents {
  let data: string | undefined;
  let event = '';
  let first = true;

  return {
    onLine(buffer, lineStart, end, atMs) {
      let start = lineStart;
      if (first) {
        first = false;
        if (startsWith(buffer, start, end, byteOrderMark)) start += byteOrderMark.length;
      }
      if (start === end) {
        const whole = data;
        const type = event;
        data = undefined;
        event = '';
        if (whole !== undefined) onEvent(whole, type, atMs);
        return;
      }
      // A line that starts with a colon is a comment: a field without a name.
      if (isField(buffer, start, end, dataField)) {
        const value = valueOf(buffer, start + dataField.length, end);
        data = data === undefined ? value : `${data}\n${value}`;
      } else if (isField(buffer, start, end, eventField)) {
        event = valueOf(buffer, start + eventField.length, end);
      }
    },
    clear() {
      data = undefined;
      event = '';
      first = true;
    },
  };
}

function startsWith(buffer: Buffer, start: number, end: number, wanted: Buffer): boolean {
  if (end - start < wanted.length) return false;
  for (let i = 0; i < wanted.length; i += 1) if (buffer[start + i] !== wanted[i]) return false;
  return true;
}

function isField(buffer: Buffer, start: number, end: number, name: Buffer): boolean {
  const after = start + name.length;
  return startsWith(buffer, start, end, name) && (after === end || buffer[after] === colon);
}

/** What stands after the colon and one space; a field without a colon is empty. */
function valueOf(buffer: Buffer, colonAt: number, end: number): string {
  let start = colonAt + 1;
  if (start < end && buffer[start] === space) start += 1;
  return start >= end ? '' : buffer.toString('utf8', start, end);
}
