import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { check } from '../../../openai/check.ts';
import { maybe } from '../../../openai/fields.ts';
import { tokensOf } from '../text.ts';
import { type LlmApi, namedEvent, nowS, type Result, type Writer } from './api.ts';
import { contentField, contentTokens, outputLimit } from './content.ts';

const schema = v.looseObject({
  model: maybe(v.string()),
  input: v.union(
    [v.string(), v.pipe(v.array(v.looseObject({ content: maybe(contentField) })), v.minLength(1))],
    'must be a string or a list of items',
  ),
  instructions: maybe(v.string()),
  max_output_tokens: outputLimit,
  stream: maybe(v.boolean()),
});

/** OpenAI's Responses. */
export const responses: LlmApi = {
  path: /^\/v1\/responses$/,
  query: ['api-version'],
  hasReasoning: true,
  read: (json) => {
    const body = check(schema, json);
    const instructions = body.instructions ? tokensOf(body.instructions) : [];
    const input =
      typeof body.input === 'string' ? tokensOf(body.input) : contentTokens(body.input.map(({ content }) => content));
    return {
      model: body.model ?? undefined,
      prompt: [...instructions, ...input],
      maxTokens: body.max_output_tokens ?? undefined,
      stream: body.stream ?? false,
      writer: (result) => writerOf(result, body.max_output_tokens ?? null),
    };
  },
};

function writerOf({ model, finishReason, usage, text, reasoning }: Result, limit: number | null): Writer {
  const id = `resp_${randomUUID().replaceAll('-', '')}`;
  const createdAt = nowS();
  const complete = finishReason === 'stop';
  const reasoningItem = (content: string | undefined) => ({
    id: `rs_${id.slice(5)}`,
    type: 'reasoning',
    summary: [],
    content: content === undefined ? [] : [{ type: 'reasoning_text', text: content }],
  });
  const messageItem = (status: string, content: string | undefined) => ({
    id: `msg_${id.slice(5)}`,
    type: 'message',
    role: 'assistant',
    status,
    content: content === undefined ? [] : [textPart(content)],
  });
  const ended = complete ? 'completed' : 'incomplete';
  const body = (status: string) => {
    const isDone = status !== 'in_progress';
    return {
      id,
      object: 'response',
      created_at: createdAt,
      status,
      error: null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      instructions: null,
      max_output_tokens: limit,
      metadata: {},
      model,
      output: isDone ? [...(reasoning ? [reasoningItem(reasoning)] : []), messageItem(ended, text)] : [],
      parallel_tool_calls: true,
      tool_choice: 'auto',
      tools: [],
      usage: isDone ? usageOf(usage) : null,
    };
  };
  let sequence = 0;
  const event = (type: string, data: object): string =>
    namedEvent(`response.${type}`, { sequence_number: sequence++, ...data });
  const messageIndex = reasoning ? 1 : 0;
  const inReasoning = { item_id: `rs_${id.slice(5)}`, output_index: 0, content_index: 0 };
  const inMessage = { item_id: `msg_${id.slice(5)}`, output_index: messageIndex, content_index: 0 };
  const openMessage = (): string =>
    event('output_item.added', { output_index: messageIndex, item: messageItem('in_progress', undefined) }) +
    event('content_part.added', { ...inMessage, part: textPart('') });
  const closeReasoning = (): string =>
    event('reasoning_text.done', { ...inReasoning, text: reasoning }) +
    event('output_item.done', { output_index: 0, item: reasoningItem(reasoning) });
  let messageOpen = !reasoning;
  const toMessage = (): string => {
    if (messageOpen) return '';
    messageOpen = true;
    return closeReasoning() + openMessage();
  };
  return {
    whole: () => body(ended),
    opening: () =>
      event('created', { response: body('in_progress') }) +
      event('in_progress', { response: body('in_progress') }) +
      (reasoning ? event('output_item.added', { output_index: 0, item: reasoningItem(undefined) }) : openMessage()),
    reasoning: (piece) => event('reasoning_text.delta', { ...inReasoning, delta: piece }),
    piece: (piece) => toMessage() + event('output_text.delta', { ...inMessage, delta: piece, logprobs: [] }),
    closing: () =>
      toMessage() +
      event('output_text.done', { ...inMessage, text, logprobs: [] }) +
      event('content_part.done', { ...inMessage, part: textPart(text) }) +
      event('output_item.done', { output_index: messageIndex, item: messageItem(ended, text) }) +
      event(ended, { response: body(ended) }),
  };
}

const textPart = (content: string) => ({ type: 'output_text', text: content, annotations: [], logprobs: [] });

const usageOf = ({ prompt, completion, cached = 0, reasoning = 0 }: Result['usage']) => ({
  input_tokens: prompt,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: completion,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: prompt + completion,
});
