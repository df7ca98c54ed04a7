import * as v from 'valibot';
import { check } from '../../openai/check.ts';
import { ApiError } from '../../openai/errors.ts';
import {
  generationFields,
  maybe,
  messagesField,
  only,
  outputTokens,
  type Prompt,
  promptField,
  promptsOf,
} from '../../openai/fields.ts';
import type { Sampling } from '../runtime/sampler.ts';
import { chatPrompt, chatStop } from '../text/chat.ts';

/** A checked request. */
export interface GenerationRequest {
  readonly kind: 'completion' | 'chat';
  readonly model: string | undefined;
  /** Each gets `n` choices. */
  readonly prompts: readonly Prompt[];
  readonly n: number;
  readonly maxTokens: number | undefined;
  readonly sampling: Omit<Sampling, 'seed'> & { readonly seed: number | undefined };
  readonly stop: readonly string[];
  readonly ignoreEos: boolean;
  /** Number of tokens before anything but `maxTokens` ends a choice. */
  readonly minTokens: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Each event of a stream has the usage so far. */
  readonly continuousUsage: boolean;
}

/**
 * Fields of both kinds. Besides those that the server reads, it accepts the fields of OpenAI and vLLM that load generators send,
 * with values that have no effect.
 */
const common = {
  ...generationFields,
  presence_penalty: only(0),
  frequency_penalty: only(0),
  logit_bias: only({}),
  metadata: maybe(v.record(v.string(), v.string())),
  store: only(false),
  // vLLM's.
  best_of: only(1),
  use_beam_search: only(false),
  length_penalty: only(1),
  repetition_penalty: only(1),
  min_p: only(0),
  stop_token_ids: only([]),
  include_stop_str_in_output: only(false),
  skip_special_tokens: only(true),
  spaces_between_special_tokens: only(true, false),
  truncate_prompt_tokens: only(),
  prompt_logprobs: only(),
  // GPT-2 has no special tokens to add.
  add_special_tokens: only(true, false),
  priority: only(0),
  request_id: maybe(v.string()),
};

const completionSchema = v.strictObject({
  ...common,
  prompt: promptField,
  max_tokens: outputTokens,
  echo: only(false),
  logprobs: only(),
  suffix: only(''),
});

const chatSchema = v.strictObject({
  ...common,
  messages: messagesField(
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
  max_tokens: outputTokens,
  max_completion_tokens: outputTokens,
  logprobs: only(false),
  top_logprobs: only(0),
  response_format: only({ type: 'text' }),
  tools: only([]),
  tool_choice: only('none', 'auto'),
  parallel_tool_calls: only(true, false),
  service_tier: only('auto', 'default'),
  modalities: only(['text']),
  echo: only(false),
  add_generation_prompt: only(true),
  continue_final_message: only(false),
  chat_template_kwargs: only({}),
});

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

/** Reads the body of POST /v1/completions. Throws an ApiError that names the wrong field. */
export function readCompletion(json: unknown): GenerationRequest {
  const body = check(completionSchema, json);
  // OpenAI's default for completions.
  const maxTokens = body.max_tokens ?? 16;
  const options = shared(body);
  checkMinTokens(options.minTokens, maxTokens);
  return { ...options, kind: 'completion', prompts: promptsOf(body.prompt), maxTokens, stop: stopsOf(body.stop) };
}

/** Reads the body of POST /v1/chat/completions, with its messages as one text. Throws as `readCompletion` does. */
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
