import * as v from 'valibot';
import { eventText } from '../../../http.ts';
import { check } from '../../../openai/check.ts';
import { maybe } from '../../../openai/fields.ts';
import { outputToken, tokensOf } from '../text.ts';
import type { LlmApi, Writer } from './api.ts';
import { outputLimit } from './content.ts';

const schema = v.looseObject({
  inputs: v.string(),
  parameters: maybe(v.looseObject({ max_new_tokens: outputLimit })),
  stream: maybe(v.boolean()),
});

/** Text Generation Inference. Each event has one token. */
export const tgi: LlmApi = {
  path: /^\/generate(?:_stream)?$/,
  takes: (body) => 'inputs' in body,
  read: (json, { pathname }) => {
    const body = check(schema, json);
    return {
      model: undefined,
      prompt: tokensOf(body.inputs),
      maxTokens: body.parameters?.max_new_tokens ?? undefined,
      stream: pathname.endsWith('_stream') || body.stream === true,
      writer: ({ finishReason, usage, text }): Writer => {
        const details = {
          finish_reason: finishReason === 'stop' ? 'eos_token' : 'length',
          generated_tokens: usage.completion,
          seed: null,
        };
        const token = (index: number): string => {
          const isLast = index === usage.completion - 1;
          return eventText({
            index: index + 1,
            token: { id: index, text: (index === 0 ? '' : ' ') + outputToken(index), logprob: 0, special: false },
            generated_text: isLast ? text : null,
            details: isLast ? { ...details, input_length: usage.prompt } : null,
          });
        };
        return {
          whole: () => ({ generated_text: text, details: { ...details, prefill: [], tokens: [] } }),
          opening: () => '',
          piece: (_text, from, to) => Array.from({ length: to - from }, (_, i) => token(from + i)).join(''),
          closing: () => '',
        };
      },
    };
  },
  errorBody: ({ status, message }) => ({ error: message, error_type: status < 500 ? 'validation' : 'generation' }),
};
