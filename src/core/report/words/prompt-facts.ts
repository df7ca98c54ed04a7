import { countOf, formatCount, formatNumber } from '../../format.ts';
import type { AskedTokens, PromptUse, RunRecord } from '../../record/run.ts';

/** Why repeated prompts matter. */
const why = 'a cache makes the server look faster';

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

/** Returns how conversations ended: `200 conversations: 198 completed, 1 ended by a failure, 1 cut off`. */
export function conversationText({ started, completed, failed, cut }: NonNullable<RunRecord['conversations']>): string {
  const parts = [
    `${formatCount(completed)} completed`,
    ...(failed === 0 ? [] : [`${formatCount(failed)} ended by a failure`]),
    ...(cut === 0 ? [] : [`${formatCount(cut)} cut off by the end of the run`]),
  ];
  return `${countOf(started, 'conversation')}: ${parts.join(', ')}`;
}

/** Returns sentences on conversations that ended before their last turn. */
export function conversationSentences({ conversations }: Pick<RunRecord, 'conversations'>): string[] {
  if (conversations === undefined) return [];
  const { started, failed, cut } = conversations;
  const of = `of ${countOf(started, 'conversation')}`;
  return [
    ...(failed === 0 ? [] : [`A failed turn ended ${formatCount(failed)} ${of}, so later turns have fewer requests.`]),
    ...(cut === 0 ? [] : [`The end of the run cut off ${formatCount(cut)} ${of}, so later turns have fewer requests.`]),
  ];
}

/** Returns the sent conversations of a target: `200 of 500 sent, none twice, 5 turns each`. */
function conversationUse(use: PromptUse, { min, max, mean }: NonNullable<PromptUse['turns']>, think?: string): string {
  const turns =
    min === max
      ? `${countOf(min, 'turn')} each`
      : `${formatNumber(mean)} turns on average (min ${formatCount(min)}, max ${formatCount(max)})`;
  const { askedInput, askedOutput, sent } = use;
  const output = askedOutput === undefined ? '' : `; asked for ${tokensText(askedOutput)} of output per turn`;
  if (askedInput !== undefined) {
    return `${countOf(sent, 'generated conversation')}, ${repeatText(use)}; ${turns}; ${tokensText(askedInput)} per turn${output}; think time ${think ?? '0s'}`;
  }
  return `${use.distinct === 1 ? `the same one ${formatCount(use.sent)} times: ${why}` : givenText(use)}; ${turns}${output}; think time ${think ?? '0s unless the file sets one'}`;
}

/** Returns whether generated prompts repeat. Only those of a trace can. */
const repeatText = ({ distinct, start, sent }: Pick<PromptUse, 'distinct' | 'start' | 'sent'>): string =>
  distinct < start + sent ? `${formatCount(Math.min(distinct, sent))} different` : 'none sent twice';

function useText({ distinct, start, sent, askedInput, askedOutput, dataSet }: PromptUse): string {
  const output = askedOutput === undefined ? '' : `; asked for ${tokensText(askedOutput)} of output`;
  if (askedInput !== undefined) {
    return `${countOf(sent, 'generated prompt')} of ${tokensText(askedInput)}, ${repeatText({ distinct, start, sent })}${output}`;
  }
  return `${dataSetText(dataSet)}${givenText({ distinct, start, sent })}${output}`;
}

/** Returns what is used of a file, if not all, or with lengths: `1,000 of 1,420 entries of chats.json (212 tokens on average …); `. */
function dataSetText(dataSet: PromptUse['dataSet']): string {
  if (dataSet === undefined) return '';
  const { file, entries, kept, inputTokens, answerTokens } = dataSet;
  if (kept === entries && inputTokens === undefined) return '';
  const lengths = [
    ...(inputTokens === undefined ? [] : [tokensText(inputTokens)]),
    ...(answerTokens === undefined ? [] : [`answers of ${tokensText(answerTokens)}`]),
  ].join(', ');
  return `${formatCount(kept)} of ${formatCount(entries)} ${entries === 1 ? 'entry' : 'entries'} of ${file} used${lengths === '' ? '' : `: ${lengths}`}; `;
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
 * Returns how often runs sent each of their prompts and conversations, warm-up included, as labeled facts; empty if no language
 * model got more than one request.
 */
export function promptFacts(runs: readonly Pick<RunRecord, 'targets'>[]): [label: string, value: string][] {
  const uses = [...usesOf(runs)].filter(
    ([, { distinct, sent, turns }]) => sent > (turns ? 0 : 1) || (distinct > 1 && sent > 0),
  );
  const thinks = new Map(
    runs.flatMap(({ targets }) =>
      targets.map(({ name, llm }) => [name, llm?.trace === undefined ? llm?.think : 'of the trace']),
    ),
  );
  const fact = (
    label: string,
    some: typeof uses,
    text: (use: PromptUse, name: string) => string,
  ): [string, string][] =>
    some.length === 0
      ? []
      : [[label, some.map(([name, use]) => `${uses.length === 1 ? '' : `${name}: `}${text(use, name)}`).join('; ')]];
  return [
    ...fact(
      'prompts',
      uses.filter(([, { turns }]) => turns === undefined),
      useText,
    ),
    ...fact(
      'conversations',
      uses.filter(([, { turns }]) => turns !== undefined),
      (use, name) => (use.turns === undefined ? '' : conversationUse(use, use.turns, thinks.get(name))),
    ),
  ];
}
