import type { MessagePort } from 'node:worker_threads';
import { loadSession } from './load.ts';
import type { WorkerCommand, WorkerEvent, WorkerTask } from './messages.ts';
import { createModel } from './model.ts';
import { createScheduler } from './scheduler.ts';

/** Requests that arrive together after a quiet time share their prefill; this long it waits for company. */
const gatherMs = 1;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Loads the model and steps it until told to stop. Returns between two steps, never within one. */
export async function serve(
  task: Extract<WorkerTask, { task: 'serve' }>,
  port: MessagePort,
  send: (event: WorkerEvent) => void,
): Promise<void> {
  send({ type: 'progress', phase: 'load' });
  const session = await loadSession(task.folder, task.dtype, task.threads);
  const scheduler = createScheduler(createModel(session, task.config), task);
  const inbox: { stopping: boolean; wake?: () => void } = { stopping: false };
  port.on('message', (command: WorkerCommand) => {
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
}
