import { createRequire } from 'node:module';
import type { Reading } from './read-answer.ts';

/** The part of Node's own parser that is used here; it has no types and no public name. */
interface NodeParser {
  initialize(type: number, resource: object): void;
  execute(bytes: Buffer): number | Error;
  finish(): number | Error | undefined;
  [callback: number]: (...args: never[]) => unknown;
}
interface NodeParserClass {
  new (): NodeParser;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser }: { HTTPParser: NodeParserClass } = createRequire(import.meta.url)('_http_common');

const another = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

/** Reads one answer as http.request does: 1xx answers are passed over. */
export function readWithNode(pieces: readonly Buffer[], toHead: boolean, ended: boolean): Reading {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {});
  let headers: string[] = [];
  const reading: Reading = {
    outcome: 'incomplete',
    status: 0,
    headers: [],
    body: '',
    reusable: false,
    taken: 0,
    notes: [],
  };
  const body: Buffer[] = [];
  parser[HTTPParser.kOnHeaders | 0] = (some: string[]) => void headers.push(...some);
  parser[HTTPParser.kOnHeadersComplete | 0] = (
    _major: number,
    _minor: number,
    some: string[] | undefined,
    _method: unknown,
    _url: unknown,
    status: number,
  ) => {
    if (some) headers.push(...some);
    if (status < 200) {
      if (status < 102) reading.unasked = true;
      headers = [];
      return 1;
    }
    if (reading.status !== 0) return 1;
    reading.status = status;
    reading.headers = headers;
    headers = [];
    return toHead ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (bytes: Buffer) => {
    if (reading.outcome === 'incomplete') body.push(Buffer.from(bytes));
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    if (reading.status !== 0) reading.outcome = 'whole';
  };
  const stopsAt = (result: unknown): boolean => {
    if (reading.outcome === 'incomplete' && result instanceof Error) reading.outcome = 'broken';
    return reading.outcome !== 'incomplete';
  };
  for (const piece of pieces) {
    reading.taken += piece.length;
    if (!stopsAt(parser.execute(piece))) continue;
    reading.reusable = reading.outcome === 'whole' && !(parser.execute(another) instanceof Error);
    break;
  }
  // An end too early is an error of Node's, and told apart here.
  if (ended && reading.outcome === 'incomplete') parser.finish();
  reading.body = Buffer.concat(body).toString('latin1');
  return reading;
}
