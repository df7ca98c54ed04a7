import * as v from 'valibot';
import type { Sampling } from '../runtime/sampler.ts';
import { chatPrompt, chatStop } from '../text/chat.ts';
import { ApiError } from '../../openai/errors.ts';

/** A request after checking: what both kinds have in common. */
export interface GenerationRequest {
  readonly kind: 'completion' | 'chat';
  readonly model: string | undefined;
  /** Text, or tokens as they are. One answer for each, times `n`. */
  readonly prompts: readonly (string | readonly number[])[];
  readonly n: number;
  readonly maxTokens: number | undefined;
  readonly sampling: Omit<Sampling, 'seed'> & { readonly seed: number | undefined };
  readonly stop: readonly string[];
  readonly ignoreEos: boolean;
  /** Tokens that must have come before anything but `maxTokens` ends the answer. */
  readonly minTokens: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Every piece of a stream carries the usage so far. */
  readonly continuousUsage: boolean;
}

const whole = v.pipe(v.number(), v.integer());
const text = v.pipe(v.string(), v.minLength(1, 'must not be empty'));
const token = v.pipe(whole, v.minValue(0));
/** Absent, or null, which OpenAI's API takes for absent. */
const maybe = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);
const notSupported = 'not supported';
/** A field that is known but not supported: only values that change nothing are taken. */
const only = (...neutral: readonly unknown[]) =>
  v.nullish(
    v.custom<unknown>(
      (value) => neutral.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value)),
      notSupported,
    ),
  );

const common = {
  model: maybe(v.string()),
  n: maybe(v.pipe(whole, v.minValue(1), v.maxValue(16))),
  temperature: maybe(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: maybe(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  top_k: maybe(v.pipe(whole, v.minValue(-1))),
  seed: maybe(v.pipe(v.number(), v.safeInteger())),
  stop: maybe(
    v.union([text, v.pipe(v.array(text), v.maxLength(4))], 'must be a non-empty string or up to 4 non-empty strings'),
  ),
  min_p: only(0),
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
  presence_penalty: only(0),
  frequency_penalty: only(0),
  repetition_penalty: only(1),
  logit_bias: only({}),
  user: maybe(v.string()),
  metadata: maybe(v.record(v.string(), v.string())),
  store: only(false),
};
const answerTokens = v.pipe(whole, v.minValue(1));

const completionSchema = v.strictObject({
  ...common,
  prompt: v.union(
    [
      v.string(),
      v.pipe(v.array(v.string()), v.minLength(1)),
      v.pipe(v.array(token), v.minLength(1)),
      v.pipe(v.array(v.pipe(v.array(token), v.minLength(1))), v.minLength(1)),
    ],
    'must be a string, a list of strings, or a list of tokens',
  ),
  max_tokens: maybe(answerTokens),
  best_of: only(1),
  echo: only(false),
  logprobs: only(),
  suffix: only(''),
});

const chatSchema = v.strictObject({
  ...common,
  messages: v.pipe(
    v.array(
      v.strictObject({
        role: v.picklist(['system', 'developer', 'user', 'assistant'], 'must be system, developer, user, or assistant'),
        content: maybe(
          v.union(
            [v.string(), v.array(v.strictObject({ type: v.literal('text'), text: v.string() }))],
            'must be a string or a list of parts of type "text"',
          ),
        ),
        name: maybe(v.string()),
        refusal: only(),
        tool_calls: only([]),
      }),
    ),
    v.minLength(1, 'must have at least one message'),
  ),
  max_tokens: maybe(answerTokens),
  max_completion_tokens: maybe(answerTokens),
  logprobs: only(false),
  top_logprobs: only(0),
  response_format: only({ type: 'text' }),
  tools: only([]),
  tool_choice: only('none', 'auto'),
  parallel_tool_calls: only(true, false),
  service_tier: only('auto', 'default'),
  modalities: only(['text']),
});

function check<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError(400, 'The body must be a JSON object.');
  const read = v.safeParse(schema, body);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const param = v.getDotPath(issue) ?? '';
  if (issue.expected === 'never')
    throw new ApiError(400, `The field ${param} is unknown. Remove it.`, { param, code: 'unknown_parameter' });
  throw new ApiError(400, `The field ${param} ${complaint(issue)}.`, { param });
}

function complaint(issue: v.BaseIssue<unknown>): string {
  if (issue.message === notSupported) return "isn't supported by this server. Remove it";
  if (issue.received === 'undefined') return 'is missing';
  if (issue.message.startsWith('must ')) return issue.message;
  return `must be ${expectedOf(issue)}, not ${receivedOf(issue)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  safe_integer: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  strict_object: 'an object',
  record: 'an object',
  array: 'a list',
};

function expectedOf({ type, expected }: v.BaseIssue<unknown>): string {
  const bound = (expected ?? 'another value')
    .replace(/^>=/, 'at least ')
    .replace(/^<=/, 'at most ')
    .replace(/^>/, 'more than ');
  return typeNames[type] ?? bound;
}

/** A value as it was sent; of a list or an object only what it is. */
const receivedOf = ({ received }: v.BaseIssue<unknown>): string =>
  ({ Array: 'a list', Object: 'an object' })[received] ?? received;

type Common = v.InferOutput<v.StrictObjectSchema<typeof common, undefined>>;

function shared(body: Common) {
  return {
    model: body.model ?? undefined,
    n: body.n ?? 1,
    sampling: {
      temperature: body.temperature ?? 1,
      topK: Math.max(0, body.top_k ?? 0),
      topP: body.top_p ?? 1,
      seed: body.seed ?? undefined,
    },
    ignoreEos: body.ignore_eos ?? false,
    minTokens: body.min_tokens ?? 0,
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
    continuousUsage: body.stream_options?.continuous_usage_stats === true && body.stream_options.include_usage === true,
  };
}

function checkMinTokens(minTokens: number, maxTokens: number | undefined): void {
  if (maxTokens === undefined || minTokens <= maxTokens) return;
  throw new ApiError(400, `The field min_tokens must be at most max_tokens, ${maxTokens}, not ${minTokens}.`, {
    param: 'min_tokens',
  });
}

const stopsOf = (stop: Common['stop']): string[] => (typeof stop === 'string' ? [stop] : (stop ?? []));

const isTokens = (prompt: readonly unknown[]): prompt is number[] => typeof prompt[0] === 'number';

/** Checks the body of POST /v1/completions. */
export function readCompletion(json: unknown): GenerationRequest {
  const body = check(completionSchema, json);
  const { prompt } = body;
  const prompts: readonly (string | readonly number[])[] =
    typeof prompt === 'string' || isTokens(prompt) ? [prompt] : prompt;
  // OpenAI's default for this kind.
  const maxTokens = body.max_tokens ?? 16;
  const options = shared(body);
  checkMinTokens(options.minTokens, maxTokens);
  return { ...options, kind: 'completion', prompts, maxTokens, stop: stopsOf(body.stop) };
}

/** Checks the body of POST /v1/chat/completions and writes its messages as one text. */
export function readChat(json: unknown): GenerationRequest {
  const body = check(chatSchema, json);
  const messages = body.messages.map(({ role, content }, index) => {
    if (role !== 'assistant' && (content === null || content === undefined)) {
      const param = `messages.${index}.content`;
      throw new ApiError(400, `The field ${param} must be a string or a list of parts of type "text".`, { param });
    }
    return { role, text: Array.isArray(content) ? content.map((part) => part.text).join('') : (content ?? '') };
  });
  const options = shared(body);
  const stop = options.ignoreEos ? stopsOf(body.stop) : [...stopsOf(body.stop), chatStop];
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  checkMinTokens(options.minTokens, maxTokens);
  return { ...options, kind: 'chat', prompts: [chatPrompt(messages)], maxTokens, stop };
}
