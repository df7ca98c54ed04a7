import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { distinctPrompts, numberedPrompts } from '../../../../src/core/plan/suites/suite-prompts.ts';
import { latencyWorkload, memoryWorkload, throughputWorkload } from '../../../../src/core/plan/suites/suite.ts';
import { suiteRequest, type SuiteQuestion } from '../../../../src/core/plan/suites/suite-request.ts';
import { chaptersHtml, chaptersMarkdown, chaptersText } from '../../../../src/core/report/formats/chapters.ts';
import { latencyChapters, makeLatencySuite } from '../../../../src/core/report/suites/suite-latency.ts';
import { makeMemorySuite, memoryChapters } from '../../../../src/core/report/suites/suite-memory.ts';
import { makeThroughputSuite } from '../../../../src/core/record/suites/make-suite.ts';
import { throughputChapters } from '../../../../src/core/report/suites/suite-throughput.ts';
import type { StreamedRequest } from '../../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { levelRecord } from '../../record/sweep-fixtures.ts';

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
  JSON.parse(readFileSync(new URL(`../../../../docs/loadlens.${name}-1.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
for (const name of ['run', 'sweep']) ajv.addSchema(schemaFile(name));
const validate = ajv.compile(schemaFile('suite'));

/** Holds a record against its schema, as a reader of the file sees it. */
function assertValid(record: object): void {
  validate(JSON.parse(JSON.stringify(record)));
  assert.deepEqual(validate.errors ?? [], []);
}

const noNonsense = /NaN|undefined|Infinity|null/;

/** A streamed request of so many tokens that took so long. */
const streamed = (outputTokens: number, e2eMs: number): StreamedRequest => ({
  target: 'x',
  scheduledMs: 0,
  sentMs: 5,
  firstTokenMs: 6,
  lastTokenMs: 5 + e2eMs,
  endMs: 6 + e2eMs,
  status: 200,
  chunks: outputTokens,
  outputTokens,
  longestGapsMs: [],
});

describe('the latency suite', () => {
  it("shortens prompts that don't fit the context together with the response", () => {
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
      const streamedRequests = [90, 100, 110].map((rate) => streamed(cell.output, (cell.output * 1000) / rate));
      return { ...run, ttftMs: times(cell.input), e2eMs: times(10 * cell.output), streamedRequests };
    });
    const suite = makeLatencySuite({ ...common, workload, runs });
    assertValid(suite);
    const chapters = latencyChapters(suite);
    const text = chaptersText(chapters);
    assert.ok(text.startsWith(`Completed: ${chapters.verdict?.sentence ?? ''}\n\n*** ${chapters.title} ***\n`), text);
    assert.match(text, /1,024 \+ 64, 1,024 \+ 128, 1,024 \+ 256 tokens don't fit the context of 1,024/);
    assert.match(text, /\n {2}960 \(of 1,024\) +64 +3 +960 ms ± 96\.0 ms +100 ± 10\.0 +640 ms ± 64\.0 ms\n/);
    assert.match(text, /goes from 128 ms with 128 tokens of prompt to 960 ms with 960\./);
    for (const rendered of [text, chaptersMarkdown(chapters), chaptersHtml(chapters)]) {
      assert.doesNotMatch(rendered, noNonsense);
    }
  });

  it('computes tokens/s per request first, then mean and deviation', () => {
    // First token after 100 ms, the others 10 ms apart: 3 / 0.12 s = 25, 12 / 0.21 s = 57.14, 30 / 0.39 s = 76.92.
    // Mean 53.02; deviation √((28.02² + 4.12² + 23.90²) / 2) = 26.20. All tokens / all time would be 45 / 0.72 s = 62.5.
    const streamedRequests = [3, 12, 30].map((tokens) => streamed(tokens, 100 + 10 * (tokens - 1)));
    const run = levelRecord(1, () => ({ latencyMs: 100, outputTokens: 15 }), { count: 3 });
    const suite = makeLatencySuite({
      ...common,
      workload: latencyWorkload(true, null),
      runs: [{ ...run, streamedRequests }],
    });
    const { mean, sd } = suite.cells[0]?.tokensPerS ?? {};
    assert.ok(Math.abs((mean ?? 0) - 53.02) < 0.01 && Math.abs((sd ?? 0) - 26.2) < 0.01, `${mean} ± ${sd}`);
    const failed = { ...streamed(500, 100), status: 500 };
    const some = [...streamedRequests, failed];
    const other = makeLatencySuite({ ...common, workload: suite.workload, runs: [{ ...run, streamedRequests: some }] });
    assert.deepEqual(other.cells[0]?.tokensPerS, suite.cells[0]?.tokensPerS);
    const few = makeLatencySuite({
      ...common,
      workload: suite.workload,
      runs: [{ ...run, streamedRequests: streamedRequests.slice(1) }],
    });
    assert.deepEqual(few.cells[0]?.tokensPerS, { mean: null, sd: null });
  });

  it("can be made without results, and with responses that aren't streams", () => {
    const workload = latencyWorkload(true, null);
    for (const runs of [[], [levelRecord(1, () => ({ latencyMs: 5 }), { count: 3 })]]) {
      const text = chaptersText(latencyChapters(makeLatencySuite({ ...common, status: 'cancelled', workload, runs })));
      assert.match(text, /No response was a stream of tokens/);
      assert.doesNotMatch(text, noNonsense);
    }
  });
});

describe('the memory suite', () => {
  const workload = memoryWorkload(true);
  const made = (runs: readonly RunRecord[]) => makeMemorySuite({ ...common, workload, afterLoadMiB: 600, runs });
  const suite = (memory: (iteration: number) => number | null) => {
    const runs = Array.from({ length: workload.iterations }, (_, i): RunRecord => {
      const mib = memory(i);
      const run = levelRecord(4, () => ({ latencyMs: 10 }), { count: 8 });
      return { ...run, server: { pid: 4711, cpuShare: 1, rssStartMiB: mib, rssEndMiB: mib, rssMaxMiB: mib } };
    });
    return made(runs);
  };
  it('reports only certain growth above that of a normal heap as a leak', () => {
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

  it('reports nothing for a server that responded to no request', () => {
    const { runs } = suite((i) => 640 + i);
    const failing = runs.map((run): RunRecord => ({ ...run, successes: 0 }));
    const words = (of: readonly RunRecord[]): string => memoryChapters(made(of)).sections[0]?.sentences?.[0] ?? '';
    assert.equal(made(failing).verdict, 'not enough data');
    assert.equal(words(failing), "No request succeeded, so these numbers can't tell whether memory leaks.");
    assert.equal(words([]), 'Too few iterations to tell whether memory leaks.');
    assert.equal(made([...runs.slice(0, 1), ...failing.slice(1)]).verdict, 'leak', 'one success is a load');
  });

  it('reports memory after loading, during inference, and its growth with an interval', () => {
    const text = chaptersText(memoryChapters(suite((i) => 640 + i)));
    assert.match(
      text,
      /after loading {2}600 MiB\n {2}max increase {3}79 MiB\n {2}growth {9}1\.00 MiB per iteration, over the last 20/,
    );
    assert.match(text, /95% interval {3}1\.00 MiB to 1\.00 MiB per iteration/);
    assert.match(text, /Memory leak: the interval of growth is above 0\.100 MiB per iteration\./);
    const words = (memory: (i: number) => number): string => chaptersText(memoryChapters(suite(memory)));
    assert.match(
      words(() => 640),
      /No leak: the interval of growth is below 0\.100 MiB/,
    );
    assert.match(
      words((i) => 640 + 20 * noise(i)),
      /growth of up to [\d.]+ MiB per iteration can't be ruled out/,
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

describe('a suite whose requests fail', () => {
  const said = { target: 'x', status: 401, text: 'token expired', reason: 'token expired', count: 8 };
  const failing = (failures: number): RunRecord => {
    const run = levelRecord(4, (index) => ({ latencyMs: 5, status: index < failures ? 401 : 200 }), { count: 8 });
    return { ...run, failureSamples: [{ ...said, count: failures }] };
  };
  const kinds = {
    latency: (runs: readonly RunRecord[]) =>
      latencyChapters(makeLatencySuite({ ...common, workload: latencyWorkload(true, null), runs })),
    memory: (runs: readonly RunRecord[]) =>
      memoryChapters(makeMemorySuite({ ...common, workload: memoryWorkload(true), afterLoadMiB: 600, runs })),
    throughput: (runs: readonly RunRecord[]) =>
      throughputChapters(makeThroughputSuite({ ...common, workload: throughputWorkload(true), earlier: [], runs })),
  };

  for (const [kind, chaptersOf] of Object.entries(kinds)) {
    it(`explains why in its overview, with the server's message: ${kind}`, () => {
      const all = chaptersOf([failing(8), failing(8)]);
      const sentence = 'All 16 requests failed: 401: token expired. Check the credentials: ';
      assert.ok(all.sections[0]?.sentences?.some((one) => one.startsWith(sentence)));
      for (const rendered of [chaptersText(all).replaceAll(/\n +/g, ' '), chaptersMarkdown(all), chaptersHtml(all)])
        assert.equal(rendered.split(sentence).length, 2, rendered);
      const some = chaptersOf([failing(8), failing(0)]).sections[0]?.sentences ?? [];
      assert.ok(
        some.some((one) => one.startsWith('8 of 16 requests failed: 401: token expired.')),
        some.join('\n'),
      );
      const none = chaptersOf([failing(0)]).sections[0]?.sentences ?? [];
      assert.doesNotMatch(none.join(' '), /failed/);
    });
  }
});

describe('requests of a suite', () => {
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

  it('use the API of the URL', () => {
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

  it('contain every prompt in turn, and the headers', () => {
    const { request, target } = suiteRequest(question);
    assert.equal(request.prompts?.bodies.length, 2);
    assert.equal(request.prompts.order, 'rotate');
    assert.deepEqual(request.headers, [
      ['content-type', 'application/json'],
      ['authorization', 'Bearer x'],
    ]);
    assert.equal(target.name, 'POST /v1/completions');
  });
});

describe('the prompts of suites', () => {
  it('have a given length in tokens or words, and different beginnings', () => {
    for (const asTokens of [true, false]) {
      const prompts = [...distinctPrompts(128, asTokens, 4, 0), ...distinctPrompts(960, asTokens, 96, 4)];
      const parts = prompts.map((prompt) => (typeof prompt === 'string' ? prompt.split(' ') : prompt));
      assert.deepEqual(
        parts.map(({ length }) => length),
        [...Array.from({ length: 4 }, () => 128), ...Array.from({ length: 96 }, () => 960)],
      );
      assert.equal(new Set(parts.map(([first]) => first)).size, 100);
      assert.equal(new Set(parts.map((one) => one.slice(1, 20).join())).size, 100);
    }
    const flat = distinctPrompts(500, true, 3, 7).flat().map(Number);
    assert.ok(flat.every((token) => Number.isInteger(token) && token > 255 && token < 50_256));
    assert.deepEqual(distinctPrompts(9, true, 2, 3), distinctPrompts(9, true, 3, 2).slice(1));
  });

  it('take the questions in turn, each with its own number', () => {
    assert.deepEqual(numberedPrompts(['a?', 'b?'], 3, 4), ['5. a?', '6. b?', '7. a?']);
  });
});
