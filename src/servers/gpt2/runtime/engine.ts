import { Worker } from 'node:worker_threads';
import { LoadlensError } from '../../../core/errors.ts';
import type { Dtype } from '../convert/store.ts';
import type { PreparedModel } from '../model/prepare.ts';
import type { Progress, StepReport, WorkerCommand, WorkerEvent, WorkerTask } from './messages.ts';
import type { Emitted, Job } from './scheduler.ts';

/** Settings of the model's thread. */
export interface EngineOptions {
  readonly model: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly maxBatch: number;
  readonly kvTokens: number;
  readonly prefixCacheTokens: number;
  readonly cacheDir: string;
  readonly onProgress: (progress: Progress) => void;
  readonly onStep: (report: StepReport) => void;
  /** Called when the thread stopped unexpectedly and all sequences are lost. */
  readonly onCrash: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** The model and its scheduler in their own thread. */
export interface Engine {
  readonly model: PreparedModel;
  /** Starts a sequence; the listener gets each token. Returns a function that cancels the sequence. */
  submit(job: Omit<Job, 'id'>, listener: (emitted: Emitted) => void): () => void;
  /** Stops the thread after the running step. Ending it within a step would abort the process. */
  close(): Promise<void>;
}

/** File of the worker: the source next to this one, or the bundle next to this bundle. */
const workerFile = import.meta.url.endsWith('.ts')
  ? new URL('worker.ts', import.meta.url)
  : new URL('gpt2-worker.js', import.meta.url);

/**
 * Garbage of the serving thread is mostly arrays outside its heap, which only a collection frees. A small young generation is
 * collected often. With Node's default size, the arrays of many steps accumulate, and malloc keeps their memory.
 */
const servingLimits = { maxYoungGenerationSizeMb: 12 };

const startWorker = (task: WorkerTask, resourceLimits = {}) =>
  new Worker(workerFile, { workerData: task, name: `gpt2-${task.task}`, resourceLimits });

/** Maximum time to wait for the running step when stopping, ms. */
const stopLimitMs = 10_000;

const failureOf = (event: Extract<WorkerEvent, { type: 'failed' }>): Error => {
  if (event.hint !== undefined) return new LoadlensError(event.message, { hint: event.hint });
  const error = new Error(event.message);
  if (event.stack !== undefined) error.stack = event.stack;
  return error;
};

const isOfType = <T extends WorkerEvent['type']>(
  event: WorkerEvent,
  type: T,
): event is Extract<WorkerEvent, { type: T }> => event.type === type;

/** Resolves with the first event of a type, and reports progress until then. */
function firstEvent<T extends WorkerEvent['type']>(
  worker: Worker,
  type: T,
  options: Pick<EngineOptions, 'onProgress' | 'signal'>,
): Promise<Extract<WorkerEvent, { type: T }>> {
  return new Promise((resolve, reject) => {
    const hear = (event: WorkerEvent) => {
      if (isOfType(event, type)) resolve(event);
      else if (event.type === 'progress') options.onProgress(event);
      else if (event.type === 'failed') reject(failureOf(event));
    };
    worker.on('message', hear);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The model thread stopped unexpectedly (exit code ${code}).`)));
    const abort = () => reject(options.signal.reason);
    if (options.signal.aborted) abort();
    options.signal.addEventListener('abort', abort, { once: true });
  });
}

/** Prepares the model in a separate thread, which frees all its memory when it ends. */
async function prepare(options: EngineOptions): Promise<PreparedModel> {
  const { model, dtype, cacheDir } = options;
  const worker = startWorker({ task: 'prepare', model, dtype, cacheDir });
  try {
    const { folder, config, synthetic } = await firstEvent(worker, 'prepared', options);
    return { folder, config, synthetic };
  } finally {
    await worker.terminate();
  }
}

/** Prepares the model if necessary, loads it, and starts its thread. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { dtype, threads, maxBatch, kvTokens, prefixCacheTokens } = options;
  const model = await prepare(options);
  const task = {
    task: 'serve',
    folder: model.folder,
    config: model.config,
    dtype,
    threads,
    maxBatch,
    kvTokens,
    prefixCacheTokens,
  } as const;
  const worker = startWorker(task, servingLimits);
  await firstEvent(worker, 'ready', options).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  const listeners = new Map<number, (emitted: Emitted) => void>();
  // The rule applies to windows; a thread has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const send = (command: WorkerCommand) => worker.postMessage(command);
  let closing = false;
  let failure: Error | undefined;
  let nextId = 0;
  worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))));
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('exit', (code) => {
    if (!closing) options.onCrash(failure ?? new Error(`The model thread stopped unexpectedly (exit code ${code}).`));
  });
  worker.on('message', (event: WorkerEvent) => {
    if (event.type === 'failed') failure = failureOf(event);
    if (event.type !== 'step') return;
    options.onStep(event.report);
    for (const emitted of event.emitted) {
      const listener = listeners.get(emitted.id);
      if (emitted.end !== undefined) listeners.delete(emitted.id);
      listener?.(emitted);
    }
  });
  return {
    model,
    submit: (job, listener) => {
      const id = nextId++;
      listeners.set(id, listener);
      send({ type: 'submit', job: { ...job, id } });
      return () => {
        if (listeners.delete(id)) send({ type: 'cancel', id });
      };
    },
    close: async () => {
      closing = true;
      listeners.clear();
      // A thread that has ended already doesn't report anything.
      send({ type: 'stop' });
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => (timer = setTimeout(resolve, stopLimitMs)));
      await Promise.race([ended, limit]);
      clearTimeout(timer);
    },
  };
}
