import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { throughputWorkload } from '../../../src/core/plan/suites/suite.ts';
import { jsonText } from '../../../src/core/report/formats/json.ts';
import { chaptersHtml, chaptersMarkdown, chaptersText } from '../../../src/core/report/formats/chapters.ts';
import {
  derived,
  earlierFrom,
  isSameModel,
  makeThroughputSuite,
  suiteFileName,
  type ThroughputParts,
} from '../../../src/core/record/suites/make-suite.ts';
import { readThroughputSuite } from '../../../src/core/record/suites/read-suite.ts';
import { defaultGoals, parseGoal, goalText } from '../../../src/core/record/suites/suite-goals.ts';
import { throughputChapters } from '../../../src/core/report/suites/suite-throughput.ts';
import type { SuiteLevel, ThroughputSuite } from '../../../src/core/record/suites/suite.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { lawful, levelRecord } from './sweep-fixtures.ts';

interface Reference {
  workload: {
    max_new_tokens: number;
    warmup_requests: number;
    prompts: string[];
    single: { requests_quick: number; requests_full: number };
    concurrent: { levels_quick: number[]; levels_full: number[]; requests_quick: number; requests_full: number };
  };
  levels: Record<string, number>[];
  targets: { metric: string; target: string; achieved: number; at_concurrency?: number; pass: boolean }[];
  derived: { recommended_concurrency: number };
  raw_file_name: string;
}
const readSchema = (path: string): object => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const reference: Reference = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/gpt2-throughput-results.json', import.meta.url), 'utf8'),
);

const levels = reference.levels.map((row): SuiteLevel => ({
  concurrency: row['concurrency']!,
  requests: row['requests']!,
  requestsPerS: row['requests_per_s']!,
  tokensPerS: row['tokens_per_s']!,
  meanMs: row['mean_ms']!,
  p50Ms: row['p50_ms']!,
  p95Ms: row['p95_ms']!,
  p99Ms: row['p99_ms']!,
  durationS: row['duration_s']!,
  tokens: row['tokens']!,
  failed: row['failed']!,
  cpuShare: null,
  rssMiB: null,
}));

const parts: ThroughputParts = {
  id: '20261122-201537-k3f9',
  startedAt: '2026-11-22T20:15:37.123Z',
  status: 'completed',
  model: { name: 'gpt2', url: 'http://127.0.0.1:5001/v1/completions', server: 'gpt2', synthetic: true, dtype: 'q8' },
  workload: throughputWorkload(true),
  runs: [1, 2, 4].map((level) => levelRecord(level, lawful(level), { count: 6 })),
  earlier: [],
  files: ['results/throughput_gpt2_20261122_201537.json'],
};
const measured = makeThroughputSuite(parts);
/** The suite as the reference's numbers make it. */
const fed: ThroughputSuite = { ...measured, levels, runs: [], ...derived(levels, defaultGoals) };

const verdictOf = (suite: ThroughputSuite): string => throughputChapters(suite).verdict?.sentence ?? '';

describe('the throughput suite', () => {
  it('has the workload of the reference', () => {
    const { workload } = reference;
    for (const quick of [true, false]) {
      const mine = throughputWorkload(quick, 'reference');
      const { single, concurrent } = workload;
      const requests = quick ? concurrent.requests_quick : concurrent.requests_full;
      assert.equal(mine.maxNewTokens, workload.max_new_tokens);
      assert.equal(mine.warmupRequests, workload.warmup_requests);
      assert.deepEqual(mine.prompts, workload.prompts);
      assert.deepEqual(mine.levels, [
        { concurrency: 1, requests: quick ? single.requests_quick : single.requests_full },
        ...(quick ? concurrent.levels_quick : concurrent.levels_full).map((concurrency) => ({ concurrency, requests })),
      ]);
    }
  });

  it("fills every round of every level, unless it must be exactly the reference's", () => {
    assert.deepEqual(
      [true, false].map((quick) =>
        throughputWorkload(quick).levels.map((level) => [level.concurrency, level.requests]),
      ),
      [
        [
          [1, 5],
          [2, 6],
          [4, 8],
        ],
        [
          [1, 10],
          [2, 12],
          [4, 12],
          [8, 16],
        ],
      ],
    );
    const named = { ...measured, workload: throughputWorkload(true, 'reference') };
    assert.match(
      chaptersText(throughputChapters(named)).replaceAll(/\s+/g, ' '),
      /preset the reference's: if requests aren't a multiple/,
    );
  });

  it("judges the reference's numbers like the reference", () => {
    assert.deepEqual(
      fed.targets.map((target) => ({ target: goalText(target), ...target })),
      reference.targets.map(({ metric, target, achieved, at_concurrency, pass }) => {
        const [operator, value] = target.split(' ');
        const number = Number(value);
        return {
          target: `${operator} ${number}`,
          metric,
          operator,
          value: number,
          achieved,
          atConcurrency: at_concurrency ?? null,
          pass,
        };
      }),
    );
    assert.equal(fed.figures.recommended.concurrency, reference.derived.recommended_concurrency);
  });

  it("finds the expected findings in the reference's numbers", () => {
    assert.deepEqual(
      fed.findings.map(({ text }) => text),
      [
        'Throughput at concurrency 4 is 1.64× that of concurrency 1 (efficiency 41.1%).',
        "At concurrency 4, 6 requests take 2 rounds and the last round isn't full. Scaling is limited to about 3.00×.",
        'Efficiency drops to 41.1% at concurrency 4.',
        'From concurrency 2 to 4: throughput +9.5%, mean latency +49.5%.',
        'At concurrency 4, each request gets 10.4 tokens/s, compared with 25.2 at concurrency 1.',
        'No request failed.',
      ],
    );
    assert.deepEqual(
      fed.recommendations.map(({ text }) => text),
      [
        'Use concurrency 2: throughput +50.0%, mean latency +33.1%.',
        'Queue requests above concurrency 2: at 4, mean latency +99.0%, throughput +64.3%.',
        "Don't rely on the p95 or p99 of this suite. A p95 requires 59 requests; the smallest level has 5. Use loadlens run --levels with -n to send more.",
      ],
    );
  });

  it('has other findings for other numbers', () => {
    const better = levels.map((level) => ({ ...level, requestsPerS: level.concurrency, meanMs: 1000, failed: 1 }));
    const { findings, recommendations, targets } = derived(better, defaultGoals);
    const said = [...findings, ...recommendations].map(({ text }) => text).join('\n');
    assert.match(said, /1 request failed at concurrency 1/);
    assert.match(said, /Fix failed requests/);
    assert.match(said, /Goal not met: failed requests = 0, measured 3/);
    assert.doesNotMatch(said, /wait in a queue|Efficiency falls/);
    assert.deepEqual(
      targets.filter(({ pass }) => !pass).map(({ metric }) => metric),
      ['failed requests'],
    );
    assert.deepEqual(derived([], defaultGoals).findings, []);
    assert.ok(derived([], defaultGoals).targets.every(({ pass }) => !pass));
  });

  it('recommends higher levels if the highest level is still good', () => {
    const rising = levels.map((level) => Object.assign({}, level, { requestsPerS: level.concurrency, meanMs: 1000 }));
    assert.match(
      derived(rising, [])
        .recommendations.map(({ text }) => text)
        .join('\n'),
      /Measure concurrency above 4\./,
    );
  });

  it('names the levels whose trade-off is too close to tell', () => {
    // Throughput grows by 1.5 and 2, latency by 1.48 and 3.
    const latencies = new Map([
      [1, [1, 1000]],
      [2, [1.5, 1480]],
      [4, [2, 3000]],
    ]);
    const close = levels.map((level) => {
      const [requestsPerS = 0, meanMs = 0] = latencies.get(level.concurrency) ?? [];
      return Object.assign({}, level, { requestsPerS, meanMs });
    });
    const text =
      'Concurrency 2 is within 5% of the limit of a good trade-off, too close to tell with one run per level.';
    const suite = { ...fed, levels: close, ...derived(close, []) };
    assert.deepEqual(suite.recommendations.map((finding) => finding.text).slice(0, 2), [
      `Use concurrency 2: throughput +50.0%, mean latency +48.0%. ${text}`,
      'Queue requests above concurrency 2: at 4, mean latency 3.0× higher, throughput 2.0× higher.',
    ]);
    assert.match(verdictOf(suite), new RegExp(` tokens/s\\. ${text}$`));
    const single = derived(
      close.map((level) => (level.concurrency === 2 ? Object.assign({}, level, { meanMs: 1520 }) : level)),
      [],
    );
    assert.equal(
      single.recommendations[0]?.text,
      `Use concurrency 1. No higher level gains as much throughput as it adds latency. ${text}`,
    );
    assert.doesNotMatch(verdictOf(fed), /too close/);
  });

  it('matches its schema, and is read back unchanged', () => {
    const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
    for (const name of ['run', 'sweep']) ajv.addSchema(readSchema(`../../../docs/loadlens.${name}-1.schema.json`));
    const validate = ajv.compile(readSchema('../../../docs/loadlens.suite-1.schema.json'));
    const earlier = makeThroughputSuite({ ...parts, earlier: [earlierFrom(measured)], runs: [] });
    for (const suite of [measured, earlier]) {
      const json: unknown = JSON.parse(jsonText(suite));
      validate(json);
      assert.deepEqual(validate.errors ?? [], []);
      assert.deepEqual(readThroughputSuite(json), json);
    }
    assert.throws(() => readThroughputSuite({ schema: 'loadlens.suite/1' }), /This throughput suite is damaged at id/);
  });

  it('names its files like the reference, for any model name', () => {
    assert.equal(reference.raw_file_name, 'throughput_<model>_<YYYYMMDD>_<HHMMSS>.json');
    const at = '2026-11-22T20:15:37.123Z';
    assert.equal(suiteFileName('throughput', 'gpt2', at), 'throughput_gpt2_20261122_201537');
    assert.equal(
      suiteFileName('throughput', '../openai-community/gpt2 ', at),
      'throughput_openai-community-gpt2_20261122_201537',
    );
    assert.equal(suiteFileName('throughput', '/..', at), 'throughput_model_20261122_201537');
  });

  it('reads custom goals', () => {
    assert.deepEqual(parseGoal(' single tokens/s >= 40.5 '), {
      metric: 'single tokens/s',
      operator: '>=',
      value: 40.5,
    });
    assert.deepEqual(parseGoal('failed requests = 0'), { metric: 'failed requests', operator: '=', value: 0 });
    for (const wrong of ['', 'tokens/s > 3', 'single tokens/s > fast', 'single tokens/s ~ 3']) {
      assert.equal(parseGoal(wrong), undefined);
    }
  });
});

describe('the report of the throughput suite', () => {
  const sections = [
    'Overview',
    'Model information',
    'Benchmark parameters',
    'Single request throughput',
    'Concurrent throughput',
    'Scaling of requests/s',
    'Scaling of tokens/s',
    'Latency against throughput',
    'Goals',
    'Key findings',
    'Recommendations',
    'Consistency with earlier results',
    'Environment',
    'Files written',
  ];

  it('has every section of the reference, in order, in each format', () => {
    const chapters = throughputChapters(measured);
    assert.deepEqual(
      chapters.sections.map(({ title }) => title),
      sections,
    );
    const [text, markdown, html] = [chaptersText, chaptersMarkdown, chaptersHtml].map((render) => render(chapters));
    for (const title of sections) {
      assert.ok(text!.includes(`\n${title}:\n`), title);
      assert.ok(markdown!.includes(`\n## ${title}\n`), title);
      assert.ok(html!.includes(`<h2>${title}</h2>`), title);
    }
    assert.equal(html!.split('<svg').length - 1, 4);
    for (const rendered of [text!, markdown!, html!]) assert.doesNotMatch(rendered, /NaN|undefined|Infinity|null/);
    for (const line of text!.split('\n')) assert.ok(line.length <= 100, line);
  });

  it("shows the reference's table with its own numbers", () => {
    const text = chaptersText(throughputChapters(fed));
    assert.match(text, /\n {2}2 +1\.26 +1\.50× +75%\n {2}4 +1\.38 +1\.64× +41\.1%\n/);
    assert.match(text, /\n {2}2 +1\.26 +1\.58 s +\+50\.0% +\+33\.1% +1\.51 +good\n/);
    assert.match(text, /\n {2}4 +1\.38 +2\.36 s +\+64\.3% +\+99\.0% +0\.65 +poor\n/);
    assert.match(text, /\n {2}requests\/s +1\.38 +\+64\.3% +\+9\.5%\n/);
    assert.match(text, /\n {2}concurrent tokens\/s +> 30 +41\.5 +4 +pass\n/);
  });

  it('compares with earlier results of the same model', () => {
    const before = { ...earlierFrom(fed), id: 'a', startedAt: '2026-11-01T00:00:00.000Z', rssMiB: 642 };
    const slower = { ...before, id: 'b', singleTokensPerS: 34.05 };
    const consistency = (earlier: ThroughputSuite['earlier']): string =>
      chaptersText(throughputChapters({ ...fed, earlier })).split('Consistency with earlier results:')[1]!;
    assert.match(consistency([]), /No earlier result/);
    assert.match(
      consistency([before]),
      /Tokens\/s of a single request agrees with the median of 1 earlier result: 0\.0%\./,
    );
    assert.match(consistency([slower]), /Tokens\/s of a single request differs from .*: −25\.9%\./);
    assert.match(consistency([before, slower]), /642 MiB/);
    assert.ok(isSameModel(fed.model, measured.model));
    assert.ok(!isSameModel(fed.model, { ...measured.model, dtype: 'fp32' }));
  });

  it('says if a run was client-limited or the machine noisy, and why', () => {
    const runs = measured.runs.map((run): RunRecord => {
      const { concurrency } = run.plan;
      if (concurrency === 1) return run;
      const bound = concurrency === 2 ? 'client' : 'machine';
      return { ...run, client: { ...run.client, bound, warnings: [`Busy at ${concurrency}.`] } };
    });
    const text = chaptersText(throughputChapters({ ...measured, runs }));
    assert.match(text, /Concurrency 2: the client was the limit or added delay\. Details are below\./);
    assert.match(text, /Concurrency 4: noisy machine\. Details are below\./);
    assert.match(text, /client at 2 +Busy at 2\.\n +client at 4 +Busy at 4\./);
    assert.match(chaptersText(throughputChapters(measured)), /client +no bottleneck detected/);
  });

  it('names no files if none were written', () => {
    const titles = throughputChapters({ ...measured, files: [] }).sections.map(({ title }) => title);
    assert.deepEqual(titles, sections.slice(0, -1));
  });

  it('can be made without any results', () => {
    const nothing = makeThroughputSuite({ ...parts, status: 'cancelled', runs: [], files: [] });
    const text = chaptersText(throughputChapters(nothing));
    assert.match(text, /Suite canceled\. Results cover 0 of 3 levels\./);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  });
});
