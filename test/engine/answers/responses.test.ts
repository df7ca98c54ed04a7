import assert from 'node:assert/strict';
import type { Expected } from '../../../src/engine/answers/stream-reader.ts';
import { ollama, openai, readStream, sse, untyped, untypedEvents } from '../../support/read-response.ts';

const event = (value: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const delta = (content: object, more: object = {}, index = 0): string =>
  event({ choices: [{ index, delta: content, finish_reason: null, ...more }] });
const text = (content: unknown): string => delta({ content });
const role = delta({ role: 'assistant', content: '' });
const finish = delta({}, { finish_reason: 'stop' });
const usage = (completion: unknown, more: object = {}): string =>
  event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: completion, ...more } });
const done = 'data: [DONE]\n\n';
const json: Expected = { anyEvents: false, stream: false, type: 'application/json' };

/** Four tokens more, with all before. */
const soFar = (i: number) => event({ text: 'x'.repeat(4 * (i + 1)), meta_info: { completion_tokens: 4 * (i + 1) } });

/** Returns the counts that a whole response is read to have. */
const countedIn = (body: unknown) => {
  const { usage: counted, input, failure } = readStream(json, [JSON.stringify(body)]);
  assert.equal(failure, undefined);
  return [counted?.source, counted?.tokens, ...input];
};

/** A result of SGLang. */
const sampled = (tokens: unknown, more: object = {}) => ({
  text: 'a',
  meta_info: { prompt_tokens: 5, completion_tokens: tokens, finish_reason: { type: 'stop' }, ...more },
});

/** An event of one of several choices of SGLang, with all before. */
const each = (index: number, i: number) =>
  event({ index, text: 'x'.repeat(i + 1), meta_info: { prompt_tokens: 5, completion_tokens: i + 1 } });

/** A piece of a response of Gemini. */
const piece = (said: string, tokens: number, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text: said }] }, ...more }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: tokens },
});

/** One token, with a count beside it. */
const countedSoFar = (tokens: unknown) =>
  event({ choices: [{ delta: { content: 'a' } }], usage: { prompt_tokens: 0, completion_tokens: tokens } });

/** Ten tokens from 200 ms on, 50 ms apart, with the end at 650 ms. */
const tokenTimes = Array.from({ length: 10 }, (_, i) => 200 + 50 * i);
const scheduleA = [0, ...tokenTimes, 650];
const ten = Array.from({ length: 10 }, (_, i) => i);

/** Reads a stream of that schedule: its start, ten tokens, its end. */
const readA = (expected: Expected, start: string, token: (i: number) => string, end: string) =>
  readStream(expected, [start, ...ten.map(token), end], true, scheduleA);

/** Asserts that a stream of that schedule is read as it is. */
function isA(read: ReturnType<typeof readStream>): void {
  assert.equal(read.failure, undefined);
  assert.deepEqual([read.chunks, read.first, read.last, read.tpot], [10, 200, 650, 50]);
  assert.deepEqual(
    read.gaps,
    ten.slice(1).map(() => 50),
  );
  assert.equal(read.usage?.tokens, 10);
}

describe('a response of a language model', () => {
  it('is parsed in every API, whatever API the request used', () => {
    for (const expected of [openai, sse, untyped, untypedEvents]) {
      isA(readA(expected, role, () => text('a'), finish + usage(10) + done));
      isA(readA(expected, '', (i) => event({ choices: [{ text: `${i}` }] }), usage(10) + done));
      isA(
        readA(
          expected,
          event({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } }, 'message_start') +
            event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
            event({ type: 'ping' }, 'ping'),
          () => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } }),
          event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 10 } }) +
            event({ type: 'message_stop' }),
        ),
      );
      isA(
        readA(
          expected,
          event({ type: 'response.created', response: { object: 'response', status: 'in_progress', usage: null } }),
          () => event({ type: 'response.output_text.delta', delta: 'a' }, 'response.output_text.delta'),
          event({ type: 'response.output_text.done', text: 'aaaaaaaaaa' }) +
            event({
              type: 'response.completed',
              response: { object: 'response', status: 'completed', usage: { input_tokens: 5, output_tokens: 10 } },
            }),
        ),
      );
      isA(
        readA(
          expected,
          '',
          (i) => event({ index: 0, content: 'a', tokens: [7], stop: false, tokens_predicted: i + 1 }),
          event({ content: '', stop: true, tokens_predicted: 10, tokens_evaluated: 5, timings: { predicted_n: 10 } }),
        ),
      );
      isA(
        readA(
          expected,
          '',
          (i) =>
            event({
              token: { id: i, text: 'a', special: false },
              generated_text: i === 9 ? 'aaaaaaaaaa' : null,
              details: i === 9 ? { finish_reason: 'length', generated_tokens: 10 } : null,
            }),
          '',
        ),
      );
      isA(
        readA(
          expected,
          '',
          (i) =>
            event({ text: 'abcdefghij'.slice(0, i + 1), meta_info: { completion_tokens: i + 1, prompt_tokens: 5 } }),
          event({ text: 'abcdefghij', meta_info: { completion_tokens: 10, finish_reason: { type: 'length' } } }) + done,
        ),
      );
      isA(
        readA(
          expected,
          '',
          () => event({ candidates: [{ content: { parts: [{ text: 'a' }] } }] }),
          event({ candidates: [{ finishReason: 'STOP' }], usageMetadata: { candidatesTokenCount: 10 } }),
        ),
      );
    }
    for (const expected of [ollama, openai, untyped, untypedEvents, json]) {
      isA(
        readA(
          expected,
          '',
          () => line({ message: { role: 'assistant', content: 'a' }, done: false }),
          line({ message: { content: '' }, done: true, done_reason: 'stop', eval_count: 10, prompt_eval_count: 5 }),
        ),
      );
      isA(
        readA(
          expected,
          '',
          () => text('a').slice(6, -1),
          line({ choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: 10 } }),
        ),
      );
    }
  });

  it('may have content in parts, tool calls, refusals, and reasoning under many names', () => {
    const pieces: readonly object[] = [
      { content: [{ type: 'text', text: 'a' }] },
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }] },
      { content: { type: 'text', text: 'a' } },
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"a"' } },
      { tool_calls: [{ index: 0, custom: { name: 'f', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'a' } }] },
      { refusal: 'no' },
      { reasoning: 'a' },
      { reasoning_content: 'a' },
      { thinking: 'a' },
      { reasoning_details: [{ type: 'reasoning.text', text: 'a' }] },
      { audio: { transcript: 'a' } },
    ];
    for (const piece of pieces) {
      isA(readA(openai, role, () => delta(piece), finish + usage(10) + done));
    }
  });

  it('is finished, or a failure that says what is missing', () => {
    const four = [role, ...ten.slice(0, 4).map(() => text('a'))];
    const read = readStream(openai, four);
    assert.deepEqual(
      [read.kind, read.failure],
      ['unfinished', 'The stream ended after 4 chunks without a finish_reason or [DONE].'],
    );
    assert.equal(readStream(openai, [...four, finish]).kind, undefined);
    assert.equal(readStream(openai, [...four, done]).kind, undefined);
    assert.equal(readStream(openai, [...four, done.trimEnd()]).kind, undefined);
    assert.equal(readStream(openai, [...four, delta({}, { finish_reason: 'length' }).trimEnd()]).kind, undefined);
    assert.equal(readStream(openai, [...four, 'data: {"choi']).kind, 'unfinished');
    assert.equal(readStream(openai, [...four, usage(4)]).kind, 'unfinished');
    assert.equal(
      readStream(ollama, [line({ response: 'a', done: false }), line({ response: 'b', done: false })]).kind,
      'unfinished',
    );
    assert.equal(readStream(ollama, [line({ response: 'a', done: false })]).kind, 'unfinished');
    assert.equal(readStream(sse, [event({ type: 'content_block_delta', delta: { text: 'a' } })]).kind, 'unfinished');
    // Nobody knows how a stream of an unknown API ends.
    assert.equal(readStream(sse, ['data: a\n\n']).kind, undefined);
    // Of two choices one is not.
    const two = [delta({ content: 'a' }, {}, 0), delta({ content: 'b' }, {}, 1), finish];
    assert.equal(readStream(openai, two).kind, 'unfinished');
    assert.equal(readStream(openai, [...two, delta({}, { finish_reason: 'stop' }, 1)]).kind, undefined);
  });

  it("that reports an error despite its status is a failure with the server's message", () => {
    const bodies: readonly (readonly [body: unknown, kind: string, words: string | RegExp])[] = [
      [{ error: { message: 'out of memory', type: 'server_error' } }, 'responseError', 'out of memory'],
      [{ error: 'overloaded' }, 'responseError', 'overloaded'],
      [{ error: [{ message: 'a' }] }, 'responseError', 'a'],
      [[{ error: { message: 'quota' } }], 'responseError', 'quota'],
      [{ object: 'error', message: 'no such model', code: 404 }, 'responseError', 'no such model'],
      [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'responseError', 'Overloaded'],
      [{ detail: 'Not Found' }, 'responseError', 'Not Found'],
      [{ detail: [{ loc: ['body'], msg: 'field required' }] }, 'responseError', 'field required'],
      [{ message: 'limit reached', code: 'rate_limit' }, 'responseError', 'limit reached'],
      [
        { choices: [{ error: { message: 'provider down' }, message: { content: 'a' } }] },
        'responseError',
        'provider down',
      ],
      [{ choices: [{ message: { content: 'a' }, finish_reason: 'error' }] }, 'responseError', /finish reason “error”/],
      [{ choices: [{ message: { content: 'a' }, finish_reason: 'abort' }] }, 'responseError', /abort/],
      [{ choices: [] }, 'noToken', /no token: \{"choices"/],
      [{ choices: null, base_resp: { status_msg: 'x' } }, 'noToken', /base_resp/],
      [
        { choices: [{ message: { content: '' }, finish_reason: 'content_filter' }] },
        'responseError',
        'The server ended the response with the finish reason “content_filter”.',
      ],
      [{ type: 'message', content: [{ text: 'a' }], stop_reason: 'refusal' }, 'responseError', /“refusal”/],
      [{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'SAFETY' }] }, 'responseError', /“SAFETY”/],
      [
        {
          object: 'response',
          status: 'incomplete',
          incomplete_details: { reason: 'content_filter' },
          output: [{ content: [{ type: 'output_text', text: 'a' }] }],
        },
        'responseError',
        /“content_filter”/,
      ],
      [{}, 'noToken', /no token/],
      [{ response: 'a', done: false }, 'unfinished', /"done": false/],
      [{ choices: [{ message: { content: 'a' }, finish_reason: null }] }, 'unfinished', /"finish_reason": null/],
      [{ choices: [{ text: 'a', finish_reason: null }], usage: { completion_tokens: 1 } }, 'unfinished', /null/],
      [
        {
          choices: [
            { text: 'a', finish_reason: 'stop' },
            { index: 1, text: 'b', finish_reason: null },
          ],
        },
        'unfinished',
        /null/,
      ],
      [{ choices: [{ text: '', finish_reason: null }], error: 'gone' }, 'responseError', 'gone'],
      [{ type: 'message', content: [{ text: 'a' }], stop_reason: null }, 'unfinished', /"stop_reason": null/],
      [{ text: 'a', meta_info: { completion_tokens: 1, finish_reason: null } }, 'unfinished', /null/],
      [{ generated_text: 'a', details: { finish_reason: null, generated_tokens: 1 } }, 'unfinished', /null/],
      [{ object: 'response', status: 'failed', error: { message: 'x' }, output: [] }, 'responseError', 'x'],
      [{ object: 'response', status: 'in_progress', output: [] }, 'unfinished', /in_progress/],
      [
        { text: 'a', meta_info: { finish_reason: { type: 'abort', message: 'too long' } } },
        'responseError',
        'too long',
      ],
      [{ promptFeedback: { blockReason: 'SAFETY' } }, 'responseError', /SAFETY/],
    ];
    for (const [body, kind, words] of bodies) {
      for (const expected of [json, openai, untyped]) {
        for (const space of [0, 2]) {
          const read = readStream(expected, [JSON.stringify(body, null, space)]);
          assert.deepEqual([read.kind, read.streamed], [kind, false], JSON.stringify(body));
          if (typeof words === 'string') assert.equal(read.failure, words);
          else assert.match(read.failure ?? '', words);
        }
      }
    }
    for (const [body, kind, words] of [
      ['', 'noToken', 'The response is empty.'],
      [' \n', 'noToken', 'The response is empty.'],
      [
        '<html><title>502 Bad Gateway</title>',
        'responseError',
        'The response is a web page, not JSON: 502 Bad Gateway',
      ],
      ['upstream failed', 'responseError', 'The response is neither JSON nor server-sent events: upstream failed'],
      ['{"choices":[{"message":{"content":"a', 'unfinished', /ends early.*"a$/],
      ['{"choices":[{"text":"a"}]', 'unfinished', /ends early/],
      ['{choices}', 'responseError', /valid JSON/],
    ] as const) {
      for (const expected of [json, untyped]) {
        const read = readStream(expected, [body]);
        assert.equal(read.kind, kind, body);
        if (typeof words === 'string') assert.equal(read.failure, words);
        else assert.match(read.failure ?? '', words);
      }
    }
  });

  it('in which the model refuses to answer is a success with a note', () => {
    const note = 'marks responses as refusals of the model, which count as successes';
    const content = [{ type: 'refusal', refusal: 'no' }];
    for (const pieces of [
      [role, delta({ refusal: 'no' }), finish, done],
      [JSON.stringify({ choices: [{ message: { content: null, refusal: 'no' }, finish_reason: 'stop' }] })],
      [
        event({ type: 'response.refusal.delta', delta: 'no' }),
        event({ type: 'response.completed', response: { status: 'completed' } }),
      ],
      [JSON.stringify({ object: 'response', status: 'completed', output: [{ content }] })],
    ]) {
      const read = readStream(untyped, pieces);
      assert.deepEqual([read.failure, read.notes.at(-1)], [undefined, note]);
    }
    const { notes } = readStream(untyped, [role, delta({ content: 'a', refusal: null }), finish, done]);
    assert.deepEqual(notes, []);
  });

  it('that reports an error in its stream is a failure, too', () => {
    for (const [piece, words] of [
      [event({ object: 'error', message: 'gone', code: 500 }), 'gone'],
      [event({ error: 'Input validation error', error_type: 'validation' }), 'Input validation error'],
      [event({ type: 'error', error: { message: 'Overloaded' } }, 'error'), 'Overloaded'],
      [event({ event: 'error', code: 'x', message: 'quota' }), 'quota'],
      [delta({}, { finish_reason: 'error' }), /finish reason “error”/],
      [delta({}, { finish_reason: 'abort' }), /abort/],
      [event({ choices: [{ error: { message: 'provider' }, delta: {} }] }), 'provider'],
      [delta({}, { finish_reason: 'content_filter' }), /finish reason “content_filter”/],
      [event({ type: 'message_delta', delta: { stop_reason: 'refusal' } }), /“refusal”/],
      [event({ candidates: [{ finishReason: 'PROHIBITED_CONTENT' }] }), /“PROHIBITED_CONTENT”/],
      [
        event({
          type: 'response.incomplete',
          response: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
        }),
        /“content_filter”/,
      ],
      [event({ type: 'response.failed', response: { status: 'failed', error: { message: 'no' } } }), 'no'],
    ] as const) {
      for (const expected of [openai, sse, untyped]) {
        for (const pieces of [[piece], [text('a'), piece, done]]) {
          const read = readStream(expected, pieces);
          assert.equal(read.kind, 'streamError', piece);
          if (typeof words === 'string') assert.equal(read.failure, words);
          else assert.match(read.failure ?? '', words);
        }
      }
    }
    assert.equal(readStream(openai, [event({ detail: 'x' })]).failure, 'x');
    // Members that say that there is none.
    for (const error of [null, '', false, {}, []]) {
      assert.equal(readStream(openai, [event({ error, choices: [{ text: 'a' }] }), done]).kind, undefined);
    }
  });

  it('in one piece has the token counts of its API', () => {
    const choices = [{ index: 0, message: { content: 'a' }, finish_reason: 'length' }];
    const cached = { prompt_tokens_details: { cached_tokens: 3 } };
    assert.deepEqual(countedIn({ choices, usage: { prompt_tokens: 5, completion_tokens: 4, ...cached } }), [
      'usage',
      4,
      5,
      3,
    ]);
    assert.deepEqual(countedIn({ choices }), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(countedIn({ choices: [{ text: 'a', finish_reason: 'stop' }], usage: null }), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(countedIn({ response: 'a', done: true, eval_count: 4, prompt_eval_count: 5 }), [
      'eval_count',
      4,
      5,
      undefined,
    ]);
    assert.deepEqual(
      countedIn({
        type: 'message',
        content: [{ type: 'text', text: 'a' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 2, output_tokens: 4 },
      }),
      ['usage', 4, 14, 7],
    );
    assert.deepEqual(
      countedIn({
        object: 'response',
        status: 'incomplete',
        error: null,
        output: [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }],
        usage: { input_tokens: 5, output_tokens: 4, input_tokens_details: { cached_tokens: 2 } },
      }),
      ['usage', 4, 5, 2],
    );
    assert.deepEqual(countedIn({ content: 'a', stop: true, tokens_predicted: 4, tokens_evaluated: 5 }), [
      'usage',
      4,
      5,
      undefined,
    ]);
    assert.deepEqual(countedIn([{ generated_text: 'a', details: { generated_tokens: 4, finish_reason: 'length' } }]), [
      'usage',
      4,
      undefined,
      undefined,
    ]);
    assert.deepEqual(
      countedIn({ text: 'a', meta_info: { prompt_tokens: 5, completion_tokens: 4, cached_tokens: 1 } }),
      ['usage', 4, 5, 1],
    );
    assert.deepEqual(
      countedIn({
        candidates: [{ content: { parts: [{ text: 'a' }] } }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, thoughtsTokenCount: 1 },
      }),
      ['usage', 4, 5, undefined],
    );
    // Some servers leave the reason to finish out.
    for (const body of [
      { choices: [{ message: { content: 'a' } }], usage: { completion_tokens: 4 } },
      { type: 'message', content: [{ text: 'a' }], usage: { output_tokens: 4 } },
      { text: 'a', meta_info: { completion_tokens: 4 } },
    ]) {
      assert.deepEqual(countedIn(body), ['usage', 4, undefined, undefined]);
    }
    // Only tokens were counted, such as hidden reasoning that used up the limit.
    assert.deepEqual(countedIn({ choices: [{ message: { content: '' } }], usage: { completion_tokens: 9 } }), [
      'usage',
      9,
      undefined,
      undefined,
    ]);
  });
});

describe('tokens of several results', () => {
  const unknownInput = 'responds with several results that may share a prompt, so input tokens are unknown';

  it('in a list are the sum of all counts', () => {
    for (const list of [
      [sampled(4), sampled(0), sampled(7)],
      [4, 7].map((tokens) => ({ generated_text: 'a', details: { generated_tokens: tokens, finish_reason: 'length' } })),
      [4, 7].map((tokens, index) => ({ index, content: 'a', stop: true, tokens_predicted: tokens })),
      [4, 7].map((completion_tokens) => ({ choices: [{ message: { content: 'a' } }], usage: { completion_tokens } })),
      [4, 7].map((output_tokens) => ({ output: 'a', output_tokens })),
    ]) {
      const read = readStream(json, [JSON.stringify(list)]);
      assert.deepEqual([read.failure, read.usage?.tokens, read.input[0]], [undefined, 11, undefined]);
      assert.deepEqual(read.notes, [unknownInput]);
    }
    const one = readStream(json, [JSON.stringify([sampled(4, { cached_tokens: 2 })])]);
    assert.deepEqual([one.usage?.tokens, one.input, one.notes], [4, [5, 2], []]);
  });

  it('are unknown if one result has no count', () => {
    for (const missing of [sampled(undefined), { text: 'a', meta_info: {} }, { generated_text: 'a' }]) {
      for (const list of [
        [sampled(4), missing],
        [missing, sampled(4)],
      ]) {
        const read = readStream(json, [JSON.stringify(list)]);
        assert.deepEqual([read.failure, read.usage?.tokens], [undefined, undefined]);
        assert.deepEqual(read.notes, ['reports tokens for only some of several results, so output tokens are unknown']);
      }
    }
    const failed = readStream(json, [JSON.stringify([sampled(4), { error: 'gone' }])]);
    assert.deepEqual([failed.kind, failed.failure], ['responseError', 'gone']);
  });

  it('in a list of pieces of one response are those of the last count', () => {
    const read = readStream(json, [JSON.stringify([piece('a', 1), piece('b', 2, { finishReason: 'STOP' })])]);
    assert.deepEqual([read.failure, read.usage?.tokens, read.input[0], read.notes], [undefined, 2, 5, []]);
    const chunks = [
      { choices: [{ delta: { content: 'a' }, finish_reason: null }], usage: { completion_tokens: 1 } },
      { choices: [{ delta: { content: 'b' }, finish_reason: 'stop' }], usage: { completion_tokens: 2 } },
    ];
    const list = readStream(json, [JSON.stringify(chunks)]);
    assert.deepEqual([list.failure, list.usage?.tokens, list.notes], [undefined, 2, []]);
  });

  it('in a stream are the sum of all counts', () => {
    const read = readA(openai, '', (i) => each(0, i) + each(1, i), done);
    assert.deepEqual([read.failure, read.usage?.tokens, read.chunks, read.tpot], [undefined, 20, 20, 50]);
    assert.deepEqual([read.input[0], read.notes], [undefined, [unknownInput]]);
  });
});

describe('tokens of a stream', () => {
  it('exclude hidden reasoning from TPOT', () => {
    const times = [0, ...Array.from({ length: 20 }, (_, i) => 1_000 + 20 * i), 1_400];
    const details = { completion_tokens_details: { reasoning_tokens: 500 } };
    const pieces = (content: (i: number) => string, counted: number) => [
      role,
      ...Array.from({ length: 20 }, (_, i) => content(i)),
      finish + usage(counted, details) + done,
    ];
    const hidden = readStream(
      openai,
      pieces(() => text('a'), 520),
      true,
      times,
    );
    assert.deepEqual([hidden.tpot, hidden.hiddenTokens, hidden.usage?.tokens], [20, 500, 520]);
    const withEnd = readStream(
      openai,
      pieces(() => text('a'), 521),
      true,
      times,
    );
    assert.deepEqual([withEnd.tpot, withEnd.hiddenTokens], [20, 500]);
    // Some servers count reasoning beside the completion.
    const apart = readStream(
      openai,
      pieces(() => text('a'), 20),
      true,
      times,
    );
    assert.deepEqual([apart.tpot, apart.hiddenTokens, apart.usage?.tokens], [20, 500, 520]);
    // Reasoning that is streamed isn't hidden, also between tags.
    const words = 'thought '.repeat(50);
    for (const start of [delta({ reasoning_content: words }), text('<think>')]) {
      const shown = readStream(
        openai,
        pieces((i) => (i === 0 ? start : i < 5 ? text(words) : text('a')), 520),
        true,
        times,
      );
      assert.equal(shown.hiddenTokens, 0);
    }
    // Nobody knows what a summary leaves out.
    const summary = readStream(sse, [
      event({ type: 'response.reasoning_summary_text.delta', delta: words }),
      event({ type: 'response.output_text.delta', delta: 'a' }),
      event({
        type: 'response.completed',
        response: {
          status: 'completed',
          usage: { output_tokens: 520, output_tokens_details: { reasoning_tokens: 500 } },
        },
      }),
    ]);
    assert.deepEqual([summary.tpot, summary.chunks, summary.failure], [Number.NaN, 2, undefined]);
  });

  it('include reasoning between tags, for any division of the tags', () => {
    for (const start of [['<think>'], ['<', 'think', '>']]) {
      for (const end of [['</think>'], ['</', 'think', '>\n']]) {
        const pieces = [...start, 'hm', ...end, 'a', 'b'].map(text);
        const read = readStream(openai, [...pieces, done]);
        assert.equal(read.usage?.reasoningTokens, pieces.length - 2 - (start.length - 1));
      }
    }
  });

  it('without text count for the time between those with text', () => {
    for (const silent of [text(''), delta({}), event({ choices: [{ text: '' }] })]) {
      const first = readA(openai, role, (i) => (i < 4 ? silent : text('a')), finish + usage(10) + done);
      assert.deepEqual([first.first, first.tpot, first.chunks], [400, 50, 6]);
      const middle = readA(openai, role, (i) => (i > 3 && i < 6 ? silent : text('a')), finish + usage(10) + done);
      assert.deepEqual([middle.first, middle.tpot, middle.chunks], [200, 50, 8]);
      const last = readA(openai, role, (i) => (i > 7 ? silent : text('a')), finish + usage(10) + done);
      assert.deepEqual([last.last, last.tpot, last.chunks], [550, 50, 8]);
    }
    // The token that ends a response comes with the finish.
    assert.equal(readA(openai, role, () => text('a'), finish + usage(11) + done).tpot, 50);
    // Empty messages that keep the connection open are none.
    const kept = [role, text(''), text(''), text('a'), text('b'), text('c'), finish + usage(3) + done];
    assert.equal(readStream(openai, kept).tpot, 10);
  });

  it('are those of the last usage with a count', () => {
    const three = (content: (i: number) => string) =>
      readStream(openai, [role, ...[0, 1, 2].map(content), finish + usage(3) + done], true, [0, 100, 200, 300, 300]);
    assert.equal(three(() => countedSoFar(0)).tpot, 100);
    assert.equal(three((i) => countedSoFar(i + 1)).tpot, 100);
    for (const odd of [null, -1, '3', 2.5, Number.NaN, [], {}]) {
      assert.equal(three(() => countedSoFar(odd)).tpot, 100);
      const read = readStream(openai, [text('a'), text('b'), finish, usage(odd), done]);
      assert.deepEqual(read.usage, { source: 'chunks', tokens: 2, reasoningTokens: 0 }, JSON.stringify(odd));
    }
    const late = [text('a'), text('b'), finish, done, usage(7)];
    assert.equal(readStream(openai, late).usage?.tokens, 7);
    assert.equal(readStream(openai, [...late, usage(0)]).usage?.tokens, 7);
    assert.deepEqual(readStream(openai, [text('a'), usage(0), done]).usage, {
      source: 'chunks',
      tokens: 1,
      reasoningTokens: 0,
    });
    assert.deepEqual(readStream(openai, late).input, [5, undefined]);
  });

  it("are those of Groq's own member", () => {
    const last = event({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      x_groq: { id: 'req_1', usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } },
    });
    const read = readStream(openai, [text('a'), text('b'), last, done]);
    assert.deepEqual([read.usage?.source, read.usage?.tokens, ...read.input], ['usage', 7, 5, undefined]);
  });

  it('with several per event are counted by usage, or by their share of the text', () => {
    const times = ten.map((i) => 100 * i);
    const read = readStream(sse, [...ten.map(soFar), done], true, [...times, 900]);
    assert.deepEqual([read.tpot, read.usage?.tokens], [25, 40]);
    const shares = readStream(openai, [...ten.map(() => text('four')), finish + usage(40) + done], true, [
      ...times,
      900,
    ]);
    assert.equal(shares.tpot, 25);
  });

  it('in cumulative texts are those of the new part', () => {
    const word = 'abcdefghij';
    const growing = readA(
      openai,
      role,
      (i) => text(word.slice(0, i + 1)),
      delta({ content: word }, { finish_reason: 'stop' }) + usage(10) + done,
    );
    isA(growing);
    const repeated = readA(
      openai,
      role,
      (i) => text(word[i]),
      delta({ content: word }, { finish_reason: 'stop' }) + usage(10) + done,
    );
    isA(repeated);
    // Tokens that are alike, or begin alike, are tokens.
    isA(readA(openai, role, () => text('ha'), finish + usage(10) + done));
  });

  it('of several choices have separate times', () => {
    const both = (i: number) => delta({ content: `${i}` }, {}, 0) + delta({ content: `${i}` }, {}, 1);
    const ends = finish + delta({}, { finish_reason: 'stop' }, 1);
    for (const token of [
      both,
      (i: number) =>
        event({
          choices: [
            { index: 1, delta: { content: `${i}` } },
            { index: 0, delta: { content: 'a' } },
          ],
        }),
    ]) {
      const read = readA(openai, role, token, ends + usage(20) + done);
      assert.deepEqual([read.chunks, read.first, read.last, read.tpot], [20, 200, 650, 50]);
      assert.deepEqual(
        read.gaps,
        Array.from({ length: 19 }, (_, i) => (i === 0 ? Number.NaN : 50)),
      );
      assert.deepEqual(read.sinceFirst?.slice(0, 4), [0, 50, 50, 100]);
    }
  });
});
