import type { Dialect } from './dialect.ts';
import { listIn, objectIn, textIn } from './json.ts';
import { count } from './usage.ts';

/** `/completion` of llama.cpp's server. */
export const llamaCpp: Dialect = {
  finishMark: '"stop": true',
  speaks: ({ content, stop }) => typeof content === 'string' && typeof stop === 'boolean',
  read(json, whole, story) {
    const { content, stop, index = 0, tokens: listed, timings } = json;
    const { predicted_n: predicted, prompt_n: prompt, cache_n: cached } = objectIn(timings);
    const tokens = count(json['tokens_predicted']) ?? count(predicted);
    // The prompt tokens in `timings` exclude cached ones.
    const inputTokens = count(json['tokens_evaluated']) ?? sum(count(prompt), count(cached));
    if (tokens !== undefined) story.usage({ source: 'usage', tokens, inputTokens, cachedTokens: count(cached) }, index);
    const text = textIn(content);
    if (text !== '' || (stop === false && !whole)) story.part(index, text, 0, 0, whole ? 0 : listIn(listed).length);
    if (stop === true) {
      story.finishChoice(index, json['stop_type'] === 'eos' || json['stopped_eos'] === true);
      story.finish();
    } else if (whole) story.unfinished('The response says "stop": false.');
  },
};

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? undefined : a + (b ?? 0);
