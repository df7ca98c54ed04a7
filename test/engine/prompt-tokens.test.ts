import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/r50k_base';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../src/core/endpoints/prepare.ts';
import { LoadlensError } from '../../src/core/errors.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { promptFacts } from '../../src/core/report/words/prompt-facts.ts';
import { words } from '../../src/core/values/words.ts';
import { runBenchmark } from '../../src/engine/run.ts';
import { runInput } from '../support/run-input.ts';
import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

/** A data set in the form of ShareGPT. */
const chats = [
  ['Where do swifts sleep?', 'In the air.'],
  ['Name the largest lake of Finland, please.', 'Saimaa'],
  ['What floats?', 'Ice, oil, and most kinds of wood.'],
  ['Is anyone there?'],
].map((turns) => ({
  conversations: turns.map((value, index) => ({ from: index % 2 === 0 ? 'human' : 'gpt', value })),
}));

interface Body {
  readonly max_tokens?: number;
  readonly ignore_eos?: boolean;
  readonly messages: readonly { readonly content: string }[];
}

describe('prompts by their tokens', () => {
  let server: StreamServer;
  before(async () => {
    server = await startStreamServer((response) => {
      response.setHeader('content-type', 'application/json');
      const body: Body = JSON.parse(server.bodies.at(-1) ?? '');
      const choices = [{ index: 0, message: { content: 'x' }, finish_reason: 'length' }];
      response.end(JSON.stringify({ choices, usage: { completion_tokens: body.max_tokens ?? 1 } }));
    });
  });
  after(() => server.close());
  beforeEach(() => void server.bodies.splice(0));

  const runFile = (directives: string, plan: object = { tokenizer: 'gpt2' }): Promise<RunRecord> => {
    const url = `${server.url}/v1/chat/completions`;
    const { targets } = parseEndpoints(
      `${directives}POST ${url}\n\n{"model":"m","messages":[{"role":"user","content":"?"}]}\n`,
    );
    const { requests } = prepareTargets(targets, {
      env: () => undefined,
      secret: () => undefined,
      bodyFile: () => new TextEncoder().encode(JSON.stringify(chats)),
      digest: () => 'abc123',
      shownAs: 'e.txt',
    });
    const input = runInput(requests, { plan: { requests: 4, concurrency: 1, ...plan } });
    return runBenchmark({ ...input, targets }, { signal: new AbortController().signal, version: '0.0.0' });
  };
  const sent = (): Body[] => server.bodies.map((body): Body => JSON.parse(body));
  const questions = (): string[] => sent().map(({ messages }) => messages[0]?.content ?? '');

  it('are those in the range, in the order of the file', async () => {
    const record = await runFile('# @prompts chats.json\n# @prompts-tokens 4..8\n');
    assert.deepEqual(
      chats.map(({ conversations: [turn] }) => countTokens(turn?.value ?? '')),
      [6, 9, 3, 4],
    );
    assert.deepEqual(questions(), [
      'Where do swifts sleep?',
      'Is anyone there?',
      'Where do swifts sleep?',
      'Is anyone there?',
    ]);
    assert.deepEqual(record.targets[0]?.prompts?.dataSet, {
      file: 'chats.json',
      sha256: 'abc123',
      entries: 4,
      kept: 2,
      inputTokens: { mean: 5, min: 4, max: 6 },
    });
    assert.equal(
      promptFacts([record])[0]?.[1],
      '2 of 4 entries of chats.json used: 5 tokens on average (min 4, max 6); each of 2 was sent 2 times: a cache makes the server look faster',
    );
  });

  it('ask for as many output tokens as their answers have', async () => {
    const record = await runFile('# @prompts chats.json\n# @output-tokens answers\n', {
      tokenizer: 'gpt2',
      requests: 3,
    });
    assert.deepEqual(
      sent().map(({ max_tokens, ignore_eos }) => [max_tokens, ignore_eos]),
      chats.slice(0, 3).map(({ conversations: [, answer] }) => [countTokens(answer?.value ?? ''), true]),
    );
    assert.deepEqual(record.askedLengths, { responses: 3, met: 3 });
    assert.equal(record.targets[0]?.prompts?.dataSet?.kept, 3);
    assert.equal(record.targets[0]?.prompts?.dataSet?.answerTokens?.max, 10);
  });

  it('have the same random order with the same seed', async () => {
    const orders: string[][] = [];
    for (const seed of [7, 7, 8]) {
      server.bodies.splice(0);
      await runFile('# @prompts chats.json\n# @prompts-order random\n# @prompts-tokens 1..\n', {
        tokenizer: 'gpt2',
        seed,
      });
      orders.push(questions());
    }
    assert.deepEqual(orders[0], orders[1]);
    assert.notDeepEqual(orders[0], orders[2]);
    assert.equal(new Set(orders[0]).size, 4);
  });

  it('need a tokenizer, and something that is left', async () => {
    await assert.rejects(runFile('# @prompts a.json\n# @prompts-tokens 4..8\n', {}), (error: unknown) => {
      assert.ok(error instanceof LoadlensError);
      assert.match(error.message, /^The prompts of "POST .*" need a tokenizer to count their tokens\.$/);
      assert.match(error.hint, /# @tokenizer o200k_base/);
      return true;
    });
    await assert.rejects(runFile('# @prompts a.json\n# @prompts-tokens 100..\n'), /No prompt of .* is left of 4\./);
    await assert.rejects(async () => runFile('# @prompts-tokens 4..8\n'), /@prompts-tokens has no prompts\./);
    await assert.rejects(async () => runFile('# @output-tokens answers\n'), /has no answers\./);
  });

  it('are generated from words that are one token each in the vocabulary of the tokenizer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loadlens-words-'));
    const known = words.slice(0, 300);
    try {
      await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(wordPieces(known)));
      await runFile('# @input-tokens 50\n', { tokenizer: folder });
      for (const text of questions()) {
        const used = text.split(' ');
        assert.equal(used.length, 50);
        assert.deepEqual(
          used.filter((word) => !known.includes(word)),
          [],
        );
      }
      assert.equal(new Set(questions()).size, 4);
      const few = join(folder, 'few');
      await mkdir(few);
      await writeFile(join(few, 'tokenizer.json'), JSON.stringify(wordPieces(words.slice(0, 9))));
      await assert.rejects(runFile('# @input-tokens 50\n', { tokenizer: few }), /can't be generated for the tokenizer/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Returns a tokenizer in which these words are one token each, and all others as many as they have letters. */
function wordPieces(single: readonly string[]): object {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const tokens = ['[UNK]', ...letters, ...letters.map((letter) => `##${letter}`), ...single];
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}
