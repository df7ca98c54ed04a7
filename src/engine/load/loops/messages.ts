import type { LiveLoop, LoopResult, LoopSetup, Part } from './loop.ts';

/** What a worker thread is started with: see LoopSetup. */
export type LoopTask = LoopSetup;

/** To the worker thread; each is a call of the Loop in it. */
export type LoopCommand =
  | { readonly type: 'prepare'; readonly slots: number }
  | { readonly type: 'send'; readonly part: Part; readonly startedAtMs: number; readonly slots: number }
  | { readonly type: 'addSlots'; readonly slots: number }
  | { readonly type: 'dropSlots'; readonly slots: number }
  | { readonly type: 'cancel' };

/** From the worker thread: `prepared` and `sent` answer the commands, `live` comes about four times a second. */
export type LoopEvent =
  | { readonly type: 'prepared' }
  | { readonly type: 'live'; readonly live: LiveLoop }
  | { readonly type: 'dropped'; readonly slots: number }
  | { readonly type: 'sent'; readonly result: LoopResult };
