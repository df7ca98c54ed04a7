// How fast this machine reads memory: each thread scans a buffer far larger than any cache with memchr.
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

const bytes = 256 * 2 ** 20;

/** Bytes per second that `threads` threads read together; the best of several rounds. */
export async function readBandwidth(threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url)));
  const rates = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

if (!isMainThread) {
  // Not zeroes from the system: untouched pages would all be one page.
  const buffer = Buffer.alloc(bytes, 1);
  let best = Infinity;
  for (let round = 0; round < 6; round++) {
    const started = performance.now();
    if (buffer.indexOf(2) !== -1) throw new Error('The buffer has no 2 in it.');
    best = Math.min(best, performance.now() - started);
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(bytes / (best / 1000));
}
