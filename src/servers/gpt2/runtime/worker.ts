import { parentPort, workerData } from 'node:worker_threads';
import { LoadlensError } from '../../../core/errors.ts';
import { prepareModel } from '../model/prepare.ts';
import type { WorkerCommand, WorkerEvent, WorkerTask } from './messages.ts';
import { loadSession } from './load.ts';
import { createModel } from './model.ts';
import { createScheduler } from './scheduler.ts';

/** Requests that arrive together after a quiet time share their prefill; this long it waits for company. */
const gatherMs = 1;

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const send = (event: WorkerEvent): void => port.postMessage(event);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function serve(task: Extract<WorkerTask, { task: 'serve' }>): Promise<void> {
  send({ type: 'progress', phase: 'load' });
  const session = await loadSession(task.folder, task.dtype, task.threads);
  const scheduler = createScheduler(createModel(session, task.config), task);
  const inbox: { stopping: boolean; wake?: () => void } = { stopping: false };
  port?.on('message', (command: WorkerCommand) => {
    if (command.type === 'submit') scheduler.submit(command.job);
    else if (command.type === 'cancel') scheduler.cancel(command.id);
    else inbox.stopping = true;
    inbox.wake?.();
  });
  send({ type: 'ready' });
  // A step lets the event loop turn before it runs, so commands that came meanwhile are seen between steps.
  while (!inbox.stopping) {
    const started = performance.now();
    const done = await scheduler.advance();
    if (done === undefined) {
      const report = { ...scheduler.state, batch: 0, promptTokens: 0, stepMs: 0, runtimeMs: 0 };
      send({ type: 'step', emitted: [], report });
      await new Promise<void>((resolve) => (inbox.wake = resolve));
      await pause(gatherMs);
      continue;
    }
    const { emitted, batch, promptTokens, runtimeMs } = done;
    const stepMs = performance.now() - started;
    send({ type: 'step', emitted, report: { ...scheduler.state, batch, promptTokens, stepMs, runtimeMs } });
  }
  await session.release();
  send({ type: 'stopped' });
  port?.close();
}

async function run(task: WorkerTask): Promise<void> {
  if (task.task === 'serve') return serve(task);
  const prepared = await prepareModel({ ...task, onProgress: (progress) => send({ type: 'progress', ...progress }) });
  send({ type: 'prepared', ...prepared });
}

// What a worker is given is typed where it is started, in engine.ts.
const task: WorkerTask = workerData;
run(task).catch((error: unknown) => {
  if (error instanceof LoadlensError) send({ type: 'failed', message: error.message, hint: error.hint });
  else if (error instanceof Error) send({ type: 'failed', message: error.message, stack: error.stack ?? '' });
  else send({ type: 'failed', message: String(error) });
  port.close();
});
