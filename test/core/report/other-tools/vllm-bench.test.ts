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
