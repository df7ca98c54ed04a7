import assert from 'node:assert/strict';
import { promptTexts } from '../../../src/core/endpoints/llm/prompt-texts.ts';
import type { DialectName } from '../../../src/core/endpoints/types.ts';

const user = (content: unknown): object => ({ role: 'user', content });

describe('the texts of a prompt', () => {
  const cases: readonly (readonly [DialectName, object, readonly string[], number, boolean])[] = [
    ['openai', { prompt: 'a b' }, ['a b'], 0, false],
    ['openai', { prompt: ['a', 'b'] }, ['a', 'b'], 0, false],
    ['openai', { prompt: [[5, 6], [7]] }, [], 3, false],
    ['openai', { messages: [{ role: 'system', content: 's' }, user('u')], tools: [] }, ['s', 'u'], 0, true],
    [
      'openai',
      { messages: [user([{ type: 'text', text: 'u' }]), { role: 'assistant', content: null }] },
      ['u'],
      0,
      true,
    ],
    ['ollama', { prompt: 'p', system: 's' }, ['s', 'p'], 0, true],
    ['ollama', { prompt: 'p', raw: true }, ['p'], 0, false],
    ['ollama', { messages: [user('u')] }, ['u'], 0, true],
    ['responses', { input: 'i', instructions: 'x' }, ['x', 'i'], 0, true],
    ['responses', { input: [user([{ type: 'input_text', text: 'i' }])] }, ['i'], 0, true],
    ['messages', { system: [{ type: 'text', text: 's' }], messages: [user('u')] }, ['s', 'u'], 0, true],
    ['llama-cpp', { prompt: ['a', 5] }, ['a'], 1, false],
    ['tgi', { inputs: 'a' }, ['a'], 0, false],
    ['sglang', { text: 'a' }, ['a'], 0, false],
    ['sglang', { input_ids: [1, 2, 3] }, [], 3, false],
    [
      'gemini',
      {
        systemInstruction: { parts: [{ text: 's' }] },
        contents: [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }],
      },
      ['s', 'a', 'b'],
      0,
      true,
    ],
    ['embeddings', { input: ['a', 'b'] }, ['a', 'b'], 0, false],
    ['embeddings', { texts: ['a'] }, ['a'], 0, false],
    ['rerank', { query: 'q', documents: ['a', { text: 'b' }] }, ['q', 'a', 'q', 'b'], 0, false],
    ['sse', { prompt: 'a' }, ['a'], 0, false],
  ];
  for (const [dialect, json, texts, tokens, isTemplated] of cases) {
    it(`reads ${dialect} ${JSON.stringify(json).slice(0, 60)}`, () => {
      assert.deepEqual(promptTexts(dialect, { ...json }), { texts, tokens, isTemplated });
    });
  }

  const others: readonly (readonly [DialectName, object])[] = [
    ['openai', { messages: [user([{ type: 'image_url', image_url: {} }])] }],
    ['openai', { messages: [user('u')], tools: [{ type: 'function' }] }],
    ['openai', { messages: [{ role: 'assistant', content: null, tool_calls: [{}] }] }],
    ['openai', { prompt: 'a', suffix: 'b' }],
    ['openai', {}],
    ['ollama', { messages: [{ ...user('u'), images: ['…'] }] }],
    ['gemini', { contents: [{ parts: [{ inlineData: {} }] }] }],
    ['responses', { input: 'a', previous_response_id: 'r' }],
  ];
  for (const [dialect, json] of others) {
    it(`has none for ${dialect} ${JSON.stringify(json).slice(0, 60)}`, () => {
      assert.equal(promptTexts(dialect, { ...json }), undefined);
    });
  }
});
