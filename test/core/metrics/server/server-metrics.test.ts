import assert from 'node:assert/strict';
import { isPrometheus, readPrometheus } from '../../../../src/core/metrics/server/prometheus.ts';
import {
  changeOf,
  createServerMetrics,
  prefixHitShare,
  ratesOf,
} from '../../../../src/core/metrics/server/server-metrics.ts';

describe('Prometheus text', () => {
  it('is parsed with labels, escapes, times, and numbers in every format', () => {
    const text = [
      '# HELP a_total Help',
      '# TYPE a_total counter',
      'a_total 1',
      'a_total{b="x",c="y } \\" z"} 2.5e3 1700000000000',
      'a_total{b="x",} +3',
      'a_total NaN',
      'a_total +Inf',
      'not a sample',
      'b_total 4',
      '',
    ].join('\r\n');
    assert.deepEqual(
      readPrometheus(text, ['a_']).map(({ labels, value }) => [labels, value]),
      [
        ['', 1],
        ['b="x",c="y } \\" z"', 2500],
        ['b="x",', 3],
      ],
    );
  });
});

describe('a response', () => {
  it('is Prometheus text if it has samples or comments, or nothing', () => {
    for (const text of [
      '',
      '\n',
      '# HELP a b\n',
      'a 1',
      '\na{b="c"} NaN\n',
      'a_total 1 # {trace_id="x"} 0.5 1700000000.1',
    ])
      assert.equal(isPrometheus(text), true, text);
    for (const text of ['<html>\n<p>starting up now\n', '{"detail": "Not Found"}', 'starting up now', '#!/bin/sh'])
      assert.equal(isPrometheus(text), false, text);
  });
});

const vllm = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `vllm:${name}{model_name="m"} ${value}\n`)
    .join('');

/** Returns the figures of SGLang by the lines of its metrics. */
function figuresOf(...lines: readonly string[]): unknown {
  const collector = createServerMetrics();
  collector.add(0, lines.map((line) => `sglang:${line}\n`).join(''));
  return collector.result('u')?.figures;
}

describe('server metrics', () => {
  it('have the figures of a known server, added up over its engines', () => {
    const collector = createServerMetrics();
    collector.add(
      -5,
      'vllm:num_requests_running{engine="0"} 1\nvllm:num_requests_running{engine="1"} 2\n' +
        'vllm:kv_cache_usage_perc{engine="0"} 0.5\nvllm:kv_cache_usage_perc{engine="1"} 0.7\nother 9\n',
    );
    const { server, atMs, figures } = collector.result('http://a/metrics') ?? {};
    assert.deepEqual(
      { server, atMs, figures },
      { server: 'vLLM', atMs: [-5], figures: { running: [3], kvCacheUse: [0.6] } },
    );
  });

  for (const start of ['ray_vllm:', 'ray_vllm_']) {
    it(`have the figures of vLLM behind Ray Serve, added up over its replicas: ${start}`, () => {
      const collector = createServerMetrics();
      collector.add(
        0,
        `${start}num_requests_running{WorkerId="a"} 1\n${start}num_requests_running{WorkerId="b"} 2\n` +
          `${start}time_to_first_token_seconds_sum{WorkerId="a"} 0.5\nray_serve_deployment_replica_healthy 1\n`,
      );
      const { server, figures } = collector.result('u') ?? {};
      assert.deepEqual({ server, figures }, { server: 'vLLM', figures: { running: [3], ttftSumS: [0.5] } });
    });
  }

  it('compute changes and rates, but not across a restart', () => {
    const collector = createServerMetrics();
    const at = (ms: number, tokens: number, queries: number, hits: number): void =>
      collector.add(
        ms,
        vllm({ generation_tokens_total: tokens, prefix_cache_queries_total: queries, prefix_cache_hits_total: hits }),
      );
    at(0, 100, 1000, 0);
    at(500, 150, 1400, 100);
    at(1500, 250, 2000, 400);
    const metrics = collector.result('u');
    assert.ok(metrics);
    assert.equal(changeOf(metrics, 'outputTokens'), 150);
    assert.deepEqual(ratesOf(metrics, 'outputTokens'), [null, 100, 100]);
    assert.equal(prefixHitShare(metrics), 0.4);
    assert.equal(changeOf(metrics, 'preemptions'), null);
    at(2500, 10, 0, 0);
    const restarted = collector.result('u');
    assert.ok(restarted);
    assert.equal(changeOf(restarted, 'outputTokens'), null);
    assert.deepEqual(ratesOf(restarted, 'outputTokens'), [null, 100, 100, null]);
    at(3500, 5_000, 9_000, 0);
    const grown = collector.result('u');
    assert.ok(grown);
    assert.equal(changeOf(grown, 'outputTokens'), null);
  });

  it('begin counters at 0 that a server writes only once it has counted something', () => {
    const collector = createServerMetrics();
    collector.add(-100, vllm({ num_requests_running: 0 }));
    collector.add(400, vllm({ num_requests_running: 2, generation_tokens_total: 50 }));
    collector.add(900, vllm({ num_requests_running: 2, generation_tokens_total: 80 }));
    const metrics = collector.result('u');
    assert.ok(metrics);
    assert.deepEqual(metrics.figures.outputTokens, [null, 50, 80]);
    assert.equal(changeOf(metrics, 'outputTokens'), 80);
    assert.deepEqual(ratesOf(metrics, 'outputTokens'), [null, 100, 60]);
  });

  it('add up what different engines do, once for each', () => {
    // Ranks of one engine work on the same requests.
    assert.deepEqual(
      figuresOf(
        'num_running_reqs{dp_rank="0",tp_rank="0",pp_rank="0"} 4',
        'num_running_reqs{dp_rank="0",tp_rank="1",pp_rank="0"} 4',
        'num_running_reqs{dp_rank="1",tp_rank="2",pp_rank="0"} 3',
        'token_usage{dp_rank="0",tp_rank="0"} 0.2',
        'token_usage{dp_rank="0",tp_rank="1"} 0.2',
        'token_usage{dp_rank="1",tp_rank="2"} 0.6',
      ),
      { running: [7], kvCacheUse: [0.4] },
    );
    // The parts by priority are beside their total.
    assert.deepEqual(
      figuresOf(
        'num_queue_reqs{priority=""} 5',
        'num_queue_reqs{priority="0"} 2',
        'num_queue_reqs{priority="9"} 3',
        'prompt_tokens_total{priority="0"} 100',
        'prompt_tokens_total{priority="9"} 50',
      ),
      { waiting: [5], promptTokens: [150], prefixQueries: [150] },
    );
  });

  it('have no changes if the reading before or after the run failed', () => {
    const collector = createServerMetrics();
    collector.add(-10, vllm({ generation_tokens_total: 10 }));
    collector.add(500, vllm({ generation_tokens_total: 60 }));
    const [complete, partial] = [collector.result('u', false), collector.result('u', true)];
    assert.ok(complete && partial);
    assert.equal(changeOf(complete, 'outputTokens'), 50);
    assert.equal(partial.isPartial, true);
    assert.equal(changeOf(partial, 'outputTokens'), null);
    assert.deepEqual(partial.figures.outputTokens, [10, 60]);
  });

  it('report why they are missing', () => {
    const collector = createServerMetrics();
    assert.equal(collector.result('u'), undefined);
    collector.failed('status 404');
    const expected = { url: 'u', server: null, failedReadings: 1, failure: 'status 404', atMs: [], figures: {} };
    assert.deepEqual(collector.result('u'), expected);
    collector.add(1, 'go_threads 5\n');
    assert.equal(collector.result('u')?.server, null);
  });

  it('are bounded, evenly spread, and keep the last reading', () => {
    const collector = createServerMetrics();
    for (let i = 0; i < 5_000; i++) collector.add(i, vllm({ num_requests_running: i }));
    const { atMs = [], figures } = collector.result('u') ?? {};
    assert.ok(atMs.length > 300 && atMs.length <= 602, `${atMs.length}`);
    assert.equal(atMs[0], 0);
    assert.equal(atMs.at(-1), 4_999);
    assert.deepEqual(figures?.running, [...atMs]);
    assert.equal(new Set(atMs.slice(1, -1).map((ms, i) => ms - (atMs[i] ?? 0))).size, 1);
  });

  it('convert the KV cache of the GPT-2 server to a share of its limit', () => {
    const collector = createServerMetrics();
    collector.add(0, 'gpt2_requests_running 2\ngpt2_kv_tokens_used 300\ngpt2_kv_tokens_limit 1200\n');
    assert.deepEqual(collector.result('u')?.figures, { running: [2], kvCacheUse: [0.25] });
  });
});
