import type { LiveLoop, LoopResult, LoopSetup, Part } from './loop.ts';

/** Data that a worker thread starts with; see `LoopSetup`. */
export type LoopTask = LoopSetup;

/** Messages to the worker thread. Each one is a call of its `Loop`. */
export type LoopCommand =
  | { readonly type: 'prepare'; readonly slots: number }
  | { readonly type: 'send'; readonly part: Part; readonly startedAtMs: number; readonly slots: number }
  | { readonly type: 'addSlots'; readonly slots: number }
  | { readonly type: 'dropSlots'; readonly slots: number }
  | { readonly type: 'cancel' };

/** Messages from the worker thread. `prepared` and `sent` reply to commands; `live` comes about four times a second. */
export type LoopEvent =
  | { readonly type: 'prepared' }
  | { readonly type: 'live'; readonly live: LiveLoop }
  | { readonly type: 'dropped'; readonly slots: number }
  | { readonly type: 'sent'; readonly result: LoopResult };
