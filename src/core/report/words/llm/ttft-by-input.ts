import { formatCount, formatMs, formatMsRange, formatRate } from '../../../format.ts';
import type { TtftByInput } from '../../../metrics/types.ts';

/** Returns the name of the input tokens that count. */
export const inputName = ({ uncached }: Pick<TtftByInput, 'uncached'>): string =>
  uncached ? 'Uncached input tokens' : 'Input tokens';

/** Returns the line through TTFT against input tokens in one sentence, or why there is none. */
export function fitSentence(byInput: TtftByInput): string {
  const { fit, streams, minTokens, maxTokens } = byInput;
  const tokens = inputName(byInput).toLowerCase();
  if (fit === undefined) return noFitSentence(byInput);
  const [low, high] = formatMsRange(...fit.interval95);
  const each = `${formatMs(fit.msPer1000Tokens)} per 1,000 ${tokens} (95% interval ${low}–${high}, R² ${fit.r2.toFixed(2)})`;
  return `TTFT grows by ${each} over ${formatCount(streams)} streams of ${formatCount(minTokens)}–${formatCount(maxTokens)} tokens: prefill at ${formatRate(fit.prefillTokensPerS, 'tokens')}.`;
}

function noFitSentence(byInput: TtftByInput): string {
  const { noFit, streams, minTokens, maxTokens } = byInput;
  const tokens = inputName(byInput).toLowerCase();
  if (noFit === 'few streams') return `No prefill speed: ${formatCount(streams)} of at least 30 streams.`;
  if (noFit === 'equal inputs')
    return `No prefill speed: ${tokens} vary too little, from ${formatCount(minTokens)} to ${formatCount(maxTokens)}.`;
  if (noFit === 'below zero')
    return `No prefill speed: TTFT grows too fast with ${tokens} to be prefill alone. A queue can cause this.`;
  return `No prefill speed: TTFT doesn't clearly grow with ${tokens}.`;
}
