import type { Dialect } from './dialect.ts';
import { isJson, listIn, objectIn } from './json.ts';
import { count, usageIn } from './usage.ts';

/** Reranking of Jina, Cohere, vLLM, and compatible servers. They have input tokens only. */
export const rerank: Dialect = {
  finishMark: 'a list of results',
  tokenless: true,
  speaks: (message) => isListOfScores(message['results']) || isListOfScores(message['data']) || isScore(message),
  isPiece: isScore,
  read(message, _whole, story) {
    const { usage, meta } = message;
    const billed = objectIn(objectIn(meta)['billed_units']);
    const inputTokens =
      usageIn(usage)?.inputTokens ?? count(objectIn(usage)['total_tokens']) ?? count(billed['input_tokens']);
    if (inputTokens !== undefined) story.usage({ source: 'usage', inputTokens });
    story.finish();
  },
};

function isScore(result: unknown): boolean {
  return isJson(result) && 'index' in result && ('relevance_score' in result || 'score' in result);
}

const isListOfScores = (results: unknown): boolean => isScore(listIn(results)[0]);
