import assert from 'node:assert/strict';
import { LoadlensError } from '../../../../src/core/errors.ts';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';
import { filesOf } from '../../../../src/core/endpoints/llm/prepare-llm.ts';
import { prepareTarget } from '../../../../src/core/endpoints/prepare.ts';
import { printEndpoints } from '../../../../src/core/endpoints/print.ts';
import type { PreparedRequest } from '../../../../src/core/endpoints/types.ts';

const files: Readonly<Record<string, string>> = {
  'p.txt': 'Once upon a time\r\n\r\n  two spaces  \nÄ🙂\n',
  'p.jsonl': '"plain text"\n{"prompt": "an object", "max_tokens": 5}\n',
  'bad.jsonl': '"fine"\n[1]\n',
  'empty.txt': '\n \n',
  'body.json': '{"model":  "m", "prompt": "file"}',
  'body.bin': 'no JSON',
};

function prepared(text: string, stream?: boolean): PreparedRequest {
  const { targets, problems } = parseEndpoints(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  return prepareTarget(targets[0]!, {
    env: () => undefined,
    secret: () => undefined,
    bodyFile: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    shownAs: 'e.txt',
    stream,
  });
}
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const jsonOf = (bytes: Uint8Array | undefined): unknown => JSON.parse(textOf(bytes));

const completions = 'POST http://a/v1/completions';
const chat = 'POST http://a/v1/chat/completions';

const dialectOf = (text: string): unknown => {
  const { dialect, streams } = prepared(text);
  return dialect === undefined ? undefined : [dialect, streams];
};

describe('detection of language models', () => {
  it('uses path and body', () => {
    assert.deepEqual(dialectOf(`${completions}\n{"prompt": "x"}`), ['openai', false]);
    assert.deepEqual(dialectOf(`${completions}\n{"prompt": "x", "stream": true}`), ['openai', true]);
    assert.deepEqual(dialectOf(`POST http://a/proxy/v1/chat/completions?x=1\n{"messages": []}`), ['openai', false]);
    assert.deepEqual(dialectOf('POST http://a/api/generate\n{"prompt": "x"}'), ['ollama', true]);
    assert.deepEqual(dialectOf('POST http://a/api/chat\n{"messages": [], "stream": false}'), ['ollama', false]);
    assert.equal(dialectOf(`${completions}\n{"query": "x"}`), undefined);
    assert.equal(dialectOf(completions), undefined);
    assert.deepEqual(dialectOf('POST http://a/v1/embeddings\n{"input": "x"}'), ['embeddings', false]);
    assert.deepEqual(dialectOf('POST http://a/rerank\n{"query": "x", "documents": []}'), ['rerank', false]);
    const gemini = 'http://a/v1beta/models/gemini-2.0-flash';
    assert.deepEqual(dialectOf(`POST ${gemini}:streamGenerateContent?alt=sse\n{"contents": []}`), ['gemini', true]);
    assert.deepEqual(dialectOf(`POST ${gemini}:generateContent\n{"contents": []}`), ['gemini', false]);
    assert.equal(dialectOf('GET http://a/hello'), undefined);
  });

  it('is overridden by @dialect', () => {
    assert.equal(dialectOf(`# @dialect plain\n${completions}\n{"prompt": "x"}`), undefined);
    assert.deepEqual(dialectOf('# @dialect openai\nPOST http://a/x\n{"stream": true}'), ['openai', true]);
    assert.deepEqual(dialectOf('# @dialect sse\nhttp://a/events'), ['sse', true]);
  });
});

const typeOf = (text: string): unknown =>
  prepared(text).headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];

/** What is sent where that is the default. */
const asked = (text: string, stream: boolean): unknown => {
  const { body, streams } = prepared(text, stream);
  return [jsonOf(body), streams];
};

describe('bodies for language models', () => {
  it('are sent unchanged if no directive changes them', () => {
    const text = '{"prompt":   "x",\n "seed": 12345678901234567890}';
    assert.equal(textOf(prepared(`${completions}\n${text}`).body), text);
    assert.equal(textOf(prepared(`${completions}\n@body.json`).body), files['body.json']);
  });

  it("request a stream or a complete response by default if the target doesn't say which", () => {
    const streamed = { prompt: 'x', stream: true, stream_options: { include_usage: true } };
    assert.deepEqual(asked(`${completions}\n{"prompt": "x"}`, true), [streamed, true]);
    assert.deepEqual(asked(`${completions}\n${JSON.stringify(streamed)}`, false), [
      { prompt: 'x', stream: false },
      false,
    ]);
    assert.deepEqual(asked('POST http://a/api/generate\n{"prompt": "x"}', false), [
      { prompt: 'x', stream: false },
      false,
    ]);
    assert.deepEqual(asked(`# @prompts p.txt\n${completions}`, true), [
      { ...streamed, prompt: 'Once upon a time' },
      true,
    ]);
    assert.deepEqual(asked(`# @stream false\n${completions}\n{"prompt": "x"}`, true), [
      { prompt: 'x', stream: false },
      false,
    ]);
  });

  it('stay unchanged if the default is what they already request, or if the API has no option for it', () => {
    for (const [text, stream] of [
      [`${completions}\n{"prompt":  "x"}`, false],
      [`${completions}\n{"prompt":  "x", "stream": true, "stream_options": null}`, true],
      ['POST http://a/api/chat\n{"messages":  []}', true],
      ['# @dialect sse\nPOST http://a/x\n{"prompt":  "x"}', true],
      [`# @dialect openai\n${completions}\n@body.bin`, true],
      ['POST http://a/x\n{"prompt":  "x"}', true],
    ] as const) {
      const [mine, plain] = [prepared(text, stream), prepared(text)];
      assert.equal(textOf(mine.body), textOf(plain.body), text);
      assert.equal(mine.streams, plain.streams, text);
    }
  });

  it('omit stream_options if it is null or the target turns it off', () => {
    const whole = '{"prompt": "x", "stream": true, "stream_options": null}';
    assert.deepEqual(jsonOf(prepared(`${completions}\n${whole}`).body), { prompt: 'x', stream: true });
    for (const body of [
      whole,
      '{"prompt": "x", "stream": true}',
      '{"prompt": "x", "stream": true, "stream_options": {}}',
    ])
      assert.deepEqual(jsonOf(prepared(`# @usage off\n${completions}\n${body}`).body), { prompt: 'x', stream: true });
    assert.deepEqual(jsonOf(prepared(`# @usage off\n${chat}\n{"messages": []}`, true).body), {
      messages: [],
      stream: true,
    });
  });

  it('request usage if they request a stream', () => {
    for (const text of [
      `# @stream true\n${completions}\n{"prompt": "x"}`,
      `${completions}\n{"prompt": "x", "stream": true}`,
    ]) {
      const { body, streams } = prepared(text);
      assert.deepEqual(jsonOf(body), { prompt: 'x', stream: true, stream_options: { include_usage: true } });
      assert.equal(streams, true);
    }
  });

  it('contain the values of the directives', () => {
    assert.deepEqual(jsonOf(prepared(`# @max-tokens 30\n# @stream false\n${completions}\n@body.json`).body), {
      model: 'm',
      prompt: 'file',
      stream: false,
      max_tokens: 30,
    });
    assert.deepEqual(jsonOf(prepared(`# @max-tokens 30\n${chat}\n{"messages": [], "max_completion_tokens": 9}`).body), {
      messages: [],
      max_completion_tokens: 30,
    });
    assert.deepEqual(
      jsonOf(prepared('# @max-tokens 7\nPOST http://a/api/generate\n{"prompt": "x", "options": {"seed": 1}}').body),
      { prompt: 'x', options: { seed: 1, num_predict: 7 } },
    );
  });

  it('make a body recognized with the members that they add', () => {
    const messages = 'POST http://a/v1/messages\n{"messages": [{"role": "user", "content": "x"}]}';
    for (const directive of ['# @max-tokens 20', '# @output-tokens 20']) {
      const { problems } = parseEndpoints(`# @stream true\n${directive}\n${messages}`);
      assert.deepEqual(problems, []);
      const { dialect, streams } = prepared(`# @stream true\n${directive}\n${messages}`);
      assert.deepEqual([dialect, streams], ['messages', true]);
    }
    assert.match(parseEndpoints(messages).problems[0]?.message ?? '', /has no max_tokens, which the Messages API/);
    assert.equal(prepared(messages).dialect, undefined);
  });

  it('have a JSON content type, unless the request sets another one', () => {
    assert.equal(typeOf(`# @prompts p.txt\n${completions}`), 'application/json');
    assert.equal(typeOf(`${completions}\n@body.json`), 'application/json');
    assert.equal(typeOf(`${completions}\nContent-Type: application/x\n@body.json`), 'application/x');
  });
});

describe('prompts', () => {
  it('are read from a text file, one per line, without empty lines', () => {
    const { prompts, body, dialect } = prepared(`# @prompts p.txt\n# @max-tokens 3\n${completions}\n{"model": "m"}`);
    assert.equal(dialect, 'openai');
    assert.equal(prompts?.order, 'rotate');
    assert.deepEqual(
      prompts?.bodies.map(jsonOf),
      ['Once upon a time', '  two spaces  ', 'Ä🙂'].map((prompt) => ({ model: 'm', prompt, max_tokens: 3 })),
    );
    assert.deepEqual(body, prompts?.bodies[0]);
  });

  it('are read from JSON lines, as texts and as objects that override the body', () => {
    const { prompts } = prepared(`# @prompts p.jsonl\n# @prompts-order random\n${completions}\n{"model": "m"}`);
    assert.equal(prompts?.order, 'random');
    assert.deepEqual(prompts?.bodies.map(jsonOf), [
      { model: 'm', prompt: 'plain text' },
      { model: 'm', prompt: 'an object', max_tokens: 5 },
    ]);
  });

  it('replace the last user message of a chat', () => {
    const system = { role: 'system', content: 'Be brief.' };
    const body = JSON.stringify({ messages: [system, { role: 'user', content: 'old' }] });
    const [first] = prepared(`# @prompts p.txt\n${chat}\n${body}`).prompts?.bodies.map(jsonOf) ?? [];
    assert.deepEqual(first, { messages: [system, { role: 'user', content: 'Once upon a time' }] });
    const [alone] = prepared(`# @prompts p.txt\n${chat}`).prompts?.bodies.map(jsonOf) ?? [];
    assert.deepEqual(alone, { messages: [{ role: 'user', content: 'Once upon a time' }] });
  });

  it('are among the files of a target', () => {
    const { targets } = parseEndpoints(`# @prompts p.txt\n${completions}\n@body.json`);
    assert.deepEqual(filesOf(targets[0]!), ['body.json', 'p.txt']);
  });
});

describe('unsupported requests to a language model', () => {
  for (const [text, message] of [
    [`# @prompts missing.txt\n${completions}`, /e\.txt:2: Can't read prompts file missing\.txt/],
    [`# @prompts bad.jsonl\n${completions}`, /bad\.jsonl:2 is neither/],
    [`# @prompts empty.txt\n${completions}`, /is empty/],
    ['# @stream true\nPOST http://a/hello\n{"prompt": "x"}', /API of this target is unknown/],
    [`# @dialect plain\n# @prompts p.txt\n${completions}`, /API of this target is unknown/],
    [`# @max-tokens 3\n${completions}\n@body.bin`, /isn't a JSON object/],
    [`# @max-tokens 3\n${completions}\n{"query": "x"}`, /neither a prompt nor messages/],
    ['# @stream true\nPOST http://a/v1/messages\n{"messages": []}', /has no max_tokens, which this API requires/],
    ['# @input-tokens 9\nPOST http://a/v1/messages\n{}', /has no max_tokens, which this API requires/],
  ] as const) {
    it(`${text.replaceAll('\n', ' ⏎ ')} is an error with a hint`, () => {
      assert.throws(
        () => prepared(text),
        (error) => error instanceof LoadlensError && message.test(error.message) && error.hint !== '',
      );
    });
  }
});

describe('directives on language models', () => {
  it('are printed as they were read', () => {
    const text = [
      '# @dialect openai',
      '# @stream false',
      '# @max-tokens 30',
      '# @prompts some prompts.jsonl',
      '# @prompts-order random',
      'http://a/',
      '',
    ].join('\n');
    assert.equal(printEndpoints(parseEndpoints(text)), text);
  });

  it('are errors at the value if they have an invalid value', () => {
    for (const [name, value] of [
      ['dialect', 'openapi'],
      ['stream', 'yes'],
      ['max-tokens', '0'],
      ['max-tokens', '1.5'],
      ['prompts-order', 'any'],
    ]) {
      const { problems } = parseEndpoints(`# @${name} ${value}\nhttp://a/`);
      assert.deepEqual(
        problems.map(({ code, range }) => [code, range.start.character]),
        [['bad-directive', `# @${name} `.length]],
      );
    }
    assert.equal(parseEndpoints('# @prompts\nhttp://a/').problems[0]?.code, 'bad-directive');
  });

  it('cause a warning if repeated, and the last one applies', () => {
    const { problems, targets } = parseEndpoints('# @max-tokens 1\n# @max-tokens 2\nPOST http://a/v1/completions');
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['repeated-directive'],
    );
    assert.equal(targets[0]?.llm?.maxTokens, 2);
  });

  it('cause a warning without a target', () => {
    assert.equal(parseEndpoints('http://a/\n\n# @stream true').problems[0]?.code, 'unused-directive');
  });
});

const firstPrompt = (text: string): unknown => jsonOf(prepared(text).prompts?.bodies[0]);

describe('requests of other APIs', () => {
  const gemini = 'POST http://a/v1beta/models/m:streamGenerateContent?alt=sse';

  it('insert prompts and limits for Gemini', () => {
    const { prompts, body } = prepared(`# @max-tokens 9\n# @prompts p.txt\n${gemini}\n{"contents": []}`);
    assert.deepEqual(jsonOf(prompts?.bodies[0]), {
      contents: [{ role: 'user', parts: [{ text: 'Once upon a time' }] }],
      generationConfig: { maxOutputTokens: 9 },
    });
    assert.deepEqual(jsonOf(body), jsonOf(prompts?.bodies[0]));
    assert.throws(() => prepared(`# @stream false\n${gemini}\n{"contents": []}`), /path of this API selects streaming/);
  });

  it('insert prompts for embeddings and reranking if the API has them', () => {
    const prompt = 'Once upon a time';
    const embed = '# @prompts p.txt\nPOST http://a';
    assert.deepEqual(firstPrompt(`${embed}/v1/embeddings\n{"model": "m"}`), { model: 'm', input: prompt });
    assert.deepEqual(firstPrompt(`${embed}/v1/embeddings\n{"input": ["a", "b"]}`), { input: [prompt] });
    assert.deepEqual(firstPrompt(`${embed}/embed\n{"inputs": "a"}`), { inputs: prompt });
    assert.deepEqual(firstPrompt(`${embed}/v1/embed\n{"texts": ["a"]}`), { texts: [prompt] });
    assert.deepEqual(firstPrompt(`${embed}/v1/rerank\n{"query": "a", "documents": ["b"]}`), {
      query: prompt,
      documents: ['b'],
    });
  });

  it('accept no directive about tokens if they have no tokens', () => {
    const request = 'POST http://a/v1/embeddings\n{"input": "x"}';
    assert.throws(() => prepared(`# @max-tokens 9\n${request}`), /have no output tokens/);
    assert.throws(() => prepared(`# @stream true\n${request}`), /aren't streamed/);
    assert.deepEqual(jsonOf(prepared(request, true).body), { input: 'x' });
  });
});
