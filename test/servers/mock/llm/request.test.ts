import assert from 'node:assert/strict';
import { ApiError } from '../../../../src/servers/openai/errors.ts';
import { apisAt } from '../../../../src/servers/mock/llm/apis/apis.ts';
import { type LlmRequest, readLlmRequest, type TimingDefaults } from '../../../../src/servers/mock/llm/request.ts';

const prompt = { prompt: 'one two three' };
type Kind = 'completion' | 'chat';
const paths = { completion: '/v1/completions', chat: '/v1/chat/completions' };
const read = (body: object, query = '', kind: Kind = 'completion', defaults: TimingDefaults = {}): LlmRequest => {
  const url = new URL(`http://mock${paths[kind]}?${query}`);
  const [api] = apisAt(url.pathname);
  assert.ok(api);
  return readLlmRequest(api, body, url, defaults);
};
const promptTokens = (body: object, kind: Kind = 'completion'): number => read(body, '', kind).asked.prompt.length;

const user = (content: unknown): object => ({ role: 'user', content });

describe('a request to the mock model', () => {
  it('has defaults', () => {
    const { asked, ...others } = read(prompt);
    assert.deepEqual([asked.prompt, asked.stream, asked.maxTokens], [['one', 'two', 'three'], false, undefined]);
    assert.deepEqual(others, {
      model: 'mock',
      tokens: 16,
      reasoningTokens: 0,
      finishReason: 'stop',
      timing: {
        ttftMs: 50,
        ttftMsPerToken: 0,
        iclMs: 10,
        jitterMs: 0,
        seed: 1,
        tokensPerChunk: 1,
        stall: undefined,
        cutAt: undefined,
      },
      errors: { rate: 0, status: 500, mode: 'status' },
    });
  });

  it('takes times from the body, and from the query with priority', () => {
    const { timing, errors } = read({ ...prompt, ttft_ms: 5, icl_ms: 1.5, seed: -3, stall_at: 2, stall_ms: 70 });
    assert.deepEqual([timing.ttftMs, timing.iclMs, timing.seed, timing.stall], [5, 1.5, -3, { at: 2, ms: 70 }]);
    const query = 'ttft_ms=7.25&jitter_ms=1&cut_at=3&error_rate=0.5&error_status=503&error_mode=event';
    const other = read({ ...prompt, ttft_ms: 5, icl_ms: 1.5 }, query);
    assert.deepEqual(
      [other.timing.ttftMs, other.timing.iclMs, other.timing.jitterMs, other.timing.cutAt],
      [7.25, 1.5, 1, 3],
    );
    assert.deepEqual(other.errors, { rate: 0.5, status: 503, mode: 'event' });
    assert.equal(errors.rate, 0);
  });

  it('takes other times from the options of the server', () => {
    const { timing } = read(prompt, 'ttft_ms=3', 'completion', { ttftMs: 5, iclMs: 7, ttftMsPerToken: 1 });
    assert.deepEqual([timing.ttftMs, timing.iclMs, timing.ttftMsPerToken], [3, 7, 1]);
  });

  it('accepts itl_ms as the old name of icl_ms', () => {
    assert.equal(read({ ...prompt, itl_ms: 3 }).timing.iclMs, 3);
    assert.equal(read(prompt, 'itl_ms=4&icl_ms=5').timing.iclMs, 5);
  });

  it('has the finish reason length if max_tokens ends it, and stop otherwise', () => {
    for (const [body, tokens, reason] of [
      [{ max_tokens: 5 }, 5, 'length'],
      [{ tokens: 5 }, 5, 'stop'],
      [{ tokens: 5, max_tokens: 3 }, 3, 'length'],
      [{ tokens: 5, max_tokens: 5 }, 5, 'length'],
      [{ tokens: 5, max_tokens: 9 }, 5, 'stop'],
      [{ max_completion_tokens: 4, max_tokens: 9 }, 4, 'length'],
      [{ max_tokens: null }, 16, 'stop'],
    ] as const) {
      const request = read({ ...prompt, ...body });
      assert.deepEqual([request.tokens, request.finishReason], [tokens, reason], JSON.stringify(body));
    }
  });

  it('counts the words of a prompt, or its tokens', () => {
    assert.equal(promptTokens({ prompt: '' }), 1);
    assert.equal(promptTokens({ prompt: ['  one\ntwo '] }), 2);
    assert.equal(promptTokens({ prompt: [1, 2, 3, 4] }), 4);
    assert.equal(promptTokens({ messages: [user('a b'), user('c d e')] }, 'chat'), 5);
    assert.equal(promptTokens({ messages: [user([{ type: 'text', text: 'a b c' }])] }, 'chat'), 3);
  });

  it('reads model and stream', () => {
    const { asked, model } = read({
      ...prompt,
      stream: true,
      stream_options: { include_usage: true },
      model: 'any',
      temperature: 0.3,
    });
    assert.deepEqual([asked.stream, model], [true, 'any']);
  });

  const bad: readonly (readonly [kind: Kind, body: object, query: string, message: RegExp, param: string])[] = [
    ['completion', {}, '', /^The field prompt is missing\.$/, 'prompt'],
    [
      'completion',
      { prompt: [] },
      '',
      /^The field prompt must be a string, a list of strings, or a list of tokens\.$/,
      'prompt',
    ],
    [
      'completion',
      { prompt: ['a', 'b'] },
      '',
      /^prompt must be one prompt\. This server returns one choice\.$/,
      'prompt',
    ],
    ['chat', {}, '', /^The field messages is missing\.$/, 'messages'],
    ['chat', { messages: [] }, '', /^The field messages must have at least one message\.$/, 'messages'],
    ['chat', { messages: ['hi'] }, '', /^The field messages\.0 must be an object, not "hi"\.$/, 'messages.0'],
    [
      'chat',
      { messages: [{ role: 'user' }] },
      '',
      /^The field messages\.0\.content is missing\.$/,
      'messages.0.content',
    ],
    [
      'completion',
      { ...prompt, temperature: 3 },
      '',
      /^The field temperature must be at most 2, not 3\.$/,
      'temperature',
    ],
    ['completion', { ...prompt, stream: 'yes' }, '', /^The field stream must be true or false, not "yes"\.$/, 'stream'],
    ['completion', { ...prompt, model: 3 }, '', /^The field model must be a string, not 3\.$/, 'model'],
    ['completion', { ...prompt, n: 2 }, '', /^n must be 1/, 'n'],
    [
      'completion',
      { ...prompt, stream_options: 1 },
      '',
      /^The field stream_options must be an object, not 1\.$/,
      'stream_options',
    ],
    ['completion', { ...prompt, ttft_ms: '5' }, '', /^ttft_ms must be a number from 0 to 3600000\.$/, 'ttft_ms'],
    ['completion', { ...prompt, ttft_ms: -1 }, '', /^ttft_ms must be/, 'ttft_ms'],
    ['completion', prompt, 'ttft_ms=', /^ttft_ms must be/, 'ttft_ms'],
    ['completion', prompt, 'ttft_ms=1e3', /^ttft_ms must be/, 'ttft_ms'],
    ['completion', prompt, 'ttft_ms=3600001', /^ttft_ms must be/, 'ttft_ms'],
    ['completion', prompt, 'ttft_ms=1&ttft_ms=2', /^ttft_ms appears twice in the query\.$/, 'ttft_ms'],
    [
      'completion',
      prompt,
      'ttft=1',
      /^ttft is not a known query parameter\. Known parameters: ttft_ms, icl_ms/,
      'ttft',
    ],
    ['completion', prompt, 'max_tokens=1.5', /^max_tokens must be a whole number from 1 to 100000\.$/, 'max_tokens'],
    ['completion', { ...prompt, max_tokens: 0 }, '', /^max_tokens must be/, 'max_tokens'],
    ['completion', prompt, 'tokens_per_chunk=0', /^tokens_per_chunk must be/, 'tokens_per_chunk'],
    ['completion', prompt, 'error_rate=1.1', /^error_rate must be a number from 0 to 1\.$/, 'error_rate'],
    ['completion', prompt, 'error_status=200', /^error_status must be/, 'error_status'],
    ['completion', prompt, 'error_mode=loud', /^error_mode must be status or event\.$/, 'error_mode'],
    ['completion', prompt, 'stall_at=3', /^stall_ms is missing/, 'stall_ms'],
    ['completion', prompt, 'stall_ms=3', /^stall_at is missing/, 'stall_at'],
    ['completion', prompt, 'jitter_ms=11', /^jitter_ms must not be larger than/, 'jitter_ms'],
    ['completion', { ...prompt, seed: 0.5 }, '', /^The field seed must be a whole number, not 0\.5\.$/, 'seed'],
  ];
  for (const [kind, body, query, message, param] of bad) {
    it(`rejects ${kind} ${JSON.stringify(body)} ${query}`, () => {
      assert.throws(
        () => read(body, query, kind),
        (error) => {
          assert.ok(error instanceof ApiError);
          assert.equal(error.status, 400);
          assert.match(error.message, message);
          assert.equal(error.param, param);
          return true;
        },
      );
    });
  }
});
