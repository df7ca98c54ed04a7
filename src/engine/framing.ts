import { createParser } from 'eventsource-parser';

/** A longer event or line is not read: the stream counts as failed. */
const maxLength = 1 << 20;

/** Takes the text of a stream apart, however it was cut. */
export interface Framing {
  feed(text: string): void;
  /** No more will come; `whole`: because the body came to its end. */
  end(whole: boolean): void;
  /** A new stream begins. */
  clear(): void;
}

/** What is handed over; `event` is the type of a server-sent event, empty unless given. */
interface FramingEvents {
  readonly onData: (data: string, event: string) => void;
  /** An event is too long; nothing more is handed over. */
  readonly onOverflow: () => void;
}

/**
 * Server-sent events as the HTML standard has them. An event without the empty line after it was cut off.
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

/** Lines, of which the last needs no end. */
export function createLineFraming({ onData, onOverflow }: FramingEvents): Framing {
  let rest = '';
  let open = true;
  return {
    feed(text) {
      if (!open) return;
      rest += text;
      let start = 0;
      for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
        onData(rest.slice(start, end), '');
        start = end + 1;
      }
      rest = rest.slice(start);
      if (rest.length <= maxLength) return;
      open = false;
      onOverflow();
    },
    end(whole) {
      if (open && whole && rest !== '') onData(rest, '');
    },
    clear() {
      rest = '';
      open = true;
    },
  };
}
