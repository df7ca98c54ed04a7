import { lengthsForm, parseLengths, parseSharedPrefix, sharedPrefixForm } from '../../values/lengths.ts';
import { dialectNames, promptOrders, usageChoices, type LlmChoices } from '../types.ts';

type Choices = { -readonly [K in keyof LlmChoices]: LlmChoices[K] };

/** A directive on language models: where its value goes, and the value or, when it is none, what to write instead. */
interface LlmDirective {
  readonly key: keyof LlmChoices;
  /** Sets the value; false when the text is none. */
  set(choices: Choices, text: string): boolean;
  readonly hint: string;
}

const mostTokens = 10_000_000;

/** The value among those that may be written. */
const oneOf = <T extends string>(values: readonly T[], text: string): T | undefined =>
  values.find((value) => value === text);

function assign<K extends keyof Choices>(choices: Choices, key: K, value: Choices[K] | undefined): boolean {
  if (value !== undefined) choices[key] = value;
  return value !== undefined;
}

/** The directives on language models, by name. */
export const llmDirectives: Readonly<Record<string, LlmDirective>> = {
  dialect: {
    key: 'dialect',
    set: (choices, text) => assign(choices, 'dialect', oneOf([...dialectNames, 'plain'], text)),
    hint: 'Expected openai, ollama, responses, messages, llama-cpp, tgi, sglang, sse, or plain.',
  },
  stream: {
    key: 'stream',
    set: (choices, text) =>
      assign(choices, 'stream', text === 'true' || text === 'false' ? text === 'true' : undefined),
    hint: 'Expected true or false.',
  },
  'max-tokens': {
    key: 'maxTokens',
    set: (choices, text) => {
      const tokens = /^\d{1,8}$/.test(text) ? Number(text) : 0;
      return assign(choices, 'maxTokens', tokens >= 1 && tokens <= mostTokens ? tokens : undefined);
    },
    hint: 'Expected a whole number from 1 to 10,000,000.',
  },
  prompts: {
    key: 'prompts',
    set: (choices, text) => assign(choices, 'prompts', text === '' ? undefined : text),
    hint: 'Expected the path of a file with one prompt per line, such as # @prompts prompts.txt.',
  },
  'prompts-order': {
    key: 'promptsOrder',
    set: (choices, text) => assign(choices, 'promptsOrder', oneOf(promptOrders, text)),
    hint: 'Expected rotate or random.',
  },
  'input-tokens': {
    key: 'inputTokens',
    set: (choices, text) => assign(choices, 'inputTokens', parseLengths(text) === undefined ? undefined : text),
    hint: `Expected ${lengthsForm}.`,
  },
  'output-tokens': {
    key: 'outputTokens',
    set: (choices, text) => assign(choices, 'outputTokens', parseLengths(text) === undefined ? undefined : text),
    hint: `Expected ${lengthsForm}.`,
  },
  'shared-prefix': {
    key: 'sharedPrefix',
    set: (choices, text) => assign(choices, 'sharedPrefix', parseSharedPrefix(text) === undefined ? undefined : text),
    hint: `Expected ${sharedPrefixForm}.`,
  },
  usage: {
    key: 'usage',
    set: (choices, text) => assign(choices, 'usage', oneOf(usageChoices, text)),
    hint: 'Expected on or off.',
  },
};

/** The directives that say the same: name and value, in the order of the table. */
export function printLlm(llm: LlmChoices = {}): (readonly [name: string, value: string])[] {
  return Object.entries(llmDirectives).flatMap(([name, { key }]) => {
    const value = llm[key];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
}
