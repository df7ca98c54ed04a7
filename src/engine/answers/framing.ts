import { createParser } from 'eventsource-parser';
import { isJson, parsed } from './dialects/json.ts';

/** Maximum length of an event or line, characters. With a longer one, the stream counts as failed. */
export const maxLength = 1 << 20;
/** Maximum length of a JSON response, characters. */
const maxWhole = 4 << 20;
/** Characters kept of a response that is neither JSON nor events. */
const maxText = 4_096;

/** Splits a response into messages, however its bytes are split. */
export interface Framing {
  feed(text: string): void;
  /** Ends the input. `whole`: the body is complete. */
  end(whole: boolean): void;
  /** Starts a new response. */
  clear(): void;
}

/** Callbacks of a framing. `event` is the type of a server-sent event, empty by default. */
export interface FramingEvents {
  readonly onData: (data: string, event: string) => void;
  /** An event is too long; no more events follow. */
  readonly onOverflow: () => void;
}

/**
 * Creates a framing for server-sent events (HTML standard). An event without the empty line after it was cut off.
 * eventsource-parser holds back a CR at the end of a piece and everything up to the next line end. So it gets LF only:
 * an event is then complete with its last byte, however the bytes are split.
 */
export function createEventFraming({ onData, onOverflow }: FramingEvents): Framing {
  let open = true;
  let afterCr = false;
  const parser = createParser({
    maxBufferSize: maxLength,
    onEvent: ({ data, event = '' }) => onData(data, event),
    onError(error) {
      // Versions of llama.cpp up to 2025 send an error as a field of its own.
      if (error.field === 'error') onData(error.value ?? '', 'error');
      // Other errors are about fields that don't matter here.
      if (error.type !== 'max-buffer-size-exceeded') return;
      open = false;
      onOverflow();
    },
  });
  return {
    feed(text) {
      // Part of a character decodes to an empty text.
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

/** Callbacks of a JSON framing. */
interface JsonEvents extends FramingEvents {
  /** The response is a single text, not lines. */
  readonly onWhole: (text: string) => void;
  /** The response is a single text that is too long. */
  readonly onTooLong: () => void;
  /** Arrival time of what is being read. A line may be passed on later than it arrived. */
  readonly now: { atMs: number };
}

/**
 * Creates a framing for JSON: a single text over any number of lines, or one text per line. The first line is kept
 * until the next characters show which of the two it is.
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

  /** Returns false if the line is only a part of a text. */
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

/** Format of a response. */
export type BodyForm = 'events' | 'json' | 'text';

const eventFields = ['data', 'event', 'id', 'retry', ':'];

/**
 * Returns the format of a response by its first characters, whatever its content type says; undefined if more are
 * needed.
 * @param saysEvents the content type says that it is events
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

/** Creates a framing that keeps the start of a text and passes it on at the end. */
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
