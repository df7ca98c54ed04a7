import { lengthMark } from '../core/endpoints/llm/synthetic-marks.ts';
import type { PreparedRequest, Prompts, TokenSpread, UncountedPrompts } from '../core/endpoints/types.ts';
import { LoadlensError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import { noTokenizer } from '../core/plan/run-checks.ts';
import type { RunInput } from '../core/plan/types.ts';
import { isVocabulary } from '../core/values/llm/tokenizers.ts';
import { words } from '../core/values/words.ts';
import { findTokenizer, type CountTokens, type Tokenizer } from './tokens/tokenizer.ts';

type Asking = Pick<RunInput, 'requests' | 'targets' | 'plan' | 'file'>;

/** Minimum number of words from which prompts are generated. */
const fewestWords = 200;
/** Requests whose prompts are counted: a sweep asks for each of its levels. */
const known = new WeakMap<Prompts, Map<string, Promise<Prompts>>>();

/**
 * Returns the tokenizer of the plan, and the requests with the prompts that have the number of tokens asked for, with output lengths from the answers
 * in the data set, and with generated prompts of words that are one token each in the vocabulary of the tokenizer.
 * @throws LoadlensError if tokens have to be counted without a tokenizer, or no prompt is left
 */
export async function withPromptTokens<T extends Asking>(
  input: T,
  signal: AbortSignal,
): Promise<{ readonly input: T; readonly tokenizer: Tokenizer | undefined }> {
  const { requests, targets, plan, file } = input;
  const tokenizer = plan.tokenizer === undefined ? undefined : await findTokenizer(plan.tokenizer, file?.path, signal);
  const changed = await Promise.all(
    requests.map(async (request, index) => {
      const name = targets[index]?.name ?? request.url;
      const { prompts, conversations } = request;
      const synthetic = request.synthetic ?? conversations?.generated?.synthetic;
      if (prompts?.uncounted !== undefined)
        return withBodies(request, await counted(prompts, prompts.uncounted, tokenizer, name));
      if (synthetic?.input === undefined || tokenizer === undefined || isVocabulary(tokenizer.name)) return request;
      const own = { ...synthetic, words: singleTokens(await tokenizer.open(), tokenizer.name) };
      if (conversations?.generated === undefined) return { ...request, synthetic: own };
      const generated = { ...conversations.generated, synthetic: own };
      return { ...request, conversations: { ...conversations, generated } };
    }),
  );
  const isSame = changed.every((request, index) => request === requests[index]);
  return { input: isSame ? input : { ...input, requests: changed }, tokenizer };
}

const withBodies = (request: PreparedRequest, prompts: Prompts): PreparedRequest => ({
  ...request,
  ...(prompts.bodies[0] && { body: prompts.bodies[0] }),
  prompts,
});

async function counted(
  prompts: Prompts,
  uncounted: UncountedPrompts,
  tokenizer: Tokenizer | undefined,
  target: string,
): Promise<Prompts> {
  if (tokenizer === undefined) {
    throw noTokenizer({ name: target, counting: uncounted.range ? 'prompts-tokens' : 'output-tokens' });
  }
  const byTokenizer = known.get(prompts) ?? new Map<string, Promise<Prompts>>();
  known.set(prompts, byTokenizer);
  const before = byTokenizer.get(tokenizer.name);
  const counting = before ?? tokenizer.open().then((count) => kept(prompts, uncounted, count, target));
  byTokenizer.set(tokenizer.name, counting);
  return counting;
}

/** Returns the prompts that are used. */
function kept(
  { bodies, order, dataSet }: Prompts,
  { texts, range, answers }: UncountedPrompts,
  count: CountTokens,
  target: string,
): Prompts {
  const used: { readonly body: Uint8Array; readonly input: number; readonly output: number }[] = [];
  for (const [index, text] of texts.entries()) {
    const answer = answers?.[index];
    if (answers !== undefined && answer === undefined) continue;
    const input = count(text);
    if (range !== undefined && (input < range.min || input > range.max)) continue;
    const output = answer === undefined ? 0 : Math.max(1, count(answer));
    const body = bodies[index] ?? new Uint8Array();
    used.push({ body: answers === undefined ? body : withLength(body, output), input, output });
  }
  if (used.length === 0) {
    throw new LoadlensError(`No prompt of "${target}" is left of ${formatCount(texts.length)}.`, {
      hint: answers === undefined ? 'Widen @prompts-tokens.' : 'Widen @prompts-tokens, or use a file with answers.',
    });
  }
  const outputs = used.map(({ output }) => output);
  return {
    bodies: used.map(({ body }) => body),
    order,
    ...(answers && { askedTokens: outputs }),
    ...(dataSet && {
      dataSet: {
        ...dataSet,
        counts: { input: spreadOf(used.map(({ input }) => input)), ...(answers && { output: spreadOf(outputs) }) },
      },
    }),
  };
}

function spreadOf(tokens: readonly number[]): TokenSpread {
  const [min, max, sum] = tokens.reduce(
    ([least, most, total], each) => [Math.min(least, each), Math.max(most, each), total + each],
    [Infinity, 0, 0],
  );
  return { mean: sum / tokens.length, min, max };
}

/** Returns the body with the number of tokens at each mark. */
function withLength(body: Uint8Array, tokens: number): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  return Buffer.from(text.replaceAll(String(lengthMark), String(tokens)));
}

/** Returns the words that are one token each, at the start of a text and after a space. */
function singleTokens(count: CountTokens, tokenizer: string): readonly string[] {
  // A word at the start shows what the tokenizer adds to each text, such as a mark for a space.
  const single = words.filter((word) => count(word) === 1 && count(`${word} ${word}`) === 2);
  if (single.length < fewestWords || count(single.join(' ')) !== single.length) {
    throw new LoadlensError(`Prompts of an exact length can't be generated for the tokenizer ${tokenizer}.`, {
      hint: `Only ${single.length} of the words for them are one token each. Remove @tokenizer, or use @prompts.`,
    });
  }
  return single;
}
