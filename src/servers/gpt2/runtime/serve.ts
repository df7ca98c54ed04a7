import type { MessagePort } from 'node:worker_threads';
import { loadSession } from './load.ts';
import type { WorkerCommand, WorkerEvent, WorkerTask } from './messages.ts';
import { createModel } from './model.ts';
import { createScheduler } from './scheduler.ts';

/** Time that an idle server waits for more requests, so that those that arrive together share a prefill; ms. */
const gatherMs = 1;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Loads the model and runs steps until the stop command. Returns after a complete step. */
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
  // Each step begins with a turn of the event loop, in which commands are received.
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
