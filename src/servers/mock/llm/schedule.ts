import { seededUnits } from '../../../core/values/pick.ts';

/** Times of a response in ms, and its faults. Tokens are counted from 1. */
export interface Timing {
  readonly ttftMs: number;
  /** Added to `ttftMs` for each prompt token that isn't cached. */
  readonly ttftMsPerToken: number;
  readonly iclMs: number;
  readonly jitterMs: number;
  readonly seed: number;
  readonly tokensPerChunk: number;
  readonly stall: { readonly at: number; readonly ms: number } | undefined;
  readonly cutAt: number | undefined;
}

/** One chunk of a response: tokens `from` up to, not including, `to`, counted from 0. */
export interface Step {
  /** Time after the start of the request. */
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** `cut` and `error` replace the tokens and are the last step. */
  readonly kind: 'tokens' | 'cut' | 'error';
}

/** Returns the time to first token by the number of prompt tokens to compute, ms. */
export const ttftOf = ({ ttftMs, ttftMsPerToken }: Timing, uncachedTokens: number): number =>
  ttftMs + ttftMsPerToken * uncachedTokens;

/**
 * Returns the chunks of a response with a number of output tokens. Times are absolute, so a late write delays no other.
 * @param options `index` is the number of the request, which has its own jitter; `fails` if it ends with an error
 */
export function makeSchedule(
  tokens: number,
  timing: Timing,
  options: { index: number; fails: boolean; uncachedTokens: number },
): Step[] {
  const { tokensPerChunk, stall, cutAt, jitterMs } = timing;
  // A response without output tokens is sent when the first token would be.
  const chunks = Math.max(1, Math.ceil(tokens / tokensPerChunk));
  const failsAt = options.fails ? chunks >> 1 : undefined;
  const unit = seededUnits(timing.seed);
  const steps: Step[] = [];
  let atMs = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * tokensPerChunk;
    const to = Math.min(tokens, from + tokensPerChunk);
    const holds = (token: number | undefined): boolean => token !== undefined && token > from && token <= to;
    const jitter = jitterMs === 0 ? 0 : (2 * unit(options.index * maxTokens + chunk) - 1) * jitterMs;
    const gapMs = chunk === 0 ? ttftOf(timing, options.uncachedTokens) : timing.iclMs;
    atMs += gapMs + jitter + (stall && holds(stall.at) ? stall.ms : 0);
    const kind = holds(cutAt) ? 'cut' : chunk === failsAt ? 'error' : 'tokens';
    steps.push({ atMs, from, to, kind });
    if (kind !== 'tokens') break;
  }
  return steps;
}

/** Maximum number of output tokens. */
export const maxTokens = 100_000;

/** Returns true if the request with this number is one that fails: a share `rate` of all, chosen by the seed. */
export const isUnlucky = (rate: number, seed: number, index: number): boolean =>
  rate > 0 && seededUnits(~seed)(index) < rate;
