import { once } from 'node:events';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { threadError } from './client-limit.ts';

/** How long a thread may take to start, also on a machine that is very busy. */
const readyLimitMs = 60_000;

/**
 * Starts a thread that runs one function, which goes there as text, so that no bundle needs a file for it. The function may
 * use what comes with its data and Node's own (`process.getBuiltinModule`), nothing else from outside. Resolves once the thread
 * is online, or has posted the first message; it is no reason for the process to stay. A thread that ends later without its
 * function having returned is an uncaught exception of this thread, so that nobody waits for it in vain.
 */
export async function threadOf<Data>(
  run: (data: Data) => void,
  data: Data,
  ready: 'online' | 'message',
  resourceLimits: ResourceLimits = {},
): Promise<Worker> {
  const worker = new Worker(`(${run.toString()})(require('node:worker_threads').workerData)`, {
    eval: true,
    workerData: data,
    execArgv: [],
    resourceLimits,
  });
  const start = new AbortController();
  const timer = setTimeout(() => start.abort(), readyLimitMs);
  const failEarly = (): void => start.abort();
  worker.once('exit', failEarly);
  try {
    // Rejects with what the thread has thrown.
    await once(worker, ready, { signal: start.signal });
  } catch (error) {
    void worker.terminate();
    throw start.signal.aborted ? new Error('A helper thread did not start.', { cause: error }) : threadError(error);
  } finally {
    clearTimeout(timer);
    worker.off('exit', failEarly);
  }
  let failure: Error | undefined;
  worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => {
    if (code === 0) return;
    const why = failure?.message ?? `the thread exited with code ${code}`;
    throw new Error(`A helper thread ended: ${why.replace(/\.$/, '')}.`, { cause: failure });
  });
  worker.unref();
  return worker;
}
