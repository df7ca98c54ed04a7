import { createParser } from 'eventsource-parser';
import { isJson, parsed } from './dialects/json.ts';

/** A longer event or line isn't read: the stream counts as failed. */
const maxLength = 1 << 20;
/** A longer JSON response isn't read. */
const maxWhole = 4 << 20;
/** Characters kept of a response that is neither JSON nor events. */
const maxText = 4_096;

/** Takes the text of a response apart, however it was cut. */
export interface Framing {
  feed(text: string): void;
  /** No more will come; `whole`: because the body came to its end. */
  end(whole: boolean): void;
  /** A new response begins. */
  clear(): void;
}

/** What is handed over; `event` is the type of a server-sent event, empty unless given. */
interface FramingEvents {
  readonly onData: (data: string, event: string) => void;
  /** An event is too long; nothing more is handed over. */
  readonly onOverflow: () => void;
}

/**
 * Creates a framing of server-sent events as the HTML standard has them. An event without the empty line after it was cut off.
 *
 * Subtle: eventsource-parser keeps a CR at the end of a piece, and all that follows up to the next line end, for later. So it
 * is given LF alone: an event is whole with its last byte, and the same however it was cut.
 */
export function createEventFraming({ onData, onOverflow }: FramingEvents): Framing {
  let open = true;
  let afterCr = false;
  const parser = createParser({
    maxBufferSize: maxLength,
    onEvent: ({ data, event = '' }) => onData(data, event),
    onError(error) {
      // Other errors are of fields that mean nothing here.
      if (error.type !== 'max-buffer-size-exceeded') return;
      open = false;
      onOverflow();
    },
  });
  return {
    feed(text) {
      // Half a letter decodes to nothing.
      if (!open || text === '') return;
      const rest = afterCr && text.startsWith('\n') ? text.slice(1) : text;
      afterCr = text.endsWith('\r');
      parser.feed(rest.includes('\r') ? rest.replaceAll(/\r\n?/g, '\n') : rest);
    },
    end() {},
    clear() {
      parser.reset();
      open = true;
      afterCr = false;
    },
  };
}

/** What a framing of JSON hands over beside lines. */
interface JsonEvents extends FramingEvents {
  /** The response is one text, not lines. */
  readonly onWhole: (text: string) => void;
  /** The response is one text, too long to be read. */
  readonly onTooLong: () => void;
  /** When what is read now arrived: a line may be handed over later than it came. */
  readonly now: { atMs: number };
}

/**
 * Creates a framing of JSON: one text, over however many lines, or a text on each line. Which of the two it is shows when
 * something follows the first line; until then that is kept.
 */
export function createJsonFraming({ onData, onOverflow, onWhole, onTooLong, now }: JsonEvents): Framing {
  let mode: 'start' | 'line' | 'lines' | 'whole' | 'closed' = 'start';
  let rest = '';
  const held = { text: '', atMs: 0 };

  const releaseHeld = (): void => {
    const { atMs } = now;
    now.atMs = held.atMs;
    onData(held.text, '');
    now.atMs = atMs;
    held.text = '';
  };

  /** Returns false when the line is only a part of a text. */
  const readLine = (line: string): boolean => {
    if (line.trim() === '') return true;
    if (mode === 'start') {
      mode = isJson(parsed(line)) ? 'line' : 'whole';
      held.text = line;
      held.atMs = now.atMs;
      return mode === 'line';
    }
    if (mode === 'line') {
      mode = 'lines';
      releaseHeld();
    }
    onData(line, '');
    return true;
  };

  return {
    feed(text) {
      if (mode === 'closed') return;
      rest += text;
      if (mode !== 'whole' && text.includes('\n')) {
        let start = 0;
        for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
          // A text over several lines is kept from its start.
          if (!readLine(rest.slice(start, end))) break;
          start = end + 1;
        }
        rest = rest.slice(start);
      }
      if (rest.length <= (mode === 'lines' || mode === 'line' ? maxLength : maxWhole)) return;
      if (mode === 'lines' || mode === 'line') onOverflow();
      else onTooLong();
      mode = 'closed';
      rest = '';
    },
    end(whole) {
      if (mode === 'closed') return;
      const left = rest;
      rest = '';
      if (mode === 'whole' || mode === 'start') {
        if (whole) onWhole(left);
      } else if (whole && left.trim() !== '') readLine(left);
      // Nothing followed the first line.
      if (mode === 'line') {
        if (whole) {
          now.atMs = held.atMs;
          onWhole(held.text);
        } else releaseHeld();
      }
    },
    clear() {
      mode = 'start';
      rest = held.text = '';
    },
  };
}

/** What the text of a response is. */
export type BodyForm = 'events' | 'json' | 'text';

const eventFields = ['data', 'event', 'id', 'retry', ':'];

/**
 * Returns what a response is by how it starts: its bytes decide, whatever its type says. Undefined while that is open.
 * @param saysEvents its content type says that it is events
 */
export function formOf(start: string, saysEvents: boolean): BodyForm | undefined {
  const text = start.trimStart();
  if (text === '') return undefined;
  if (/^[{[]/.test(text)) return 'json';
  if (text.startsWith('<')) return 'text';
  if (saysEvents) return 'events';
  const field = eventFields.find((name) => name.startsWith(text.slice(0, name.length)));
  if (field === undefined) return 'text';
  if (text.length <= field.length && field !== ':') return undefined;
  return field === ':' || /^[:\r\n]/.test(text.slice(field.length)) ? 'events' : 'text';
}

/** Creates a framing that keeps the start of a text and hands it over at its end. */
export function createTextFraming(onText: (text: string) => void): Framing {
  let kept = '';
  return {
    feed(text) {
      if (kept.length < maxText) kept += text.slice(0, maxText - kept.length);
    },
    end() {
      onText(kept);
    },
    clear() {
      kept = '';
    },
  };
}
