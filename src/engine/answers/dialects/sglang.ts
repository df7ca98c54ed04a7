import { tellFinish, tellNullFinish, type Dialect } from './dialect.ts';
import { isJson, objectIn, textIn } from './json.ts';
import { errorWords } from './server-error.ts';
import { count } from './usage.ts';

/** `/generate` of SGLang. Each event has the text and the token count so far. */
export const sglang: Dialect = {
  finishMark: 'a finish_reason or [DONE]',
  speaks: ({ meta_info: meta }) => isJson(meta),
  read(json, whole, story) {
    const { text, meta_info: meta, index = 0 } = json;
    const {
      completion_tokens: tokens,
      prompt_tokens: input,
      cached_tokens: cached,
      finish_reason: reason,
    } = objectIn(meta);
    story.usage(
      { source: 'usage', tokens: count(tokens), inputTokens: count(input), cachedTokens: count(cached) },
      index,
    );
    if (textIn(text) !== '' || !whole) story.part(index, textIn(text), 0, 0, 0);
    if (isJson(reason)) tellFinish(index, reason['type'], story, 'message' in reason ? errorWords(reason) : undefined);
    else {
      if (whole) tellNullFinish('finish_reason', reason, story);
      tellFinish(index, reason, story);
    }
  },
};
