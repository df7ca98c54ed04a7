import * as v from 'valibot';
import { failureSchema, type FailureMessage } from './failure.ts';

/** What the GPT-2 server is asked to be; ranges as in docs/gpt2-server.md. */
export interface Gpt2Options {
  readonly port: number;
  /** `synthetic`, `synthetic-tiny`, a local GPT-2 folder, or a model of the Hugging Face hub. */
  readonly model: string;
  readonly dtype: 'fp32' | 'q8' | 'q4';
  readonly threads: number;
  readonly maxBatch: number;
  readonly cacheDir: string;
  /** Another address than this machine alone. */
  readonly host?: string;
  /** Sequences that may wait; above that requests get 429. */
  readonly maxQueue?: number;
}

/** To the GPT-2 process. `stop` while it is starting cancels the start. It also stops when its parent goes away. */
export type Gpt2Command = { readonly type: 'start'; readonly options: Gpt2Options } | { readonly type: 'stop' };

/** What start-up is doing. */
export type Gpt2Phase = 'check' | 'download' | 'convert' | 'load';

/**
 * From the GPT-2 process: `ready`, then `progress` while it starts (share from 0 to 1 where it is known), then
 * `listening`, then `status` when it changed, at most twice a second. A `failure` is the last message, at any time.
 */
export type Gpt2Event =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly phase: Gpt2Phase; readonly share?: number }
  | {
      readonly type: 'listening';
      readonly port: number;
      readonly url: string;
      /** Random weights: to be said wherever the server is shown. */
      readonly synthetic: boolean;
    }
  | {
      readonly type: 'status';
      readonly running: number;
      readonly waiting: number;
      readonly generatedTokens: number;
    }
  | FailureMessage;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const command = v.variant('type', [
  v.object({
    type: v.literal('start'),
    options: v.object({
      port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
      model: v.pipe(v.string(), v.minLength(1)),
      dtype: v.picklist(['fp32', 'q8', 'q4']),
      threads: v.pipe(count, v.maxValue(64)),
      maxBatch: v.pipe(count, v.maxValue(64)),
      cacheDir: v.pipe(v.string(), v.minLength(1)),
      host: v.exactOptional(v.string()),
      maxQueue: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
  }),
  v.object({ type: v.literal('stop') }),
]);

const event = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({
    type: v.literal('progress'),
    phase: v.picklist(['check', 'download', 'convert', 'load']),
    share: v.exactOptional(v.number()),
  }),
  v.object({ type: v.literal('listening'), port: v.number(), url: v.string(), synthetic: v.boolean() }),
  v.object({ type: v.literal('status'), running: v.number(), waiting: v.number(), generatedTokens: v.number() }),
  failureSchema,
]);

/** Checks what arrived over IPC. Throws a ValiError for anything that is no message of the kind. */
export const readGpt2Command = (message: unknown): Gpt2Command => v.parse(command, message);
/** As readGpt2Command. */
export const readGpt2Event = (message: unknown): Gpt2Event => v.parse(event, message);
