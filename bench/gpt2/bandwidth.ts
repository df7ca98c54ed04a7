// How fast this machine reads memory: each thread scans a buffer far larger than any cache with memchr.
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const bytes = 256 * 2 ** 20;
const rounds = 6;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The same clock in every thread. */
const now = () => performance.timeOrigin + performance.now();

/** Bytes per second that `threads` threads read together, all of them at the same time. */
export async function readBandwidth(threads: number): Promise<number> {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  waiting[0] = threads;
  const spans = await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: waiting });
      return new Promise<Span>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end));
  return (threads * rounds * bytes) / ((to - from) / 1000);
}

if (!isMainThread) {
  const waiting: Int32Array = workerData;
  // Not zeroes from the system: untouched pages would all be one page.
  const buffer = Buffer.alloc(bytes, 1);
  // The last one to be ready opens the gate for all.
  if (Atomics.sub(waiting, 0, 1) === 1) Atomics.notify(waiting, 0);
  for (let left = Atomics.load(waiting, 0); left > 0; left = Atomics.load(waiting, 0))
    Atomics.wait(waiting, 0, left, 10);
  const start = now();
  for (let round = 0; round < rounds; round++) {
    if (buffer.indexOf(2) !== -1) throw new Error('The buffer has no 2 in it.');
  }
  const span: Span = { start, end: now() };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(span);
}
