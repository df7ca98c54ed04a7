import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Stretch } from '../../core/metrics/recorder/stall.ts';
import { sharedNow } from './shared-clock.ts';
import { limitText } from './client-limit.ts';
import { threadOf } from './thread-of.ts';

/**
 * A thread next to the one that sends. It reads the clock fifty times a second and is idle otherwise, to distinguish a
 * late machine from a late loop. It also runs the warm-up server, which would measure itself in the sending thread.
 */
export interface SideThread {
  /** Listens on loopback and sends these bytes immediately in response to anything. Rejects if no port is free. */
  serve(answer: Buffer): Promise<{ readonly port: number; close(): void }>;
  /** Returns the last 16 periods in which the thread was late by more than 10 ms, `sharedNow()`. */
  late(): Stretch[];
  /** Starts counting delays. The returned function returns them with a resolution of 0.25 ms, up to 500 ms. */
  countDelays(): () => IdleDelays;
}

/** Delays of a thread that is idle. */
export interface IdleDelays {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Interval between two readings of the clock, ms. Costs 0.5% of a core on a busy machine, less otherwise. */
const beatMs = 20;
/** Shorter delays are normal in any thread, ms. */
const leastMs = 10;
const mostLate = 16;
const binMs = 0.25;
const binCount = 2_001;
/** Indexes into the shared times: last reading, number of delays, then start and end of each. */
const place = { seen: 0, count: 1, first: 2 } as const;

let started: Promise<SideThread> | undefined;

/**
 * Returns the side thread of this process. It starts on the first call, never ends, and doesn't keep the process alive.
 */
export const sideThread = (): Promise<SideThread> => (started ??= start());

async function start(): Promise<SideThread> {
  const times = new Float64Array(new SharedArrayBuffer((place.first + 2 * mostLate) * 8));
  /** Number of delays by their length. */
  const bins = new Uint32Array(new SharedArrayBuffer(binCount * 4));
  const watch = { times, bins, beatMs, leastMs, mostLate, binMs, place };
  const limits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };
  const worker = await threadOf(watchAndServe, watch, 'message', limits);
  return {
    async serve(answer) {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ answer, owner: port2 }, [port2]);
      const port = await new Promise<number | string>((resolve) => port1.once('message', resolve));
      if (typeof port === 'string') {
        port1.close();
        throw new Error(limitText(port) ?? port);
      }
      return { port, close: () => port1.close() };
    },
    late() {
      const known = Array.from({ length: Math.min(times[place.count] ?? 0, mostLate) }, (_, i): Stretch => {
        const at = place.first + 2 * i;
        return [times[at] ?? 0, times[at + 1] ?? 0];
      });
      // The thread is late right now and hasn't recorded it yet.
      return [...known, [(times[place.seen] ?? 0) + beatMs, sharedNow()]];
    },
    countDelays() {
      const before = bins.slice();
      return () => {
        const counts = bins.map((count, i) => count - (before[i] ?? 0));
        const all = counts.reduce((sum, count) => sum + count, 0);
        const quantileMs = (share: number): number => {
          let sum = 0;
          return counts.findIndex((count) => (sum += count) >= share * all) * binMs;
        };
        return { medianMs: quantileMs(0.5), p99Ms: quantileMs(0.99) };
      };
    },
  };
}

interface Watch {
  readonly times: Float64Array;
  readonly bins: Uint32Array;
  readonly beatMs: number;
  readonly leastMs: number;
  readonly mostLate: number;
  readonly binMs: number;
  readonly place: { readonly seen: number; readonly count: number; readonly first: number };
}

/** Runs in the thread. A server ends when its channel closes. */
function watchAndServe({ times, bins, beatMs, leastMs, mostLate, binMs, place }: Watch): void {
  const { createServer } = process.getBuiltinModule('node:net');
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const look = (): void => {
    const [seconds, nanos] = process.hrtime();
    const now = seconds * 1e3 + nanos / 1e6;
    const due = (times[place.seen] || now - beatMs) + beatMs;
    const bin = Math.min(bins.length - 1, Math.max(0, Math.floor((now - due) / binMs)));
    bins[bin] = (bins[bin] ?? 0) + 1;
    if (now - due > leastMs) {
      const count = times[place.count] ?? 0;
      const at = place.first + 2 * (count % mostLate);
      times[at] = due;
      times[at + 1] = now;
      times[place.count] = count + 1;
    }
    times[place.seen] = now;
  };
  look();
  setInterval(look, beatMs);
  parentPort?.on('message', ({ answer, owner }: { answer: Uint8Array; owner: MessagePort }) => {
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(answer));
    });
    owner.on('close', () => server.close());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    server.on('error', (error: NodeJS.ErrnoException) => owner.postMessage(error.code ?? error.message));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      // The rule applies to windows; a thread has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      owner.postMessage(typeof address === 'object' ? address?.port : 0);
    });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage('ready');
}
