import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { LoadlensError } from '../../../core/errors.ts';
import { prepareModel } from '../model/prepare.ts';
import type { WorkerEvent, WorkerTask } from './messages.ts';
import { explainLoadFailure } from './native.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const send = (event: WorkerEvent): void => port.postMessage(event);

async function run(task: WorkerTask, to: MessagePort): Promise<void> {
  if (task.task === 'serve') {
    // Imported here, because this loads the native runtime, and a failure to load it is explained below.
    const { serve } = await import('./serve.ts');
    await serve(task, to, send);
    return;
  }
  const prepared = await prepareModel({ ...task, onProgress: (progress) => send({ type: 'progress', ...progress }) });
  send({ type: 'prepared', ...prepared });
}

// The type of the data is checked where the worker is started, in engine.ts.
const task: WorkerTask = workerData;
run(task, port)
  .catch((thrown: unknown) => {
    const error = explainLoadFailure(thrown);
    if (error instanceof LoadlensError) send({ type: 'failed', message: error.message, hint: error.hint });
    else if (error instanceof Error) send({ type: 'failed', message: error.message, stack: error.stack ?? '' });
    else send({ type: 'failed', message: String(error) });
  })
  .finally(() => port.close());
