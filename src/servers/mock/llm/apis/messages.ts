import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { check } from '../../../openai/check.ts';
import type { ApiError } from '../../../openai/errors.ts';
import { maybe, messagesField } from '../../../openai/fields.ts';
import { type LlmApi, namedEvent, type Result, template, type Writer } from './api.ts';
import { contentField, contentTokens, outputLimit } from './content.ts';

const schema = v.looseObject({
  model: maybe(v.string()),
  system: maybe(contentField),
  messages: messagesField(v.looseObject({ role: v.string(), content: contentField })),
  // Required, as in Anthropic's API.
  max_tokens: v.nonNullish(outputLimit),
  stream: maybe(v.boolean()),
});

/** Anthropic's Messages. */
export const messages: LlmApi = {
  path: /^\/v1\/messages$/,
  query: ['beta'],
  hasReasoning: true,
  read: (json) => {
    const body = check(schema, json);
    const system = body.system ? [body.system] : [];
    return {
      model: body.model ?? undefined,
      prompt: contentTokens([...system, ...body.messages.map(({ content }) => content)]),
      maxTokens: body.max_tokens,
      stream: body.stream ?? false,
      writer: writerOf,
    };
  },
  errorBody,
  errorText: (error) => namedEvent('error', errorBody(error)),
};

function writerOf({ model, finishReason, usage, text, reasoning }: Result): Writer {
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  const stopReason = finishReason === 'stop' ? 'end_turn' : 'max_tokens';
  const { prompt, completion, cached = 0 } = usage;
  const counts = (output: number) => ({
    // Cached tokens are counted separately in this API.
    input_tokens: prompt - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  });
  const message = (content: readonly object[], reason: string | null, output: number) => ({
    id,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: reason,
    stop_sequence: null,
    usage: counts(output),
  });
  const textIndex = reasoning ? 1 : 0;
  const textDelta = template((piece) => delta(textIndex, { type: 'text_delta', text: piece }));
  let textOpen = !reasoning;
  const toText = (): string => {
    if (textOpen) return '';
    textOpen = true;
    return stop(0) + start(1, textBlock(''));
  };
  return {
    whole: () => message([...(reasoning ? [thinking(reasoning)] : []), textBlock(text)], stopReason, completion),
    opening: () =>
      namedEvent('message_start', { message: message([], null, 0) }) +
      start(0, reasoning ? thinking('') : textBlock('')) +
      namedEvent('ping'),
    reasoning: (piece) => delta(0, { type: 'thinking_delta', thinking: piece }),
    piece: (piece) => toText() + textDelta(piece),
    closing: () =>
      toText() +
      stop(textIndex) +
      namedEvent('message_delta', {
        delta: { stop_reason: stopReason, stop_sequence: null },
        usage: { output_tokens: completion },
      }) +
      namedEvent('message_stop'),
  };
}

const thinking = (content: string) => ({ type: 'thinking', thinking: content, signature: '' });
const textBlock = (content: string) => ({ type: 'text', text: content });
const start = (index: number, block: object): string =>
  namedEvent('content_block_start', { index, content_block: block });
const stop = (index: number): string => namedEvent('content_block_stop', { index });
const delta = (index: number, of: object): string => namedEvent('content_block_delta', { index, delta: of });

const types: Partial<Record<number, string>> = {
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function errorBody({ status, message }: ApiError) {
  const type = types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return { type: 'error', error: { type, message } };
}
