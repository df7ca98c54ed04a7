import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../src/core/endpoints/prepare.ts';
import { LoadlensError } from '../../../src/core/errors.ts';

/** The bodies that a file of prompts gives, for a chat or for a completion. */
function bodies(
  name: string,
  content: string | Uint8Array,
  path = '/v1/completions',
  body = '{"model": "m"}',
): unknown[] {
  const [target] = parseEndpoints(`# @prompts ${name}\nPOST http://a${path}\n${body}`).targets;
  assert.ok(target);
  const { prompts } = prepareTarget(target, {
    env: () => undefined,
    secret: () => undefined,
    bodyFile: () => (typeof content === 'string' ? new TextEncoder().encode(content) : content),
    shownAs: 'e.txt',
  });
  return (prompts?.bodies ?? []).map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
}
const texts = (name: string, content: string | Uint8Array): unknown[] =>
  bodies(name, content).map((json) =>
    typeof json === 'object' && json !== null && 'prompt' in json ? json.prompt : json,
  );
const chat = (name: string, content: string, body?: string): unknown[] =>
  bodies(name, content, '/v1/chat/completions', body).map((json) =>
    typeof json === 'object' && json !== null && 'messages' in json ? json.messages : json,
  );
const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

function complaint(name: string, content: string | Uint8Array, path?: string): string {
  try {
    bodies(name, content, path);
  } catch (error) {
    assert.ok(error instanceof LoadlensError && error.hint !== '');
    return error.message;
  }
  return assert.fail('It was taken.');
}

const shareGpt = [
  {
    id: 'a',
    conversations: [
      { from: 'human', value: 'First?' },
      { from: 'gpt', value: 'Yes.' },
    ],
  },
  {
    id: 'b',
    conversations: [
      { from: 'gpt', value: 'Hello.' },
      { from: 'human', value: 'Second?' },
    ],
  },
  { id: 'c', conversations: [] },
  { id: 'd', conversations: [{ role: 'user', content: 'Third?' }] },
];
const questions = ['First?', 'Second?', 'Third?'];
const user = (content: string): object => ({ role: 'user', content });

describe('prompt files', () => {
  it('read the first human turn of ShareGPT, compact or indented, as an array or as lines', () => {
    for (const content of [JSON.stringify(shareGpt), JSON.stringify(shareGpt, null, 2), lines(...shareGpt)]) {
      for (const name of ['p.json', 'p.jsonl', 'p.txt']) assert.deepEqual(texts(name, content), questions, name);
    }
    assert.deepEqual(
      chat('p.json', JSON.stringify(shareGpt)),
      questions.map((text) => [user(text)]),
    );
  });

  it('read the prompt member of common data sets from JSON lines', () => {
    const content = lines(
      { prompt: 'a' },
      { text: 'b', id: 7 },
      { question: 'c', answer: 'no' },
      { instruction: 'd', input: '', output: 'no' },
      { instruction: 'e', input: 'f', output: 'no' },
      { turns: ['g', 'later'] },
      'h',
    );
    const wanted = ['a', 'b', 'c', 'd', 'e\n\nf', 'g', 'h'];
    assert.deepEqual(texts('p.jsonl', content), wanted);
    assert.deepEqual(texts('p.ndjson', `\uFEFF${content.replaceAll('\n', '\r\n\r\n')}\r\n`), wanted);
    assert.deepEqual(bodies('p.jsonl', lines({ text: 'b', id: 7 })), [{ model: 'm', prompt: 'b' }]);
    assert.deepEqual(chat('p.jsonl', lines({ prompt: 'a' }, { question: 'c' })), [[user('a')], [user('c')]]);
  });

  it('keep the roles of conversations, and omit the expected response', () => {
    const system = { role: 'system', content: 'Be brief.' };
    const asked = [system, user('a'), { role: 'assistant', content: 'b' }, user('c')];
    const content = lines({ messages: [...asked, { role: 'assistant', content: 'd' }] }, { prompt: asked });
    assert.deepEqual(chat('p.jsonl', content), [asked, asked]);
    assert.match(complaint('p.jsonl', `"x"\n${content}`), /^e\.txt:2: p\.jsonl:2 is a conversation/);
    assert.match(
      complaint('p.jsonl', lines({ messages: [system] }), '/v1/chat/completions'),
      /p\.jsonl:1 has no user message/,
    );
  });

  it('let the members of an object override those of the body', () => {
    assert.deepEqual(bodies('p.jsonl', lines({ prompt: 'a', max_tokens: 5 })), [
      { model: 'm', prompt: 'a', max_tokens: 5 },
    ]);
    assert.deepEqual(bodies('p.jsonl', lines({ max_tokens: 5 }), '/v1/completions', '{"prompt": "x"}'), [
      { prompt: 'x', max_tokens: 5 },
    ]);
    assert.deepEqual(texts('p.jsonl', lines({ prompt: [1, 2] })), [[1, 2]]);
  });

  it('read comma- and tab-separated values by their header', () => {
    const content = 'id,prompt,category\r\n1,"Say ""hi"", please",x\r\n2,"two\nlines",y\r\n\r\n3,plain,z\r\n';
    assert.deepEqual(texts('p.csv', content), ['Say "hi", please', 'two\nlines', 'plain']);
    assert.deepEqual(texts('p.CSV', '\uFEFFinstruction,input\nSum,"1, 2"\n'), ['Sum\n\n1, 2']);
    assert.deepEqual(texts('p.tsv', 'question\tanswer\na, b\tc\n'), ['a, b']);
    assert.deepEqual(texts('p.csv', 'Frage\neins\nzwei'), ['eins', 'zwei']);
  });

  it('read values that a spreadsheet separated by semicolons', () => {
    assert.deepEqual(texts('p.csv', 'id;prompt\r\n1;"a, b; c"\r\n2;d\r\n'), ['a, b; c', 'd']);
    assert.deepEqual(texts('p.csv', '"a; b",prompt\n1,c\n'), ['c']);
  });

  it('send a number of a table as a number if its member is one', () => {
    assert.deepEqual(bodies('p.csv', 'prompt,max_tokens,user\n5,64,7\n'), [
      { model: 'm', prompt: '5', max_tokens: 64, user: '7' },
    ]);
  });

  it('skip empty prompts, as published data sets have them', () => {
    assert.deepEqual(texts('p.jsonl', lines('a', '', { prompt: ' ' }, { question: '' }, 'b')), ['a', 'b']);
    assert.deepEqual(texts('p.csv', 'prompt,answer\n,x\na,y\n'), ['a']);
    assert.deepEqual(texts('p.jsonl', lines({ turns: ['', 'a'] }, { turns: [{ text: 'b' }] })), ['a', 'b']);
    assert.deepEqual(chat('p.jsonl', lines({ messages: [{ role: 'user', content: null }] }, 'a')), [[user('a')]]);
  });

  it('have at most a million entries', () => {
    assert.equal(complaint('p.txt', 'a\n'.repeat(1_000_001)), 'e.txt:2: p.txt:1000001 is beyond 1,000,000 entries.');
  }).timeout(20_000);

  it("don't send tokens to a chat", () => {
    assert.match(
      complaint('p.jsonl', lines({ prompt: [1, 2] }), '/v1/chat/completions'),
      /p\.jsonl:1 is a list, but this URL takes messages\./,
    );
  });

  it('read one text per line, whatever it contains', () => {
    assert.deepEqual(texts('p.txt', 'a, "b"\n\n{ not JSON\n[also] not\n'), ['a, "b"', '{ not JSON', '[also] not']);
    assert.deepEqual(texts('p.txt', '[1, 2]\n'), ['[1, 2]']);
  });

  it('may be UTF-8 or UTF-16, with or without a byte order mark', () => {
    const text = 'Größe 🙂\nzwei';
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const content of [
      Buffer.from(text),
      Buffer.from(`\uFEFF${text}`),
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
      little,
      big,
    ]) {
      assert.deepEqual(texts('p.txt', content), ['Größe 🙂', 'zwei']);
    }
    assert.deepEqual(texts('p.jsonl', Buffer.from(`\uFEFF${lines({ prompt: 'ä' })}`, 'utf16le')), ['ä']);
  });

  it('cause an error with file and line if they are invalid', () => {
    for (const [name, content, message] of [
      ['p.txt', Buffer.from('fine\nplus cher café\n', 'latin1'), "p.txt:2 isn't UTF-8."],
      ['p.jsonl', Buffer.from(lines('a', 'b', 'ü'), 'latin1'), "p.jsonl:3 isn't UTF-8."],
      ['p.jsonl', '"a"\n\n{"prompt": \n', "p.jsonl:3 isn't valid JSON."],
      ['p.json', '[\n "a",\n "b"\n', 'p.json:4 ends before its list does.'],
      ['p.json', '[\n "a",\n {"text": "b\n', 'p.json:3 has an entry without an end (entry 2).'],
      ['p.json', '[{"text": "a"},{"text": "b"},{"text": \'c\'}]', "p.json:1 (entry 3) isn't valid JSON."],
      ['p.json', '["a", "b",\n]', 'p.json:2 has a comma without an entry.'],
      ['p.json', '["a"]\n["b"]', 'p.json:2 has text after the end of its list.'],
      ['p.json', '[\n "a",\n {"id": 1},\n [2]\n]', 'p.json:4 is neither a JSON string nor a JSON object.'],
      ['p.jsonl', '"a"\n\0\0\0\0', "p.jsonl:2 isn't valid JSON."],
      ['p.txt', 'a\n\0\0\0\0', 'p.txt:2 has a NUL character.'],
      ['p.jsonl', lines({ prompt: 5 }), 'p.jsonl:1 has a prompt that is neither a text nor a list.'],
      ['p.jsonl', lines('a', { prompt: null }), 'p.jsonl:2 has no prompt.'],
      ['p.jsonl', lines({ messages: 'a' }), "p.jsonl:1 has messages that aren't a list."],
      ['p.jsonl', lines('', { prompt: ' ' }), 'p.jsonl has only empty prompts, or conversations without a user turn.'],
      ['p.json', new Uint8Array([0x1f, 0x8b, 8, 0]), 'p.json is compressed with gzip, not a text.'],
      ['p.json', new TextEncoder().encode('PAR1....'), 'p.json is a Parquet file, not a text.'],
      ['p.json', '[\n\n "a",\n {"id": 1}\n]', 'p.json:4 has no prompt.'],
      ['p.jsonl', lines('a', { foo: 'b' }), 'p.jsonl:2 has no prompt.'],
      ['p.csv', 'id,frage\n1,eins\n', 'p.csv:2 has no prompt.'],
      ['p.csv', 'prompt\n"eins\nzwei\n', 'p.csv:2 has an unclosed quote.'],
      ['p.csv', 'id,prompt\n1,eins, zwei\n', 'p.csv:2 has more fields than the header.'],
      ['p.csv', 'prompt\n', 'Prompts file p.csv is empty.'],
      ['p.txt', ' \n', 'Prompts file p.txt is empty.'],
      ['p.csv', 'prompt,id,prompt\n', 'p.csv:1 has two columns "prompt".'],
      ['p.json', '[{"conversations": []}]', 'p.json has only empty prompts, or conversations without a user turn.'],
    ] as const) {
      assert.equal(complaint(name, content), `e.txt:2: ${message}`);
    }
  });
});
