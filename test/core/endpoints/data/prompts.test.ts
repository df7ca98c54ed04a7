import assert from 'node:assert/strict';
import { readPrompts, type Prompt } from '../../../../src/core/endpoints/data/prompts.ts';

const fail = (message: string, hint: string): never => assert.fail(`${message} ${hint}`);

const read = (path: string, text: string): readonly Prompt[] =>
  readPrompts(path, new TextEncoder().encode(text), fail).prompts.map((prompt) => Object.assign(prompt, { place: '' }));

describe('answers in data sets', () => {
  it('are the turn after the first human one (ShareGPT)', () => {
    const chats = [
      {
        conversations: [
          { from: 'system', value: 'Be brief.' },
          { from: 'human', value: 'Where do swifts sleep?' },
          { from: 'gpt', value: 'In the air.' },
          { from: 'human', value: 'All of them?' },
        ],
      },
      { conversations: [{ from: 'gpt', value: 'Hello.' }] },
      { conversations: [{ from: 'human', value: 'Still there?' }] },
      { conversation: ['What floats?', 'Ice does.'] },
    ];
    assert.deepEqual(read('chats.json', JSON.stringify(chats)), [
      { place: '', text: 'Where do swifts sleep?', answer: 'In the air.' },
      { place: '', text: 'Still there?' },
      { place: '', text: 'What floats?', answer: 'Ice does.' },
    ]);
    assert.equal(readPrompts('chats.json', new TextEncoder().encode(JSON.stringify(chats)), fail).entries, 4);
  });

  it('are the message after the last of the user', () => {
    const messages = [
      { role: 'user', content: 'Name a lake.' },
      { role: 'assistant', content: 'Inari.' },
    ];
    assert.deepEqual(read('chats.jsonl', JSON.stringify({ messages })), [
      { place: '', messages: messages.slice(0, 1), members: {}, answer: 'Inari.' },
    ]);
  });

  it('are known members, which are not sent', () => {
    const lines = [
      { prompt: 'A lake?', completion: 'Inari.', temperature: 0 },
      { question: 'A river?', answer: 'Tana.' },
      { instruction: 'Sort', input: 'b, a', output: 'a, b' },
      { prompt: 'A sea?', n: 2 },
    ];
    assert.deepEqual(read('a.jsonl', lines.map((line) => JSON.stringify(line)).join('\n')), [
      { place: '', text: 'A lake?', members: { temperature: 0 }, answer: 'Inari.' },
      { place: '', text: 'A river?', answer: 'Tana.' },
      { place: '', text: 'Sort\n\nb, a', answer: 'a, b' },
      { place: '', text: 'A sea?', members: { n: 2 } },
    ]);
  });

  it('are columns of a table', () => {
    assert.deepEqual(read('a.csv', 'question,answer\nA lake?,"Inari, in the north"\n'), [
      { place: '', text: 'A lake?', answer: 'Inari, in the north' },
    ]);
  });

  it('are found whatever the case of their names, which the names of other members keep', () => {
    assert.deepEqual(read('a.csv', 'Prompt,maxTokens,Answer\nA lake?,5,Inari\n'), [
      { place: '', text: 'A lake?', members: { maxTokens: '5' }, answer: 'Inari' },
    ]);
    assert.deepEqual(read('a.jsonl', '{"Question": "A river?"}'), [{ place: '', text: 'A river?' }]);
    // The exact name counts if both are there.
    assert.deepEqual(read('a.jsonl', '{"Prompt": "a title", "prompt": "A sea?"}'), [
      { place: '', text: 'A sea?', members: { Prompt: 'a title' } },
    ]);
  });
});
