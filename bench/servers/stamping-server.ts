import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { quantileOf } from '../shared/statistics.ts';
import { startServerProcess } from './server-process.ts';
import type { RawStamps, StampingCommand } from './stamping.ts';

/** What the server saw of one run. */
export interface Stamps {
  /** Requests that it answered. */
  readonly answered: number;
  /** First request read to last answer written. */
  readonly spanMs: number;
  /** Quantiles of how long it really held a request: written − read. */
  readonly held: { readonly p50Ms: number; readonly p99Ms: number };
  /** By how much it was late at most in 99 of 100 answers: what it held a request for, less the delay. */
  readonly lateP99Ms: number;
  /** How long a request lay unread at most, in 99 of 100. */
  readonly unreadP99Ms: number;
  /** When each request was read, ms from the first, in order. */
  readonly arrivalsMs: Float64Array;
}

/** A server that answers after a set time and knows what it did; on a core of its own. */
export interface StampingServer {
  readonly url: string;
  readonly pid: number;
  /** Sets the delay and forgets what was. */
  begin(delayMs: number): void;
  /** What it did since `begin`. Throws when the requests were not one piece each, or none came. */
  take(): Promise<Stamps>;
  close(): Promise<void>;
}

/** Starts it. */
export async function startStampingServer(): Promise<StampingServer> {
  const program = fileURLToPath(new URL('stamping.ts', import.meta.url));
  const { child, port, close } = await startServerProcess(program);
  const tell = (command: StampingCommand): void => void child.send(command);
  let delayMs = 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    pid: child.pid ?? 0,
    begin(newDelayMs) {
      delayMs = newDelayMs;
      tell({ type: 'begin', delayMs });
    },
    async take() {
      const message = once(child, 'message');
      tell({ type: 'take' });
      const [raw]: RawStamps[] = await message;
      if (raw === undefined) throw new Error('The stamping server told nothing.');
      return readStamps(raw, delayMs);
    },
    close,
  };
}

function readStamps({ readMs, writtenMs, unreadMs, strange }: RawStamps, delayMs: number): Stamps {
  if (strange > 0) throw new Error(`${strange} requests did not reach the stamping server in one piece.`);
  const answers = [...readMs.keys()].filter((i) => !Number.isNaN(writtenMs[i]));
  const [firstMs] = readMs;
  if (firstMs === undefined || answers.length === 0) throw new Error('The stamping server answered no request.');
  const held = answers.map((i) => (writtenMs[i] ?? Number.NaN) - (readMs[i] ?? Number.NaN));
  return {
    answered: answers.length,
    spanMs: (writtenMs[answers.at(-1) ?? 0] ?? Number.NaN) - firstMs,
    held: { p50Ms: quantileOf(held, 0.5), p99Ms: quantileOf(held, 0.99) },
    lateP99Ms: quantileOf(held, 0.99) - delayMs,
    unreadP99Ms: quantileOf(unreadMs, 0.99),
    arrivalsMs: readMs.map((atMs) => atMs - firstMs),
  };
}
