import { createResponseParser } from '../../../../src/engine/transport/raw/response-parser.ts';

/** What was read of one answer. */
export interface Reading {
  outcome: 'whole' | 'broken' | 'incomplete';
  /** 0 before the final head. */
  status: number;
  /** Name, value, name, value … */
  headers: string[];
  body: string;
  /** Another answer may follow. */
  reusable: boolean;
  /** How many bytes a whole answer has. */
  taken: number;
  /** Deviations from HTTP, each once. */
  notes: string[];
  /** There was an answer before the final one that a request must ask for, or one without a status. */
  unasked?: true;
}

/** Reads one answer with a new parser; the headers are the values of those names. */
export const readAnswer = (
  pieces: readonly Buffer[],
  toHead: boolean,
  ended: boolean,
  names: readonly string[],
): Reading => createReader()(pieces, toHead, ended, names);

/** Reads one answer after the other with the same parser. */
export function createReader(): typeof readAnswer {
  const now = {
    reading: emptyReading(),
    body: [] as Buffer[],
    names: [] as readonly string[],
    notes: new Set<string>(),
  };
  const parser = createResponseParser(
    {
      head(status, head) {
        now.reading.status = status;
        now.reading.headers = now.names.flatMap((name) => [name, head.get(name) ?? '(none)']);
      },
      body: (bytes) => void now.body.push(Buffer.from(bytes)),
    },
    { note: (text) => void now.notes.add(text), maxHeadBytes: 262_144 },
  );
  return (pieces, toHead, ended, names) => {
    const reading = emptyReading();
    Object.assign(now, { reading, body: [], names, notes: new Set() });
    parser.begin(toHead, false);
    for (const piece of pieces) {
      // Lies somewhere in a larger buffer, as in real life, and what is around it is no part of it.
      const around = Buffer.concat([Buffer.from('HTTP'), piece, Buffer.from('\r\n\r\n')]);
      reading.taken += parser.feed(around, 4, 4 + piece.length) - 4;
      around.fill('?');
      if (parser.state !== 'reading') break;
    }
    if (ended && parser.state === 'reading') parser.finish();
    if (parser.state !== 'reading') reading.outcome = parser.state;
    if (parser.state === 'whole') reading.reusable = parser.reusable;
    else reading.taken = 0;
    reading.body = Buffer.concat(now.body).toString('latin1');
    reading.notes = [...now.notes];
    return reading;
  };
}

const emptyReading = (): Reading => ({
  outcome: 'incomplete',
  status: 0,
  headers: [],
  body: '',
  reusable: false,
  taken: 0,
  notes: [],
});
