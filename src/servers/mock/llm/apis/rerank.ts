import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { check } from '../../../openai/check.ts';
import { maybe, whole } from '../../../openai/fields.ts';
import { tokensOf } from '../text.ts';
import type { LlmApi } from './api.ts';
import { pooledRequest } from './pooled.ts';

const schema = v.looseObject({
  model: maybe(v.string()),
  query: v.string(),
  documents: v.pipe(
    v.array(v.union([v.string(), v.looseObject({ text: v.string() })], 'must be a string or an object with a text')),
    v.minLength(1),
  ),
  top_n: maybe(v.pipe(whole, v.minValue(0))),
  return_documents: maybe(v.boolean()),
});

/** Rerank of Jina, Cohere, and vLLM. The score of a document is the share of the query's words that are in it. */
export const rerank: LlmApi = {
  path: /^(?:\/v[12])?\/rerank$/,
  read: (json) => {
    const body = check(schema, json);
    const query = tokensOf(body.query);
    const documents = body.documents.map((document) => (typeof document === 'string' ? document : document.text));
    // Each document is read together with the query.
    const prompt = documents.flatMap((document) => [...query, ...tokensOf(document)]);
    const results = documents
      .map((text, index) => ({
        index,
        document: body.return_documents === false ? undefined : { text },
        relevance_score: shareOf(query, new Set(tokensOf(text))),
      }))
      .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);
    return pooledRequest(body.model, prompt, (model) => ({
      id: `rerank-${randomUUID().replaceAll('-', '')}`,
      model,
      usage: { prompt_tokens: prompt.length, total_tokens: prompt.length },
      // vLLM returns all documents for 0.
      results: results.slice(0, body.top_n || results.length),
    }));
  },
};

const shareOf = (query: readonly string[], words: ReadonlySet<string>): number =>
  query.filter((word) => words.has(word)).length / query.length;
