import { seededUnits } from '../../../core/values/pick.ts';

/** The times that a request asks for, in ms, and what goes wrong in its answer. Token numbers count from 1. */
export interface Timing {
  readonly ttftMs: number;
  readonly iclMs: number;
  readonly jitterMs: number;
  readonly seed: number;
  readonly tokensPerChunk: number;
  readonly stall: { readonly at: number; readonly ms: number } | undefined;
  readonly cutAt: number | undefined;
}

/** One piece of an answer: tokens `from` up to, not including, `to`, counted from 0. */
export interface Step {
  /** From the arrival of the request. */
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** `cut` and `error`: what comes in the place of the tokens, and is the last step. */
  readonly kind: 'tokens' | 'cut' | 'error';
}

/**
 * When each piece of an answer of so many tokens is written. Times are absolute, so that a late write delays no other.
 * `index` is the number of the request: each has a jitter of its own.
 */
export function makeSchedule(tokens: number, timing: Timing, options: { index: number; fails: boolean }): Step[] {
  const { tokensPerChunk, stall, cutAt, jitterMs } = timing;
  const chunks = Math.ceil(tokens / tokensPerChunk);
  const failsAt = options.fails ? chunks >> 1 : undefined;
  const unit = seededUnits(timing.seed);
  const steps: Step[] = [];
  let atMs = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * tokensPerChunk;
    const to = Math.min(tokens, from + tokensPerChunk);
    const holds = (token: number | undefined): boolean => token !== undefined && token > from && token <= to;
    const jitter = jitterMs === 0 ? 0 : (2 * unit(options.index * maxTokens + chunk) - 1) * jitterMs;
    atMs += (chunk === 0 ? timing.ttftMs : timing.iclMs) + jitter + (stall && holds(stall.at) ? stall.ms : 0);
    const kind = holds(cutAt) ? 'cut' : chunk === failsAt ? 'error' : 'tokens';
    steps.push({ atMs, from, to, kind });
    if (kind !== 'tokens') break;
  }
  return steps;
}

/** The longest answer. */
export const maxTokens = 100_000;

/** True when the request of that number is one of those that fail: a share of `rate` of all, by seed. */
export const isUnlucky = (rate: number, seed: number, index: number): boolean =>
  rate > 0 && seededUnits(~seed)(index) < rate;
