import assert from 'node:assert/strict';
import { baseUrlOf, newBenchmark, workloads } from '../../../../src/core/endpoints/llm/new-benchmark.ts';
import { fileProblems } from '../../../../src/core/plan/file-problems.ts';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';

describe('new LLM benchmark', () => {
  for (const workload of workloads) {
    for (const secret of [undefined, 'LLM_API_KEY']) {
      it(`writes a file without problems: ${workload.title}${secret === undefined ? '' : ' with a key'}`, () => {
        const base = 'http://127.0.0.1:8000/v1';
        const text = newBenchmark({ base, model: 'a "quoted" model', workload, secret });
        const { targets, problems, defaults, objectives } = parseEndpoints(text);
        assert.match(text, /add a line: # @metrics http:\/\/127\.0\.0\.1:8000\/metrics\n/);
        assert.equal(defaults.metricsUrl, undefined);
        assert.deepEqual([...problems, ...fileProblems(text, parseEndpoints(text))], []);
        assert.deepEqual(
          objectives.map(({ metric }) => metric),
          ['ttft.p95', 'tpot.p95', 'errors'],
        );
        const [target] = targets;
        assert.equal(targets.length, 1);
        assert.equal(target?.name, workload.title.toLowerCase());
        assert.equal(target?.url, `${base}/chat/completions`);
        assert.equal(defaults.requests, 60);
        const headers = secret === undefined ? [] : [['Authorization', `Bearer {{$secret ${secret}}}`]];
        assert.deepEqual(target?.headers, [['Content-Type', 'application/json'], ...headers]);
      });
    }
  }

  it('reads the metrics of a server that has them', () => {
    const [workload] = workloads;
    assert.ok(workload);
    const metricsUrl = 'http://127.0.0.1:8000/metrics';
    const text = newBenchmark({ base: 'http://127.0.0.1:8000/v1', model: 'm', workload, metricsUrl });
    const { problems, defaults } = parseEndpoints(text);
    assert.deepEqual([problems, defaults.metricsUrl], [[], metricsUrl]);
    assert.doesNotMatch(text, /add a line/);
  });

  for (const [text, base] of [
    ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000/v1'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
    [' https://example.com/ ', 'https://example.com/v1'],
    ['https://example.com/api/v3/', 'https://example.com/api/v3'],
    ['http://localhost:1234/v1/chat/completions', 'http://localhost:1234/v1'],
    ['http://localhost:1234/v1/models', 'http://localhost:1234/v1'],
    ['', undefined],
    ['two words', undefined],
    ['http://', undefined],
  ] as const) {
    it(`reads the base URL of ${JSON.stringify(text)}`, () => assert.equal(baseUrlOf(text), base));
  }
});
