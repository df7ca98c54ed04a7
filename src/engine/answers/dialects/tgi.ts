import { tellFinish, tellNullFinish, type Dialect } from './dialect.ts';
import { isJson, objectIn, textIn } from './json.ts';
import { count } from './usage.ts';

/** `/generate` and `/generate_stream` of Hugging Face's Text Generation Inference. Each event is a token. */
export const tgi: Dialect = {
  finishMark: 'generated_text',
  speaks: ({ token, generated_text: text }) => (isJson(token) && 'text' in token) || typeof text === 'string',
  read(json, whole, story) {
    const { token, generated_text: all, details } = json;
    const { generated_tokens: tokens, input_length: input, finish_reason: reason } = objectIn(details);
    const counted = count(tokens);
    if (counted !== undefined)
      story.usage({ source: 'usage', tokens: counted, inputTokens: count(input) ?? count(json['input_length']) });
    const { text, special } = objectIn(token);
    if (whole) {
      if (textIn(all) !== '') story.part(0, textIn(all), 0, 0, 0);
    } else if (isJson(token)) story.part(0, special === true ? '' : textIn(text), 0, 0, 0);
    if (whole) tellNullFinish('finish_reason', reason, story);
    tellFinish(0, reason, story);
    if (typeof all === 'string') story.finish();
  },
};
