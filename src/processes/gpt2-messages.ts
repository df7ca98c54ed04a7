import * as v from 'valibot';
import { failureSchema, type FailureMessage } from './failure.ts';

/** Settings of the GPT-2 server; ranges as in docs/gpt2-server.md. */
export interface Gpt2Options {
  readonly port: number;
  /** `synthetic`, `synthetic-tiny`, a local GPT-2 folder, or a model on Hugging Face. */
  readonly model: string;
  readonly dtype: 'fp32' | 'q8' | 'q4';
  readonly threads: number;
  readonly maxBatch: number;
  readonly cacheDir: string;
  /** Address to listen on (default: 127.0.0.1). */
  readonly host?: string;
  /** Maximum number of queued sequences. Requests above it get status 429. */
  readonly maxQueue?: number;
  /** Maximum tokens of the prefix cache (default: 0, no cache). */
  readonly prefixCacheTokens?: number;
}

/** Message to the GPT-2 process. `stop` cancels a start in progress. The process also stops when its parent ends. */
export type Gpt2Command = { readonly type: 'start'; readonly options: Gpt2Options } | { readonly type: 'stop' };

/** Phase of the start. */
export type Gpt2Phase = 'check' | 'download' | 'convert' | 'load';

/**
 * Message from the GPT-2 process: `ready`, then `progress` while it starts (share from 0 to 1 if known), then `listening`, then
 * `status` on changes, at most twice a second. A `failure` is the last message, at any time.
 */
export type Gpt2Event =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly phase: Gpt2Phase; readonly share?: number }
  | {
      readonly type: 'listening';
      readonly port: number;
      readonly url: string;
      /** The weights are random; shown wherever the server is shown. */
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
      prefixCacheTokens: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
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

/** Returns a received message. Throws a ValiError if it isn't one. */
export const readGpt2Command = (message: unknown): Gpt2Command => v.parse(command, message);
/** Returns a received message as `readGpt2Command` does. */
export const readGpt2Event = (message: unknown): Gpt2Event => v.parse(event, message);
