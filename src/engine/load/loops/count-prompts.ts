import { parseObject } from '../../../core/endpoints/json.ts';
import { promptTexts, type PromptTexts } from '../../../core/endpoints/llm/prompt-texts.ts';
import { promptMark } from '../../../core/endpoints/llm/synthetic-marks.ts';
import type { InputCheck } from '../../../core/record/run.ts';
import type { SentPrompt } from '../../transport/transport.ts';
import type { CheckedPrompt } from '../sample-log.ts';

/** The count of one prompt. */
interface CountedPrompt extends Pick<PromptTexts, 'isTemplated'> {
  readonly tokens: number;
  /** Number of its texts. */
  readonly texts: number;
}

/** Counts the tokens of a prompt without a chat template; undefined if a model reads more than its texts. */
export type CountPrompt = (prompt: SentPrompt) => CountedPrompt | undefined;

/** Returns a function that counts prompts, once for a body that many share. */
export function promptCounter(count: (text: string) => number): CountPrompt {
  const known = new WeakMap<Uint8Array, CountedPrompt | 'uncountable'>();
  return ({ dialect, body, generatedTokens = 0 }) => {
    let counted = known.get(body);
    if (counted === undefined) {
      const texts = textsIn(dialect, body);
      counted = texts === undefined ? 'uncountable' : countedTexts(texts, count);
      known.set(body, counted);
    }
    return counted === 'uncountable' ? undefined : { ...counted, tokens: counted.tokens + generatedTokens };
  };
}

function countedTexts({ texts, tokens, isTemplated }: PromptTexts, count: (text: string) => number): CountedPrompt {
  const written = texts.filter((text) => text !== promptMark);
  return {
    tokens: written.reduce((sum, text) => sum + count(text), tokens),
    texts: texts.length,
    isTemplated,
  };
}

function textsIn(dialect: SentPrompt['dialect'], body: Uint8Array): PromptTexts | undefined {
  const json = parseObject(body);
  return json && promptTexts(dialect, json);
}

/** Returns the server's counts of prompts beside those of the tokenizer; undefined without both. */
export async function inputCheckOf(
  prompts: readonly CheckedPrompt[],
  count: CountPrompt,
  pause: () => Promise<void> | undefined,
): Promise<InputCheck | undefined> {
  const sum = { responses: 0, reported: 0, counted: 0, texts: 0, templated: 0 };
  for (const { reported, prompt } of prompts) {
    const counted = count(prompt);
    await pause();
    if (counted === undefined) continue;
    sum.responses += 1;
    sum.reported += reported;
    sum.counted += counted.tokens;
    sum.texts += counted.texts;
    if (counted.isTemplated) sum.templated += 1;
  }
  return sum.responses === 0 ? undefined : sum;
}
