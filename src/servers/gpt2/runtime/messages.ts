import type { Dtype } from '../convert/store.ts';
import type { Gpt2Config } from '../model/config.ts';
import type { Emitted, Job, SchedulerState } from './scheduler.ts';

/** What a worker thread is started for. Both tasks share one entry file. */
export type WorkerTask =
  | {
      readonly task: 'prepare';
      readonly model: string;
      readonly dtype: Dtype;
      readonly cacheDir: string;
    }
  | {
      readonly task: 'serve';
      readonly folder: string;
      readonly dtype: Dtype;
      readonly config: Gpt2Config;
      readonly threads: number;
      readonly maxBatch: number;
      readonly kvTokens: number;
    };

/** What start-up is doing; share is between 0 and 1, undefined where it cannot be known. */
export interface Progress {
  readonly phase: 'check' | 'download' | 'convert' | 'load';
  readonly share?: number;
}

/** To the serving worker. */
export type WorkerCommand =
  | { readonly type: 'submit'; readonly job: Job }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'stop' };

/** What one scheduler step did, for /metrics. */
export interface StepReport extends SchedulerState {
  readonly batch: number;
  readonly promptTokens: number;
  readonly stepMs: number;
  readonly runtimeMs: number;
}

/** From a worker. Both tasks end with `prepared`, `stopped` or `failed`. */
export type WorkerEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'prepared'; readonly folder: string; readonly config: Gpt2Config; readonly synthetic: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'step'; readonly emitted: readonly Emitted[]; readonly report: StepReport }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string; readonly hint?: string; readonly stack?: string };
