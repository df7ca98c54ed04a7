import { once } from 'node:events';
import { Worker, type ResourceLimits } from 'node:worker_threads';

/**
 * Starts a thread that runs one function, which goes there as text, so that no bundle needs a file for it. The function may
 * use what comes with its data and Node's own (`process.getBuiltinModule`), nothing else from outside. Resolves once the thread
 * is online, or has posted the first message; it is no reason for the process to stay.
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
  await once(worker, ready);
  worker.unref();
  return worker;
}
