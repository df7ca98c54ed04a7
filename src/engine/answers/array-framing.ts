import { maxLength, type Framing, type FramingEvents } from './framing.ts';

/** Callbacks of an array framing. */
interface ArrayEvents extends FramingEvents {
  /** Returns whether an element is an event of a stream. Called with the first one. */
  readonly isEvent: (element: string) => boolean;
  /** Framing of an array whose first element isn't an event. */
  readonly otherwise: Framing;
}

/**
 * Creates a framing for a JSON array of events, which Gemini streams without `alt=sse`. An object is passed on with its
 * last byte, because the comma after it arrives with the next one.
 */
export function createArrayFraming({ onData, onOverflow, isEvent, otherwise }: ArrayEvents): Framing {
  let mode: 'start' | 'events' | 'other' | 'closed' = 'start';
  /** From the start of the array while the mode is `start`, then from that of the element. */
  let rest = '';
  let at = 0;
  let elementAt = 0;
  let depth = 0;
  let inString = false;
  let isEscaped = false;

  const passOn = (end: number): void => {
    const element = rest.slice(elementAt, end).trim();
    elementAt = end;
    if (element === '') return;
    if (mode === 'start') mode = isEvent(element) ? 'events' : 'other';
    if (mode === 'events') onData(element, '');
  };

  const step = (char: string): void => {
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (char === '\\') isEscaped = true;
      else if (char === '"') inString = false;
      return;
    }
    if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 1) elementAt = at + 1;
    } else if (char === ',' && depth === 1) {
      passOn(at);
      elementAt = at + 1;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 1) passOn(at + 1);
      if (depth > 0) return;
      passOn(at);
      mode = mode === 'events' ? 'closed' : 'other';
    }
  };

  const release = (): void => {
    mode = 'other';
    otherwise.clear();
    otherwise.feed(rest);
    rest = '';
  };

  const isOpen = (): boolean => mode === 'start' || mode === 'events';

  const read = (text: string): void => {
    rest += text;
    for (; at < rest.length && isOpen(); at += 1) step(rest.charAt(at));
    const isTooLong = rest.length - elementAt > maxLength;
    if (mode === 'other' || (mode === 'start' && isTooLong)) release();
    if (mode !== 'events') return;
    rest = rest.slice(elementAt);
    at -= elementAt;
    elementAt = 0;
    if (!isTooLong) return;
    mode = 'closed';
    onOverflow();
  };

  return {
    feed(text) {
      if (isOpen()) read(text);
      else if (mode === 'other') otherwise.feed(text);
    },
    end(whole) {
      if (mode === 'start') release();
      if (mode === 'other') otherwise.end(whole);
    },
    clear() {
      mode = 'start';
      rest = '';
      at = elementAt = depth = 0;
      inString = isEscaped = false;
    },
  };
}
