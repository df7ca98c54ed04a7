import assert from 'node:assert/strict';
import {
  headlineRateText,
  headlineThroughput,
  headlineTime,
  p95Text,
} from '../../../../src/core/report/words/headline.ts';
import { renderHtml } from '../../../../src/core/report/formats/html.ts';
import { renderMarkdown } from '../../../../src/core/report/formats/markdown.ts';
import type { Sample } from '../../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { closedLoop, flood, recordOf } from '../../record/fixtures.ts';

/** The same samples as of an open loop. */
function byTheClock(samples: readonly Sample[]): RunRecord {
  const record = recordOf(samples);
  const stages = [{ fromPerS: 500, toPerS: 500, durationS: null }];
  return { ...record, plan: { ...record.plan, loadModel: 'open', arrivals: 'constant', stages } };
}

/** What comes first of a flood of failures whose requests had waited so long, and what beside it. */
function firstOfFlood(waitMs: number): unknown[] {
  const samples = flood().map((sample) => Object.assign({}, sample, { scheduledMs: sample.sentMs - waitMs }));
  const { first, beside } = headlineTime(byTheClock(samples), 'p95');
  return [first.of, first.times.p95, beside?.of];
}

describe('the headline figures', () => {
  it('are those of all responses if all succeeded', () => {
    const record = recordOf(closedLoop(100, 10, () => ({ latencyMs: 20 })));
    assert.deepEqual(headlineThroughput(record), { first: 500, beside: null });
    assert.deepEqual(headlineTime(record, 'p95'), { first: { of: 'latency', times: record.latencyMs }, beside: null });
    assert.equal(p95Text(record), 'p95 20.0 ms');
    assert.equal(headlineRateText(record), '500 req/s');
  });

  it('are TTFT and tokens/s in the short text of streams, unless response time comes first', () => {
    const samples = closedLoop(100, 10, (index) => ({
      latencyMs: 100,
      outputTokens: 3,
      stream: {
        firstTokenMs: Math.floor(index / 10) * 100 + 40,
        lastTokenMs: Math.floor(index / 10) * 100 + 100,
        chunks: 3,
        untimedTokens: 1,
        gapsMs: Float64Array.of(30, 30),
      },
    }));
    const record = recordOf(samples);
    assert.equal(p95Text(record), 'TTFT p95 40.0 ms');
    assert.equal(headlineRateText(record), '300 tokens/s');
    assert.equal(p95Text(byTheClock(samples)), 'response p95 100 ms');
    assert.equal(headlineRateText({ ...record, outputTokensPerS: null }), '100 req/s');
  });

  it('are those of successes if responses failed, however fast those were, next to all responses', () => {
    const record = recordOf(flood());
    assert.deepEqual(headlineThroughput(record), {
      first: record.successThroughputPerS,
      beside: record.throughputPerS,
    });
    assert.deepEqual(headlineTime(record, 'p95'), {
      first: { of: 'successes', times: record.successLatencyMs },
      beside: { of: 'all responses', times: record.latencyMs },
    });
    assert.equal(p95Text(record), 'p95 of successes ~1.01 s');
    assert.match(headlineRateText(record), / successes\/s$/);
    assert.equal(p95Text(record.perTarget[0]!), 'p95 of successes ~1.01 s');
  });

  it('are response time in the open model, next to latency', () => {
    const record = byTheClock(closedLoop(100, 10, () => ({ latencyMs: 20, scheduledMs: 0 })));
    assert.deepEqual(headlineTime(record, 'p95'), {
      first: { of: 'response time', times: record.responseTimeMs },
      beside: { of: 'latency', times: record.latencyMs },
    });
    assert.equal(p95Text(record), 'response p95 200 ms');
    assert.match(renderHtml(record), /<dt>Response time p95<\/dt><dd>200 ms<small>latency: 20\.0 ms<\/small>/);
    assert.match(renderMarkdown(record), /Response time p95 \*\*200 ms\*\* \(latency 20\.0 ms\)/);
    // Of a target it is not known.
    assert.equal(p95Text(record.perTarget[0]!), 'p95 20.0 ms');
  });

  it('are the slower of response time and latency of successes if responses failed in the open model', () => {
    assert.deepEqual(firstOfFlood(0), ['successes', 1009.55, 'response time']);
    assert.deepEqual(firstOfFlood(2_000), ['response time', 2011, 'successes']);
  });

  it('are empty if nothing succeeded', () => {
    const record = recordOf(closedLoop(50, 5, () => ({ latencyMs: 2, status: 503 })));
    assert.deepEqual(headlineThroughput(record), { first: 0, beside: 2_500 });
    assert.equal(p95Text(record), 'p95 of successes –');
  });
});
