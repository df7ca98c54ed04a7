import * as v from 'valibot';
import { check } from '../../../openai/check.ts';
import { maybe, type Prompt, promptField, promptsOf, whole } from '../../../openai/fields.ts';
import { tokensOf } from '../text.ts';
import type { LlmApi } from './api.ts';
import { pooledRequest } from './pooled.ts';

const schema = v.looseObject({
  model: maybe(v.string()),
  input: promptField,
  dimensions: maybe(v.pipe(whole, v.minValue(1), v.maxValue(8192))),
  encoding_format: maybe(v.picklist(['float', 'base64'], 'must be float or base64')),
});

/** Length of an embedding unless the request sets it. */
const usualDimensions = 16;

/** OpenAI's embeddings. Each is a unit vector with its 1 at the number of tokens modulo its length. */
export const embeddings: LlmApi = {
  path: /^\/v1\/embeddings$/,
  query: ['api-version'],
  read: (json) => {
    const body = check(schema, json);
    const inputs = promptsOf(body.input).map(tokensIn);
    const dimensions = body.dimensions ?? usualDimensions;
    const embedding = (tokens: number): readonly number[] | string => {
      const values = new Float32Array(dimensions);
      values[tokens % dimensions] = 1;
      return body.encoding_format === 'base64' ? Buffer.from(values.buffer).toString('base64') : [...values];
    };
    const prompt = inputs.flat();
    return pooledRequest(body.model, prompt, (model) => ({
      object: 'list',
      data: inputs.map((tokens, index) => ({ object: 'embedding', index, embedding: embedding(tokens.length) })),
      model,
      usage: { prompt_tokens: prompt.length, total_tokens: prompt.length },
    }));
  },
};

const tokensIn = (input: Prompt): readonly string[] =>
  typeof input === 'string' ? tokensOf(input) : input.map(String);
