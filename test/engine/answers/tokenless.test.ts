import assert from 'node:assert/strict';
import type { DialectName, PreparedRequest } from '../../../src/core/endpoints/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { run } from '../../support/run-input.ts';
import { startStreamServer } from '../../support/stream-server.ts';

/** Runs three requests whose responses are one JSON text each. */
async function runAgainst(dialect: DialectName, answer: unknown): Promise<RunRecord> {
  const server = await startStreamServer((response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  try {
    const request: PreparedRequest = {
      method: 'POST',
      url: `${server.url}/x`,
      headers: [],
      body: Buffer.from('{}'),
      dialect,
    };
    return await run([request], { plan: { requests: 3, concurrency: 1 } });
  } finally {
    await server.close();
  }
}

const vector = [0.25, -1, 0.5];

describe('responses without output tokens', () => {
  const good: readonly (readonly [name: string, DialectName, answer: unknown, inputTokens: number | undefined])[] = [
    [
      'embeddings of OpenAI',
      'embeddings',
      {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: vector }],
        usage: { prompt_tokens: 8, total_tokens: 8, completion_tokens: 0 },
      },
      24,
    ],
    ['embeddings of Ollama', 'embeddings', { model: 'm', embeddings: [vector], prompt_eval_count: 5 }, 15],
    ['an embedding of old Ollama', 'embeddings', { embedding: vector }, undefined],
    [
      'embeddings of Cohere',
      'embeddings',
      { id: 'a', embeddings: { float: [vector] }, meta: { billed_units: { input_tokens: 4 } } },
      12,
    ],
    ['embeddings of Text Embeddings Inference', 'embeddings', [vector], undefined],
    [
      'reranking of vLLM',
      'rerank',
      { id: 'a', results: [{ index: 0, relevance_score: 0.5 }], usage: { total_tokens: 9 } },
      27,
    ],
    ['reranking of Text Embeddings Inference', 'rerank', [{ index: 1, score: 0.9 }], undefined],
  ];
  for (const [name, dialect, answer, inputTokens] of good) {
    it(`succeed: ${name}`, async () => {
      const { successes, outputTokens, avgOutputTokens, inputTokens: counted } = await runAgainst(dialect, answer);
      assert.deepEqual(
        { successes, outputTokens, avgOutputTokens },
        { successes: 3, outputTokens: 0, avgOutputTokens: null },
      );
      assert.equal(counted, inputTokens);
    });
  }

  const bad: readonly (readonly [name: string, DialectName, answer: unknown, words: RegExp])[] = [
    ['no embeddings', 'embeddings', { model: 'm', embeddings: [] }, /has no embedding/],
    ['an error with status 200', 'embeddings', { error: { message: 'overloaded' } }, /overloaded/],
    ['an empty list', 'embeddings', [], /has no token/],
    ['another object', 'rerank', { ok: true }, /has no token/],
  ];
  for (const [name, dialect, answer, words] of bad) {
    it(`fail: ${name}`, async () => {
      const record = await runAgainst(dialect, answer);
      assert.equal(record.successes, 0);
      assert.match(JSON.stringify(record.failureSamples), words);
    });
  }
});
