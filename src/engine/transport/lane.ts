import type { ExchangeEvents, Lane, Origin, WireRequest } from './transport.ts';

/** A lane's connection to one origin, open or closed. */
export interface Line {
  connect(): Promise<void>;
  send(request: WireRequest, events: ExchangeEvents): void;
  close(): void;
}

/**
 * Creates a lane.
 * @param createLine creates the line to an origin
 * @param kept number of origins it keeps a connection to; the one unused longest is closed first
 */
export function createLane(createLine: (origin: Origin) => Line, kept: number): Lane {
  // In order of use, the one unused longest first. Needed only for more than one origin.
  const lines = new Map<string, Line>();
  let current: Line | undefined;
  let currentUrl = '';

  const lineTo = (origin: Origin): Line => {
    if (current && currentUrl === origin.url) return current;
    const known = lines.get(origin.url);
    const line = known ?? createLine(origin);
    if (known) lines.delete(origin.url);
    lines.set(origin.url, line);
    const [oldest] = lines;
    if (lines.size > kept && oldest) {
      lines.delete(oldest[0]);
      oldest[1].close();
    }
    current = line;
    currentUrl = origin.url;
    return line;
  };

  return {
    connect: (origin) => lineTo(origin).connect(),
    send: (request, events) => lineTo(request.origin).send(request, events),
    cut() {
      lines.delete(currentUrl);
      current?.close();
      current = undefined;
    },
    close() {
      for (const line of lines.values()) line.close();
      lines.clear();
      current = undefined;
    },
  };
}

/** Receives the events of a dropped exchange. */
export const nobody: ExchangeEvents = { sent() {}, headers() {}, data() {}, end() {}, failed() {} };
