import * as v from 'valibot';
import { eventText } from '../../../http.ts';
import { check } from '../../../openai/check.ts';
import { maybe } from '../../../openai/fields.ts';
import { tokensOf } from '../text.ts';
import type { LlmApi, Writer } from './api.ts';
import { outputLimit } from './content.ts';

const schema = v.looseObject({
  prompt: v.union([v.string(), v.array(v.number())], 'must be a string or a list of tokens'),
  n_predict: outputLimit,
  stream: maybe(v.boolean()),
});

/** llama.cpp's own API. */
export const llamaCpp: LlmApi = {
  path: /^\/completion$/,
  read: (json) => {
    const body = check(schema, json);
    return {
      model: undefined,
      prompt: typeof body.prompt === 'string' ? tokensOf(body.prompt) : body.prompt.map(String),
      maxTokens: body.n_predict ?? undefined,
      stream: body.stream ?? false,
      writer: ({ model, finishReason, usage, text }): Writer => {
        const { prompt, completion, cached = 0 } = usage;
        const last = (content: string) => ({
          index: 0,
          content,
          tokens: [],
          id_slot: 0,
          stop: true,
          model,
          tokens_predicted: completion,
          tokens_evaluated: prompt,
          tokens_cached: prompt + completion - 1,
          truncated: false,
          stop_type: finishReason === 'stop' ? 'eos' : 'limit',
          stopping_word: '',
          timings: { cache_n: cached, prompt_n: prompt - cached, predicted_n: completion },
        });
        return {
          whole: () => last(text),
          opening: () => '',
          piece: (content, from, to) =>
            eventText({
              index: 0,
              content,
              tokens: Array.from({ length: to - from }, (_, i) => from + i),
              stop: false,
              id_slot: 0,
              tokens_predicted: to,
              tokens_evaluated: prompt,
            }),
          closing: () => eventText(last('')),
        };
      },
    };
  },
};
