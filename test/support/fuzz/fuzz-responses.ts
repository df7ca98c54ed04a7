import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { planDefaults } from '../../../src/core/plan/plan.ts';
import { transportNames, type TransportName } from '../../../src/core/vocabulary.ts';
import { errorKind } from '../../../src/engine/transport/error-kind.ts';
import { isBlank } from '../../../src/engine/transport/raw/characters.ts';
import { createResponseParser } from '../../../src/engine/transport/raw/response-parser.ts';
import type { ExchangeEvents, Lane, WireRequest } from '../../../src/engine/transport/transport.ts';
import { transports } from '../../../src/engine/transport/transports.ts';
import { randomUnits } from './random-units.ts';
import { mutatedResponses } from './responses.ts';

/** Status and length of a response, or its kind of failure and the status seen before it. */
type Outcome = string;

/** Results of many mutated responses. */
export interface FuzzResult {
  readonly responses: number;
  /** Number of responses by status class or kind of failure. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first few responses with different outcomes, as text. */
  readonly differences: readonly string[];
  /** Growth of the heap from a tenth of the responses to all of them, MiB; null unless garbage collection is exposed. */
  readonly heapGrowthMiB: number | null;
}

const maxDifferences = 5;
const options = { note: () => {}, maxHeadBytes: planDefaults.maxHeadBytes };

/** A reading of one response. */
interface Reading {
  readonly outcome: Outcome;
  /** The connection carries another response afterwards. */
  readonly continues: boolean;
}

function createReading(): (bytes: Buffer, cuts: readonly number[]) => Reading {
  let status = 0;
  let length = 0;
  const parser = createResponseParser(
    { head: (said) => void (status = said), body: (bytes) => void (length += bytes.byteLength) },
    options,
  );
  return (bytes, cuts) => {
    status = length = 0;
    parser.begin(false, false);
    let at = 0;
    let taken = 0;
    for (const cut of [...cuts, bytes.length]) {
      if (parser.state !== 'reading') break;
      taken = parser.feed(bytes, at, cut);
      at = cut;
    }
    if (parser.state === 'reading') parser.finish();
    if (parser.state !== 'whole') {
      return { outcome: `${parser.state === 'broken' ? 'parse' : 'prematureEnd'} ${status}`, continues: false };
    }
    // The body of a 204 or 304 is skipped, so bytes that follow count differently.
    const isClear = status !== 204 && status !== 304 && isBlank(bytes, taken, bytes.length);
    return { outcome: `${status} ${length}`, continues: parser.reusable && isClear };
  };
}

const classOf = (outcome: Outcome): string =>
  /^\d/.test(outcome) ? `${outcome.charAt(0)}xx` : (outcome.split(' ')[0] ?? '');
const heapMiB = (): number | null => {
  if (typeof gc !== 'function') return null;
  gc();
  return process.memoryUsage().heapUsed / 1_048_576;
};

/** Creates a tally of outcomes and differences. */
function createTally(responses: number) {
  const outcomes: Record<string, number> = {};
  const differences: string[] = [];
  let heapBefore: number | null = null;
  return {
    add(index: number, bytes: Buffer, seen: Readonly<Record<string, Outcome>>): void {
      const [first = ''] = Object.values(seen);
      outcomes[classOf(first)] = (outcomes[classOf(first)] ?? 0) + 1;
      const differs = Object.values(seen).some((outcome) => outcome !== first);
      if (differs && differences.length < maxDifferences) {
        differences.push(`${index}: ${JSON.stringify(seen)} for ${JSON.stringify(bytes.toString('latin1'))}`);
      }
      if (index === Math.floor(responses / 10)) heapBefore = heapMiB();
    },
    result(): FuzzResult {
      const heapAfter = heapMiB();
      const heapGrowthMiB = heapBefore === null || heapAfter === null ? null : heapAfter - heapBefore;
      return { responses, outcomes, differences, heapGrowthMiB };
    },
  };
}

/** Reads mutated responses with the parser of both transports: in one piece, cut, and after other responses. */
export function fuzzInMemory(responses: number, seed: number): FuzzResult {
  const unit = randomUnits(seed);
  const source = mutatedResponses(seed);
  const tally = createTally(responses);
  const [whole, cut] = [createReading(), createReading()];
  for (let index = 0; index < responses; index += 1) {
    const bytes = source.next().value;
    const places = [unit(), unit(), unit()].map((share) => Math.floor(share * bytes.length)).toSorted((a, b) => a - b);
    const seen: Record<string, Outcome> = { whole: whole(bytes, []).outcome, cut: cut(bytes, places).outcome };
    // A new parser costs more than a reading, so only for some.
    if (index % 16 === 0) seen['fresh'] = createReading()(bytes, []).outcome;
    tally.add(index, bytes, seen);
  }
  return tally.result();
}

const lanesPerTransport = 32;
/** Longer than any response takes, ms. */
const hangMs = 10_000;

/** Sends mutated responses over loopback sockets to both transports, several over a connection. */
export async function fuzzOverSockets(responses: number, seed: number): Promise<FuzzResult> {
  const source = mutatedResponses(seed);
  const reading = createReading();
  const tally = createTally(responses);
  /** Requested responses, by number. */
  const sent = new Map<number, { readonly bytes: Buffer; readonly expected: Reading }>();
  const server = createServer((socket) => answer(socket));
  const answer = (socket: Socket): void => {
    socket.setNoDelay(true).on('error', () => {});
    socket.on('data', (request) => {
      const number = Number(/^GET \/(\d+) /.exec(request.toString('latin1'))?.[1]);
      const response = sent.get(number);
      if (!response) return;
      if (response.expected.continues) socket.write(response.bytes);
      else socket.end(response.bytes);
    });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const origin = { url: `http://127.0.0.1:${port}`, secure: false, hostname: '127.0.0.1', port };
  const made = transportNames.map((name) => transports[name]({ ...options, keptPerLane: 2, insecure: false }));
  let next = 0;

  const work = async (lanes: Readonly<Record<TransportName, Lane>>): Promise<void> => {
    while (next < responses) {
      const index = next;
      next += 1;
      const bytes = source.next().value;
      const expected = reading(bytes, []);
      sent.set(index, { bytes, expected });
      const request: WireRequest = { origin, method: 'GET', path: `/${index}`, headers: [], body: null };
      const seen: Record<string, Outcome> = { memory: expected.outcome };
      for (const name of transportNames) seen[name] = await ask(lanes[name], request);
      sent.delete(index);
      tally.add(index, bytes, seen);
    }
  };
  const [raw, undici] = made;
  if (!raw || !undici) throw new Error('There are two transports.');
  await Promise.all(Array.from({ length: lanesPerTransport }, () => work({ raw: raw.lane(), undici: undici.lane() })));
  for (const transport of made) transport.close();
  server.close();
  return tally.result();
}

function ask(lane: Lane, request: WireRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let status = 0;
    let length = 0;
    const limit = setTimeout(() => {
      lane.cut();
      resolve(`hang ${status}`);
    }, hangMs);
    const end = (outcome: Outcome): void => {
      clearTimeout(limit);
      resolve(outcome);
    };
    const events: ExchangeEvents = {
      sent() {},
      headers: (_atMs, said) => void (status = said),
      data: (bytes) => void (length += bytes.byteLength),
      end: () => end(`${status} ${length}`),
      failed: (_atMs, error) => end(`${errorKind(error)} ${status}`),
    };
    lane.send(request, events);
  });
}
