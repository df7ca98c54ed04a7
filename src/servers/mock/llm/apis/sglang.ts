import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { doneEvent, eventText } from '../../../http.ts';
import { check } from '../../../openai/check.ts';
import { maybe } from '../../../openai/fields.ts';
import { tokensOf, tokensText } from '../text.ts';
import type { LlmApi, Writer } from './api.ts';
import { outputLimit } from './content.ts';

const schema = v.looseObject({
  text: maybe(v.string()),
  input_ids: maybe(v.array(v.number())),
  sampling_params: maybe(v.looseObject({ max_new_tokens: outputLimit })),
  stream: maybe(v.boolean()),
});

/** SGLang's own API. Each event repeats the text from its beginning. */
export const sglang: LlmApi = {
  path: /^\/generate$/,
  read: (json) => {
    const body = check(schema, json);
    return {
      model: undefined,
      prompt: body.input_ids?.map(String) ?? tokensOf(body.text ?? ''),
      maxTokens: body.sampling_params?.max_new_tokens ?? undefined,
      stream: body.stream ?? false,
      writer: ({ finishReason, usage, text }): Writer => {
        const id = randomUUID().replaceAll('-', '');
        const finish =
          finishReason === 'stop' ? { type: 'stop', matched: 0 } : { type: 'length', length: usage.completion };
        const state = (soFar: string, tokens: number, isLast: boolean) => ({
          text: soFar,
          meta_info: {
            id,
            finish_reason: isLast ? finish : null,
            prompt_tokens: usage.prompt,
            completion_tokens: tokens,
            cached_tokens: usage.cached ?? 0,
          },
        });
        return {
          whole: () => state(text, usage.completion, true),
          opening: () => '',
          piece: (_text, _from, to) => eventText(state(tokensText(0, to), to, to === usage.completion)),
          closing: () => doneEvent,
        };
      },
    };
  },
};
