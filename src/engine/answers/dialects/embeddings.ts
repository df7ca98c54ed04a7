import type { Dialect } from './dialect.ts';
import { isJson, listIn, objectIn } from './json.ts';
import { count, usageIn } from './usage.ts';

/** Embeddings of OpenAI, Cohere, Ollama, and compatible servers. They have input tokens only. */
export const embeddings: Dialect = {
  finishMark: 'a list of embeddings',
  tokenless: true,
  speaks: (message) => 'embedding' in message || 'embeddings' in message || isListOfVectors(message['data']),
  read(message, _whole, story) {
    const { data, embeddings: named, embedding, usage } = message;
    // Cohere lists them by type: { float: [[…]] }.
    const lists = isJson(named) && !Array.isArray(named) ? Object.values(named) : [named];
    const found = embedding !== undefined || isListOfVectors(data) || lists.some((list) => listIn(list).length > 0);
    const inputTokens =
      usageIn(usage)?.inputTokens ??
      count(message['prompt_eval_count']) ??
      count(objectIn(objectIn(message['meta'])['billed_units'])['input_tokens']);
    if (inputTokens !== undefined) story.usage({ source: 'usage', inputTokens });
    if (found) story.finish();
    else story.fail('The response has no embedding.');
  },
};

const isListOfVectors = (data: unknown): boolean => 'embedding' in objectIn(listIn(data)[0]);
