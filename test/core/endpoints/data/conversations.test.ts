import assert from 'node:assert/strict';
import { readConversations, type Conversation } from '../../../../src/core/endpoints/data/conversations.ts';

const read = (text: string, name = 'chats.jsonl'): Conversation[] =>
  readConversations(name, new TextEncoder().encode(text), (message, hint) => {
    throw new Error(`${message} ${hint}`);
  });

describe('a conversations file', () => {
  const cases: readonly (readonly [name: string, text: string, expected: readonly Conversation[], file?: string])[] = [
    ['turns as texts', '{"turns":["a","b"]}', [{ turns: [{ content: 'a' }, { content: 'b' }] }]],
    [
      'turns with delay and limit',
      '{"turns":[{"text":"a"},{"text":"b","delay":1500,"max_tokens":9},{"content":"c","delay":"2s"}]}',
      [
        {
          turns: [{ content: 'a' }, { content: 'b', thinkMs: 1_500, maxTokens: 9 }, { content: 'c', thinkMs: 2_000 }],
        },
      ],
    ],
    [
      'messages, whose answers are left out',
      '{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"x"},{"role":"user","content":[{"type":"text","text":"b"}]}]}',
      [{ system: 's', turns: [{ content: 'a' }, { content: [{ type: 'text', text: 'b' }] }] }],
    ],
    [
      'ShareGPT, whose conversations without a user are left out',
      '[{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"a"},{"from":"gpt","value":"x"},{"from":"human","value":"b"}]},{"conversations":[{"from":"gpt","value":"x"}]}]',
      [{ system: 's', turns: [{ content: 'a' }, { content: 'b' }] }],
      'sharegpt.json',
    ],
    [
      'limits and a system message of the conversation',
      '{"system":"s","max_tokens":5,"turns":["a",{"text":"b","max_tokens":6}]}',
      [
        {
          system: 's',
          turns: [
            { content: 'a', maxTokens: 5 },
            { content: 'b', maxTokens: 6 },
          ],
        },
      ],
    ],
  ];
  for (const [name, text, expected, file] of cases) {
    it(`has ${name}`, () => assert.deepEqual(read(text, file), expected));
  }

  const faults: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /^Conversations file chats\.jsonl is empty\./],
    ['{"turns":["a"]}\n{"prompt":"b"}', /^chats\.jsonl:2 isn't a conversation\. Expected \{"turns"/],
    ['{"turns":["a",""]}', /^chats\.jsonl:1 has an empty turn\./],
    ['{"turns":["a",5]}', /^chats\.jsonl:1 has a turn that is neither a text nor an object\./],
    ['{"turns":[{"role":"user"}]}', /^chats\.jsonl:1 has an empty turn\./],
    [
      '{"turns":[{"role":"user","content":5}]}',
      /^chats\.jsonl:1 has a user turn that is neither a text nor a list of parts\./,
    ],
    ['{"turns":["a"]}\n{"turns":[{"text":"a","delay":-1}]}', /^chats\.jsonl:2 has the delay -1, which isn't valid\./],
    ['{"turns":[{"text":"a","delay":"2"}]}', /has the delay "2", which isn't valid\./],
    ['{"turns":[{"text":"a","max_tokens":0}]}', /has max_tokens 0, which isn't valid\./],
    [
      '{"messages":[{"role":"assistant","content":"x"}]}',
      /^chats\.jsonl has no conversation with a user turn that has a text\./,
    ],
    ['{"turns":["a"]', /^chats\.jsonl:1 isn't valid JSON\./],
  ];
  for (const [text, message] of faults) {
    it(`is rejected: ${JSON.stringify(text)}`, () => assert.throws(() => read(text), { message }));
  }
});
