import { countOf, formatCount } from '../../format.ts';
import type { AskedTokens, PromptUse, RunRecord } from '../../record/run.ts';

/** Why repeated prompts matter. */
const why = 'a prefix cache makes TTFT look faster';

/** The prompts that several runs in a row used, by target. */
function usesOf(runs: readonly Pick<RunRecord, 'targets'>[]): ReadonlyMap<string, PromptUse> {
  const uses = new Map<string, PromptUse>();
  for (const { targets } of runs) {
    for (const { name, prompts } of targets) {
      if (prompts === undefined) continue;
      const { start, sent } = uses.get(name) ?? { start: prompts.start, sent: 0 };
      uses.set(name, { ...prompts, start, sent: sent + prompts.sent });
    }
  }
  return uses;
}

function useText({ distinct, start, sent, askedInput, askedOutput }: PromptUse): string {
  const output = askedOutput === undefined ? '' : `; asked for ${tokensText(askedOutput)} of output`;
  if (askedInput !== undefined) {
    return `${countOf(sent, 'generated prompt')} of ${tokensText(askedInput)}, none sent twice${output}`;
  }
  return givenText({ distinct, start, sent }) + output;
}

/** `512 tokens`, or `498 tokens on average (min 120, max 1,003)`. */
function tokensText({ mean, min, max }: AskedTokens): string {
  if (min === max) return countOf(min, 'token');
  return `${countOf(Math.round(mean), 'token')} on average (min ${formatCount(min)}, max ${formatCount(max)})`;
}

function givenText({ distinct, start, sent }: PromptUse): string {
  if (distinct === 1) return `all ${countOf(sent, 'request')} sent the same prompt: ${why}`;
  const least = Math.floor(sent / distinct);
  const most = Math.ceil(sent / distinct);
  const begun = start === 0 ? '' : `, starting with number ${formatCount((start % distinct) + 1)}`;
  if (sent > distinct) {
    const times = least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
    return `each of ${formatCount(distinct)} was sent ${times} times${begun}: ${why}`;
  }
  const again = Math.min(sent, Math.max(0, start + sent - distinct));
  const before = again === 0 ? '' : `; ${formatCount(again)} had been sent in earlier runs of this session: ${why}`;
  return `${formatCount(sent)} of ${formatCount(distinct)} sent, none twice${begun}${before}`;
}

/**
 * How often runs sent each of their prompts, warm-up included, as a labeled fact; empty if no language model got more
 * than one request.
 */
export function promptFacts(runs: readonly Pick<RunRecord, 'targets'>[]): [label: string, value: string][] {
  const uses = [...usesOf(runs)].filter(([, { distinct, sent }]) => sent > 1 || (distinct > 1 && sent > 0));
  if (uses.length === 0) return [];
  const texts = uses.map(([name, use]) => (uses.length === 1 ? useText(use) : `${name}: ${useText(use)}`));
  return [['prompts', texts.join('; ')]];
}
