import { once } from 'node:events';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { threadError } from './client-limit.ts';

/** Maximum time for a thread to start, ms, even on a busy machine. */
const readyLimitMs = 60_000;

/**
 * Starts a thread that runs one function, passed as text so that no bundle needs a file for it. The function may use
 * only its data and Node's modules (`process.getBuiltinModule`). Resolves once the thread is online or has posted its
 * first message. The thread doesn't keep the process alive. If it ends later without a return of its function, this
 * thread gets an uncaught exception, so that nothing waits for it forever.
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
    // Rejects with the thread's error.
    await once(worker, ready, { signal: start.signal });
  } catch (error) {
    void worker.terminate();
    throw start.signal.aborted ? new Error("A helper thread didn't start.", { cause: error }) : threadError(error);
  } finally {
    clearTimeout(timer);
    worker.off('exit', failEarly);
  }
  let failure: Error | undefined;
  worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => {
    if (code === 0) return;
    const why = failure?.message ?? `the thread exited with code ${code}`;
    throw new Error(`A helper thread stopped unexpectedly: ${why.replace(/\.$/, '')}.`, { cause: failure });
  });
  worker.unref();
  return worker;
}
