import type { Dtype } from '../convert/store.ts';
import type { Gpt2Config } from '../model/config.ts';
import type { Emitted, Job, SchedulerState } from './scheduler.ts';

/** Task of a worker thread. Both tasks have one entry file. */
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
      readonly prefixCacheTokens: number;
    };

/** Progress of the start. The share is from 0 to 1; undefined if unknown. */
export interface Progress {
  readonly phase: 'check' | 'download' | 'convert' | 'load';
  readonly share?: number;
}

/** Message to the serving worker. */
export type WorkerCommand =
  | { readonly type: 'submit'; readonly job: Job }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'stop' };

/** Figures of one scheduler step, for /metrics. */
export interface StepReport extends SchedulerState {
  readonly batch: number;
  readonly promptTokens: number;
  readonly stepMs: number;
  readonly runtimeMs: number;
}

/** Message from a worker. The last one is `prepared`, `stopped`, or `failed`. */
export type WorkerEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'prepared'; readonly folder: string; readonly config: Gpt2Config; readonly synthetic: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'step'; readonly emitted: readonly Emitted[]; readonly report: StepReport }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string; readonly hint?: string; readonly stack?: string };
