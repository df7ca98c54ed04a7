import assert from 'node:assert/strict';
import type { Sample } from '../../../../src/core/metrics/types.ts';
import { renderVllmLines, vllmFields } from '../../../../src/core/report/other-tools/vllm-bench.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

/** A stream of `chunks` tokens: the first after `ttftMs`, each later one `gapMs` after the one before. */
function stream(
  index: number,
  { ttftMs, gapMs, chunks }: Readonly<Record<'ttftMs' | 'gapMs' | 'chunks', number>>,
): Sample {
  const sentMs = index * 1000;
  const lastTokenMs = sentMs + ttftMs + gapMs * (chunks - 1);
  return {
    target: 0,
    scheduledMs: sentMs,
    sentMs,
    headersMs: sentMs + 1,
    endMs: lastTokenMs + 5,
    status: 200,
    bytes: 100,
    outputTokens: chunks,
    tokenSource: 'usage',
    inputTokens: 40,
    stream: {
      firstTokenMs: sentMs + ttftMs,
      lastTokenMs,
      chunks,
      untimedTokens: 1,
      gapsMs: Float64Array.from({ length: chunks - 1 }, () => gapMs),
    },
  };
}

const near = (actual: unknown, wanted: number): void => {
  assert.ok(typeof actual === 'number' && Math.abs(actual - wanted) < 1e-9, `${String(actual)} is not ${wanted}`);
};

describe('the format of vllm bench serve', () => {
  it('has the names, units, and definitions of vLLM', () => {
    const samples = [
      stream(0, { ttftMs: 100, gapMs: 10, chunks: 11 }),
      stream(1, { ttftMs: 200, gapMs: 20, chunks: 11 }),
      stream(2, { ttftMs: 300, gapMs: 30, chunks: 11 }),
    ];
    const fields = vllmFields(recordOf(samples));
    // First sent at 0 ms, last end at 2000 + 300 + 300 + 5 ms.
    near(fields['duration'], 2.605);
    assert.equal(fields['date'], '20261122-201537');
    assert.equal(fields['completed'], 3);
    assert.equal(fields['failed'], 0);
    assert.equal(fields['total_input_tokens'], 120);
    assert.equal(fields['total_output_tokens'], 33);
    near(fields['request_throughput'], 3 / 2.605);
    near(fields['output_throughput'], 33 / 2.605);
    near(fields['total_token_throughput'], 153 / 2.605);
    assert.equal(fields['request_goodput'], null);
    near(fields['mean_ttft_ms'], 200);
    near(fields['median_ttft_ms'], 200);
    // numpy.std of 100, 200, 300.
    near(fields['std_ttft_ms'], Math.sqrt(20_000 / 3));
    near(fields['p90_ttft_ms'], 280);
    near(fields['p99_ttft_ms'], 298);
    near(fields['p99.9_ttft_ms'], 299.8);
    near(fields['mean_tpot_ms'], 20);
    near(fields['mean_itl_ms'], 20);
    near(fields['std_itl_ms'], Math.sqrt(2000 / 30));
    // Up to the last token, not to the end of the body.
    near(fields['median_e2el_ms'], 400);
    assert.deepEqual([fields['request_rate'], fields['burstiness'], fields['max_concurrency']], ['inf', 1, 10]);
  });

  it('bases rates on the whole duration, and counts goodput and failures as vLLM does', () => {
    const samples = closedLoop(10, 1, (index) => ({ latencyMs: 100, status: index < 2 ? 503 : 200 }));
    const hanging: Sample = { ...samples[9]!, sentMs: 900, endMs: 4000, status: 0, error: 'timeout', headersMs: NaN };
    const record = recordOf([...samples.slice(0, 9), hanging], { limitMs: 500 });
    const fields = vllmFields(record);
    assert.equal(record.rateMs, 900);
    near(fields['duration'], 4);
    assert.deepEqual([fields['completed'], fields['failed']], [7, 3]);
    near(fields['request_throughput'], 7 / 4);
    near(fields['request_goodput'], 7 / 4);
    near(fields['mean_e2el_ms'], 100);
    for (const name of ['total_output_tokens', 'output_throughput', 'mean_ttft_ms', 'model_id', 'backend'])
      assert.ok(!(name in fields), name);
  });

  it('has the rate of an open model, and no rate if it changes', () => {
    const samples = closedLoop(3, 1, () => ({ latencyMs: 10 }));
    const { plan } = recordOf(samples);
    const open = { ...plan, loadModel: 'open', arrivals: 'poisson', concurrency: 64, maxInFlight: 64 } as const;
    const steady = { ...open, stages: [{ fromPerS: 8, toPerS: 8, durationS: null }] };
    const rising = { ...open, arrivals: 'constant', stages: [{ fromPerS: 1, toPerS: 8, durationS: 10 }] } as const;
    const of = (changed: typeof plan) => vllmFields(recordOf(samples, { plan: changed }));
    assert.deepEqual([of(steady)['request_rate'], of(steady)['burstiness'], of(steady)['max_concurrency']], [8, 1, 64]);
    assert.equal(of({ ...steady, arrivals: 'gamma', burstiness: 0.5 })['burstiness'], 0.5);
    const atOnce = { ...open, arrivals: 'constant', atOnce: true } as const;
    assert.equal(of(atOnce)['request_rate'], 'inf');
    assert.ok(!('request_rate' in of(rising)) && !('burstiness' in of(rising)));
  });

  it('has only fields of vLLM, each with its value of the record', () => {
    const samples = Array.from({ length: 20 }, (_, index) =>
      stream(index, { ttftMs: 100 + index ** 2, gapMs: 10 + index, chunks: 11 }),
    );
    const record = recordOf(samples, { limitMs: 400 });
    const fields = vllmFields(record);
    const seconds = record.totalMs / 1000;
    const timed = { ttft: record.ttftMs, tpot: record.tpotMs, itl: record.iclMs, e2el: record.e2eMs };
    const expected: Record<string, unknown> = {
      date: '20261122-201537',
      label: record.name,
      num_prompts: 20,
      request_rate: 'inf',
      burstiness: 1,
      max_concurrency: 10,
      duration: seconds,
      completed: 20,
      failed: 0,
      total_input_tokens: 800,
      total_output_tokens: 220,
      request_throughput: 20 / seconds,
      // Latencies are 205 + i² + 10 i ms: the first 10 are within 400 ms.
      request_goodput: 10 / seconds,
      output_throughput: 220 / seconds,
      total_token_throughput: 1_020 / seconds,
    };
    for (const [name, times] of Object.entries(timed)) {
      const { count = 0, mean, median, stdev, p90, p95, p99, p999 } = times ?? {};
      expected[`mean_${name}_ms`] = mean;
      expected[`median_${name}_ms`] = median;
      expected[`std_${name}_ms`] = (stdev ?? Number.NaN) * Math.sqrt((count - 1) / count);
      expected[`p90_${name}_ms`] = p90;
      expected[`p95_${name}_ms`] = p95;
      expected[`p99_${name}_ms`] = p99;
      expected[`p99.9_${name}_ms`] = p999;
    }
    assert.deepEqual(new Set(Object.keys(fields)), new Set(Object.keys(expected)));
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value === 'number') near(fields[name], value);
      else assert.equal(fields[name], value, name);
    }
  });

  it('has the fields of pooling for embeddings, whose tokens are all input', () => {
    const record = recordOf(closedLoop(10, 1, () => ({ latencyMs: 100, inputTokens: 64 })));
    const llmRequest = { dialect: 'embeddings', path: '/v1/embeddings', model: 'm' } as const;
    const fields = vllmFields({ ...record, targets: [{ ...record.targets[0]!, llmRequest }] });
    near(fields['total_token_throughput'], 640);
    near(fields['mean_e2el_ms'], 100);
    for (const name of ['total_output_tokens', 'output_throughput', 'mean_ttft_ms']) assert.ok(!(name in fields), name);
    // Another response without counts has no total.
    assert.ok(!('total_token_throughput' in vllmFields(record)));
  });

  it('names the backend and the model', () => {
    const record = recordOf([stream(0, { ttftMs: 1, gapMs: 1, chunks: 2 })]);
    const of = (dialect: 'openai' | 'embeddings' | 'messages', path: string) =>
      vllmFields({ ...record, targets: [{ ...record.targets[0]!, llmRequest: { dialect, path, model: 'm' } }] });
    assert.deepEqual(
      [of('openai', '/v1/completions'), of('openai', '/v1/chat/completions'), of('embeddings', '/v1/embeddings')].map(
        ({ backend, endpoint_type: type, model_id: model }) => [backend, type, model],
      ),
      [
        ['openai', 'openai', 'm'],
        ['openai-chat', 'openai-chat', 'm'],
        ['openai-embeddings', 'openai-embeddings', 'm'],
      ],
    );
  });

  it('is one line of JSON for each run', () => {
    const runs = [1, 2].map((count) => recordOf(closedLoop(count, 1, () => ({ latencyMs: 10 }))));
    const lines = renderVllmLines(runs).split('\n');
    assert.deepEqual(
      lines.map((line) => /"completed": ?(\d+)/.exec(line)?.[1]),
      ['1', '2', undefined],
    );
  });
});
