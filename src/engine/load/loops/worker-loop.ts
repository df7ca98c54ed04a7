import { Worker } from 'node:worker_threads';
import { LoadlensError } from '../../../core/errors.ts';
import { createRecorderState, mergeLive } from '../../../core/metrics/recorder/recorder-state.ts';
import { threadError } from '../../machine/client-limit.ts';
import type { LiveLoop, Loop, LoopResult, LoopSetup } from './loop.ts';
import type { LoopCommand, LoopEvent } from './messages.ts';

/** Entry file of the thread: the source file, or the bundle beside this one. */
const workerFile = import.meta.url.endsWith('.ts')
  ? new URL('../../loop-worker.ts', import.meta.url)
  : new URL('loop-worker.js', import.meta.url);

/** Maximum time for a canceled loop to report its results, ms. */
const endLimitMs = 5_000;
/** Maximum time for a loop to get ready, beyond the request timeout that limits opening connections, ms. */
const readyLimitMs = 60_000;

interface Answer<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Starts a loop in its own thread. If the thread stops unexpectedly, `prepare` and `send` reject. */
export function startWorkerLoop(setup: LoopSetup, onDropped: (slots: number) => void): Loop {
  // Only these fields are copied, because a large file has hundreds of thousands of targets.
  const targets = setup.targets.map(({ name, weight, objectives }) => ({ name, weight, objectives }));
  const worker = new Worker(workerFile, {
    workerData: { ...setup, targets } satisfies LoopSetup,
    name: 'loadlens-loop',
  });
  let live: LiveLoop = {
    state: mergeLive([createRecorderState(0)]),
    conversationsLeft: 0,
    inFlight: 0,
    waiting: 0,
    draining: false,
    failures: [],
    notes: [],
  };
  let lost: Error | undefined;
  let prepared: Answer<void> | undefined;
  let sent: Answer<LoopResult> | undefined;
  let limit: NodeJS.Timeout | undefined;
  let readyLimit: NodeJS.Timeout | undefined;
  let before = worker.performance.eventLoopUtilization();

  const lose = (error: Error): void => {
    lost ??= error;
    clearTimeout(limit);
    clearTimeout(readyLimit);
    prepared?.reject(lost);
    sent?.reject(lost);
  };
  const loseBecause = (cause: unknown): void => {
    const known = threadError(cause);
    if (known instanceof LoadlensError) {
      lose(known);
      return;
    }
    const message = cause instanceof Error ? cause.message : String(cause);
    lose(new Error(`A sender thread stopped unexpectedly: ${message.replace(/\.$/, '')}.`, { cause }));
  };
  worker.on('error', loseBecause);
  worker.on('messageerror', loseBecause);
  worker.on('exit', (code) => loseBecause(`the thread exited with code ${code}`));
  worker.on('message', (event: LoopEvent) => {
    if (event.type === 'prepared') {
      clearTimeout(readyLimit);
      prepared?.resolve();
    } else if (event.type === 'live') ({ live } = event);
    else if (event.type === 'dropped') onDropped(event.slots);
    else {
      clearTimeout(limit);
      sent?.resolve(event.result);
    }
  });
  // The rule applies to windows; a thread has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const say = (command: LoopCommand): void => worker.postMessage(command);

  return {
    prepare: (slots) =>
      new Promise((resolve, reject) => {
        prepared = { resolve, reject };
        if (lost) reject(lost);
        const limitMs = readyLimitMs + setup.plan.timeoutMs;
        readyLimit = setTimeout(() => {
          lose(new Error(`A sender thread wasn't ready after ${limitMs / 1_000} s.`));
          void worker.terminate();
        }, limitMs);
        say({ type: 'prepare', slots });
      }),
    send: (part, startedAtMs, slots) =>
      new Promise((resolve, reject) => {
        sent = { resolve, reject };
        if (lost) reject(lost);
        say({ type: 'send', part, startedAtMs, slots });
      }),
    addSlots: (slots) => say({ type: 'addSlots', slots }),
    dropSlots: (slots) => say({ type: 'dropSlots', slots }),
    live: () => live,
    utilisation() {
      const now = worker.performance.eventLoopUtilization();
      const { utilization } = worker.performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    cancel() {
      say({ type: 'cancel' });
      limit = setTimeout(() => void worker.terminate(), endLimitMs);
    },
    close() {
      clearTimeout(limit);
      clearTimeout(readyLimit);
      void worker.terminate();
    },
  };
}
