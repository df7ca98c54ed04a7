import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { latencyWorkload, memoryWorkload, promptOf } from '../../../src/core/plan/suite.ts';
import { suiteRequest, type SuiteQuestion } from '../../../src/core/plan/suite-request.ts';
import { chaptersHtml, chaptersMarkdown, chaptersText } from '../../../src/core/report/sections.ts';
import { latencyChapters, makeLatencySuite } from '../../../src/core/report/suite-latency.ts';
import { makeMemorySuite, memoryChapters } from '../../../src/core/report/suite-memory.ts';
import type { RunRecord } from '../../../src/core/report/types.ts';
import { levelRecord } from './sweep-fixtures.ts';

const common = {
  id: '20261122-201537-k3f9',
  startedAt: '2026-11-22T20:15:37.123Z',
  status: 'completed',
  model: { name: 'gpt2', url: 'http://127.0.0.1:5001/v1/completions', server: 'gpt2', synthetic: true, dtype: 'q8' },
  files: [],
} as const;

/** Noise without memory, the same each time. */
const noise = (i: number): number => (i % 2 === 0 ? 1 : -1) * (1 + (i % 3) / 2);

const schemaFile = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../docs/loadlens.${name}-1.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
for (const name of ['run', 'sweep']) ajv.addSchema(schemaFile(name));
const validate = ajv.compile(schemaFile('suite'));

/** Holds a record against its schema, as a reader of the file sees it. */
function assertValid(record: object): void {
  validate(JSON.parse(JSON.stringify(record)));
  assert.deepEqual(validate.errors ?? [], []);
}

const noNonsense = /NaN|undefined|Infinity|null/;

describe('the latency suite', () => {
  it('shortens prompts that do not fit the context beside their answer', () => {
    const fits = latencyWorkload(false, null).cells;
    assert.deepEqual(
      fits.map(({ input, output }) => [input, output]),
      [128, 512, 1024].flatMap((input) => [64, 128, 256].map((output) => [input, output])),
    );
    const short = latencyWorkload(false, 1024).cells.filter(({ input, wantedInput }) => input < wantedInput);
    assert.deepEqual(
      short.map(({ wantedInput, input, output }) => [wantedInput, input, output]),
      [
        [1024, 960, 64],
        [1024, 896, 128],
        [1024, 768, 256],
      ],
    );
    assert.equal(latencyWorkload(false, 200).cells.filter(({ output }) => output === 256).length, 0);
  });

  it('shows mean ± standard deviation of each pair, and what was shortened', () => {
    const workload = latencyWorkload(true, 1024);
    const runs = workload.cells.map((cell) => {
      const run = levelRecord(1, (index) => ({ latencyMs: 1000 + 10 * index, outputTokens: cell.output }), {
        count: 3,
      });
      const times = (ms: number): RunRecord['latencyMs'] => ({ ...run.latencyMs, mean: ms, stdev: ms / 10 });
      return { ...run, ttftMs: times(cell.input), e2eMs: times(10 * cell.output) };
    });
    const suite = makeLatencySuite({ ...common, workload, runs });
    assertValid(suite);
    const chapters = latencyChapters(suite);
    const text = chaptersText(chapters);
    assert.match(text, /1,024 \+ 64, 1,024 \+ 128, 1,024 \+ 256 tokens do not fit the context of 1,024/);
    assert.match(text, /\n {2}960 \(of 1,024\) +64 +3 +960 ms ± 96\.0 ms +100 ± 10\.0 +640 ms ± 64\.0 ms\n/);
    assert.match(text, /goes from 128 ms with 128 tokens of prompt to 960 ms with 960\./);
    for (const rendered of [text, chaptersMarkdown(chapters), chaptersHtml(chapters)]) {
      assert.doesNotMatch(rendered, noNonsense);
    }
  });

  it('can be made of nothing, and of answers that are no stream', () => {
    const workload = latencyWorkload(true, null);
    for (const runs of [[], [levelRecord(1, () => ({ latencyMs: 5 }), { count: 3 })]]) {
      const text = chaptersText(latencyChapters(makeLatencySuite({ ...common, status: 'cancelled', workload, runs })));
      assert.match(text, /No answer came as a stream of tokens/);
      assert.doesNotMatch(text, noNonsense);
    }
  });
});

describe('the memory suite', () => {
  const workload = memoryWorkload(true);
  const suite = (memory: (iteration: number) => number | null) => {
    const runs = Array.from({ length: workload.iterations }, (_, i): RunRecord => {
      const mib = memory(i);
      const run = levelRecord(4, () => ({ latencyMs: 10 }), { count: 8 });
      return { ...run, server: { pid: 4711, cpuShare: 1, rssStartMiB: mib, rssEndMiB: mib, rssMaxMiB: mib } };
    });
    return makeMemorySuite({ ...common, workload, afterLoadMiB: 600, runs });
  };
  it('calls a leak what grows for certain, by more than heaps do, and nothing else', () => {
    const leak = suite((i) => 640 + i + noise(i));
    assert.equal(leak.verdict, 'leak');
    assert.ok(Math.abs((leak.growth?.slope ?? 0) - 1) < 0.2);
    assert.equal(suite((i) => 640 + noise(i)).verdict, 'no leak shown');
    assert.equal(suite((i) => 700 - i + noise(i)).verdict, 'no leak shown');
    assert.equal(suite((i) => (i < 10 ? 600 + 4 * i : 640) + noise(i)).verdict, 'no leak shown', 'it settles first');
    assert.equal(suite((i) => 640 + 0.09 * i).verdict, 'no leak shown', 'a heap between two collections');
    assert.equal(suite(() => null).verdict, 'not enough data');
    assert.equal(makeMemorySuite({ ...common, workload, afterLoadMiB: null, runs: [] }).verdict, 'not enough data');
  });

  it('reports memory after loading, in inference, and its growth with an interval', () => {
    const text = chaptersText(memoryChapters(suite((i) => 640 + i)));
    assert.match(
      text,
      /after loading {2}600 MiB\n {2}in inference {3}79 MiB more at most\n {2}growth {9}1\.00 MiB per iteration, over the last 20/,
    );
    assert.match(text, /95% interval {3}1\.00 MiB to 1\.00 MiB per iteration/);
    assert.match(text, /A leak: the whole interval of the growth lies above 0\.100 MiB per iteration\./);
    const words = (memory: (i: number) => number): string => chaptersText(memoryChapters(suite(memory)));
    assert.match(
      words(() => 640),
      /No leak: the whole interval of the growth lies below 0\.100 MiB/,
    );
    assert.match(
      words((i) => 640 + 20 * noise(i)),
      /growth of up to [\d.]+ MiB per iteration would not have been seen/,
    );
    for (const each of [suite(() => null), suite(() => 640)]) {
      assertValid(each);
      const chapters = memoryChapters(each);
      for (const rendered of [chaptersText(chapters), chaptersMarkdown(chapters), chaptersHtml(chapters)]) {
        assert.doesNotMatch(rendered, noNonsense);
      }
    }
  });
});

describe('what a suite asks', () => {
  const question: SuiteQuestion = {
    url: 'http://127.0.0.1:8000/v1/completions',
    model: 'm',
    prompts: ['one', 'two'],
    maxTokens: 30,
    stream: false,
    ignoreEos: false,
    headers: [['authorization', 'Bearer x']],
  };
  const bodyOf = (changes: Partial<SuiteQuestion>): unknown => {
    const { request } = suiteRequest({ ...question, ...changes });
    return request.body === undefined ? undefined : JSON.parse(new TextDecoder().decode(request.body));
  };

  it('is written in the API that the address names', () => {
    assert.deepEqual(bodyOf({}), { model: 'm', prompt: 'one', max_tokens: 30, temperature: 0 });
    assert.deepEqual(bodyOf({ url: 'http://x/v1/chat/completions', stream: true, model: undefined }), {
      messages: [{ role: 'user', content: 'one' }],
      max_tokens: 30,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.deepEqual(bodyOf({ url: 'http://x/api/generate' }), {
      model: 'm',
      prompt: 'one',
      stream: false,
      options: { num_predict: 30, temperature: 0 },
    });
    assert.equal(bodyOf({ url: 'http://x/tokenizer' }), undefined);
    assert.equal(
      suiteRequest({ ...question, url: 'http://x/tokenizer' }).request.url,
      'http://x/tokenizer?output_tokens=30',
    );
  });

  it('is every prompt in turn, and the headers with each', () => {
    const { request, target } = suiteRequest(question);
    assert.equal(request.prompts?.bodies.length, 2);
    assert.equal(request.prompts.order, 'rotate');
    assert.deepEqual(request.headers, [
      ['content-type', 'application/json'],
      ['authorization', 'Bearer x'],
    ]);
    assert.equal(target.name, 'POST /v1/completions');
  });

  it('is a prompt of a given length, in tokens or words', () => {
    const tokens = promptOf(128, true);
    assert.ok(Array.isArray(tokens));
    assert.equal(tokens.length, 128);
    assert.equal(String(promptOf(3, false)), 'the the the');
  });
});
