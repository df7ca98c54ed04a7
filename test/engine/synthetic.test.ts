import assert from 'node:assert/strict';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { transportNames } from '../../src/core/vocabulary.ts';
import { requestsOf, run } from '../support/run-input.ts';
import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly prompt?: string;
  readonly max_tokens: number;
  readonly min_tokens?: number;
  readonly ignore_eos?: boolean;
  readonly model: string;
}

/** Starts a server that returns one token less than asked for in every fourth response. */
async function startServer(): Promise<{ server: StreamServer; origin: string; bodies: () => Body[] }> {
  const server = await startStreamServer((response) => {
    const body: Body = JSON.parse(server.bodies.at(-1) ?? '');
    const tokens = body.max_tokens - (server.bodies.length % 4 === 0 ? 1 : 0);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'length' }],
        usage: { prompt_tokens: 600, completion_tokens: tokens },
      }),
    );
  });
  return { server, origin: server.url, bodies: () => server.bodies.map((body): Body => JSON.parse(body)) };
}

describe('generated requests', () => {
  for (const transport of transportNames) {
    it(`have the prompt and length of their position (${transport})`, async () => {
      const { server, origin, bodies } = await startServer();
      try {
        const file = `# @input-tokens uniform(20, 200)\n# @output-tokens choice(8, 16)\n# @shared-prefix 64 of 4\nPOST ${origin}/v1/chat/completions\n\n{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"?"}]}\n`;
        const record = await run(requestsOf(file), { plan: { requests: 40, concurrency: 1, transport } });
        assert.equal(record.successes, 40);
        assert.equal(bodies().length, 40);
        const contents = bodies().map(({ messages }) => messages.at(-1)?.content ?? '');
        assert.equal(new Set(contents).size, 40);
        const sizes = contents.map((text) => countTokens(text));
        const [target] = record.targets;
        assert.deepEqual(target?.prompts?.askedInput, {
          mean: sizes.reduce((sum, size) => sum + size, 0) / 40,
          min: Math.min(...sizes),
          max: Math.max(...sizes),
        });
        assert.ok(Math.min(...sizes) >= 84 && Math.max(...sizes) <= 264);
        assert.equal(new Set(contents.map((text) => text.split(' ').slice(0, 64).join(' '))).size, 4);
        for (const { messages, max_tokens, min_tokens, ignore_eos } of bodies()) {
          assert.equal(messages[0]?.content, 'Be brief.');
          assert.ok(max_tokens === 8 || max_tokens === 16);
          assert.equal(min_tokens, max_tokens);
          assert.equal(ignore_eos, true);
        }
        assert.deepEqual(record.askedLengths, { responses: 40, met: 30 });
      } finally {
        await server.close();
      }
    });
  }

  it('differ for each request without a prefix or a length', async () => {
    const { server, origin, bodies } = await startServer();
    try {
      const requests = requestsOf(
        `# @input-tokens 16\nPOST ${origin}/v1/completions\n\n{"model":"m","max_tokens":4}\n`,
      );
      const first = await run(requests, { plan: { requests: 5, concurrency: 1 } });
      assert.deepEqual(first.targets[0]?.prompts?.askedInput, { mean: 16, min: 16, max: 16 });
      assert.equal(new Set(bodies().map(({ prompt }) => prompt)).size, 5);
      assert.equal(first.askedLengths, undefined);
    } finally {
      await server.close();
    }
  });
});

const prepared = (directives: string, url: string, body: string): Record<string, unknown> => {
  const [request] = requestsOf(`${directives}\nPOST ${url}\n\n${body}\n`);
  return JSON.parse(new TextDecoder().decode(request?.body));
};

describe('directives of generated requests', () => {
  it('set the fields of each API', () => {
    const mark = 731604930001;
    const length = '# @output-tokens 8';
    assert.deepEqual(prepared(length, 'https://api.openai.com/v1/completions', '{"model":"m","prompt":"a"}'), {
      model: 'm',
      prompt: 'a',
      max_tokens: mark,
    });
    assert.deepEqual(prepared(length, 'http://h/completion', '{"prompt":"a"}'), {
      ignore_eos: true,
      prompt: 'a',
      n_predict: mark,
    });
    assert.deepEqual(prepared(length, 'http://h/generate', '{"text":"a","sampling_params":{"temperature":0}}'), {
      text: 'a',
      sampling_params: { ignore_eos: true, min_new_tokens: mark, temperature: 0, max_new_tokens: mark },
    });
    assert.deepEqual(prepared(length, 'http://h/v1/completions', '{"prompt":"a","ignore_eos":false}'), {
      ignore_eos: false,
      min_tokens: mark,
      prompt: 'a',
      max_tokens: mark,
    });
  });

  it('reject contradictory combinations', () => {
    const url = 'http://h/v1/completions';
    const cases: readonly (readonly [string, RegExp])[] = [
      ['# @input-tokens 8\n# @prompts p.txt', /@input-tokens and @prompts can't be combined/],
      ['# @output-tokens 8\n# @max-tokens 9', /@output-tokens and @max-tokens can't be combined/],
      ['# @shared-prefix 8 of 2', /@shared-prefix has no generated prompts/],
    ];
    for (const [directives, message] of cases)
      assert.throws(() => prepared(directives, url, '{"prompt":"a"}'), message);
  });
});
