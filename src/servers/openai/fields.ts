import * as v from 'valibot';
import { notSupported } from './check.ts';

/** A whole number. */
export const whole = v.pipe(v.number(), v.integer());
const text = v.pipe(v.string(), v.minLength(1, 'must not be empty'));
const token = v.pipe(whole, v.minValue(0));

/** Returns the schema of an optional field. OpenAI's API treats null as absent. */
export const maybe = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);

/** Returns the schema of a field that isn't supported: only values without an effect are accepted. */
export const only = (...neutral: readonly unknown[]) =>
  v.nullish(
    v.custom<unknown>(
      (value) => neutral.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value)),
      notSupported,
    ),
  );

/** Fields that completions and chat completions share, OpenAI's and vLLM's, and that both servers read. */
export const generationFields = {
  model: maybe(v.string()),
  n: maybe(v.pipe(whole, v.minValue(1), v.maxValue(16))),
  temperature: maybe(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: maybe(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  top_k: maybe(v.pipe(whole, v.minValue(-1))),
  seed: maybe(v.pipe(v.number(), v.safeInteger())),
  stop: maybe(
    v.union([text, v.pipe(v.array(text), v.maxLength(4))], 'must be a non-empty string or up to 4 non-empty strings'),
  ),
  min_tokens: maybe(v.pipe(whole, v.minValue(0))),
  ignore_eos: maybe(v.boolean()),
  stream: maybe(v.boolean()),
  stream_options: maybe(
    v.strictObject({
      include_usage: maybe(v.boolean()),
      continuous_usage_stats: maybe(v.boolean()),
      include_obfuscation: only(false),
    }),
  ),
  user: maybe(v.string()),
};

/** Maximum number of output tokens. */
export const outputTokens = maybe(v.pipe(whole, v.minValue(1)));

/** Prompts of a completion. */
export const promptField = v.union(
  [
    v.string(),
    v.pipe(v.array(v.string()), v.minLength(1)),
    v.pipe(v.array(token), v.minLength(1)),
    v.pipe(v.array(v.pipe(v.array(token), v.minLength(1))), v.minLength(1)),
  ],
  'must be a string, a list of strings, or a list of tokens',
);

/** A prompt as text or tokens. */
export type Prompt = string | readonly number[];

/** Returns the prompts of a completion as a list. */
export const promptsOf = (prompt: v.InferOutput<typeof promptField>): readonly Prompt[] =>
  typeof prompt === 'string' || isTokens(prompt) ? [prompt] : prompt;

const isTokens = (prompt: readonly unknown[]): prompt is number[] => typeof prompt[0] === 'number';

/** Returns the schema of the messages of a chat. */
export const messagesField = <S extends v.GenericSchema>(message: S) =>
  v.pipe(v.array(message), v.minLength(1, 'must have at least one message'));
