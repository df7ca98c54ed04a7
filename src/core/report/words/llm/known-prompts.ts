import { capital, formatPercent } from '../../../format.ts';
import { prefixHitShare } from '../../../metrics/server/server-metrics.ts';
import type { RunRecord } from '../../../record/run.ts';
import { levelsText } from '../../../record/sweeps/level-words.ts';
import { parseSharedPrefix } from '../../../values/llm/lengths.ts';

/** Share of the new tokens that a server has to compute at least; what's missing is more than rounding to blocks. */
const leastComputed = 0.9;
/** Share of the generated tokens that a server counts at least, unless it cuts prompts off. */
const leastCounted = 0.97;

/**
 * Returns the share of the input tokens that came from the server's prefix cache, if it's more than the generated prompts of
 * the run have in common: the server then knows them from an earlier run. Undefined otherwise, and if it can't be known.
 */
function knownShare(run: RunRecord): number | undefined {
  const { targets, inputTokens = 0, successes, serverMetrics } = run;
  if (targets.length === 0) return undefined;
  let [sent, generated, fresh] = [0, 0, 0];
  for (const { prompts, llm } of targets) {
    // Prompts of a trace have its blocks in common, also if another load sends them.
    if (prompts?.askedInput === undefined || prompts.turns !== undefined || llm?.trace !== undefined) return undefined;
    const prefix = llm?.sharedPrefix === undefined ? 0 : (parseSharedPrefix(llm.sharedPrefix)?.tokens ?? 0);
    sent += prompts.sent;
    generated += prompts.sent * prompts.askedInput.mean;
    fresh += prompts.sent * (prompts.askedInput.mean - prefix);
  }
  const share =
    run.cachedInputTokens === undefined
      ? serverMetrics && prefixHitShare(serverMetrics)
      : run.cachedInputTokens / inputTokens;
  if (
    share === undefined ||
    share === null ||
    sent === 0 ||
    inputTokens < leastCounted * generated * (successes / sent)
  )
    return undefined;
  const computed = inputTokens * (1 - share);
  return computed < leastComputed * fresh * (successes / sent) ? share : undefined;
}

/** Returns a sentence that warns if a server had generated prompts in its prefix cache from an earlier run; none if not. */
export function knownPromptSentences(runs: readonly RunRecord[]): string[] {
  const known = runs.filter((run) => knownShare(run) !== undefined);
  const [first] = known;
  if (first === undefined) return [];
  const share = Math.max(...known.map((run) => knownShare(run) ?? 0));
  const where = runs.length === 1 ? '' : `${levelsText(known.map(({ plan }) => plan))}: `;
  const had = `${runs.length === 1 ? '' : 'up to '}${formatPercent(share)} of the input tokens were in the server's prefix cache, more than these prompts have in common.`;
  return [
    `${where}${where === '' ? capital(had) : had} An earlier run sent the same prompts, so TTFT is too fast. Use another seed (--seed, @seed).`,
  ];
}
