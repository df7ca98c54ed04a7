import assert from 'node:assert/strict';
import { headlineThroughput, headlineTime, p95Text } from '../../../src/core/report/headline.ts';
import { closedLoop, flood, recordOf } from './fixtures.ts';

describe('what is looked at first', () => {
  it('is every response where all succeeded', () => {
    const record = recordOf(closedLoop(100, 10, () => ({ latencyMs: 20 })));
    assert.deepEqual(headlineThroughput(record), { first: 500, beside: null });
    assert.deepEqual(headlineTime(record), { first: { of: 'all responses', times: record.latencyMs }, beside: null });
    assert.equal(p95Text(record), 'p95 20.0 ms');
  });

  it('is the successes where responses failed, however fast those were, and all responses beside them', () => {
    const record = recordOf(flood());
    assert.deepEqual(headlineThroughput(record), {
      first: record.successThroughputPerS,
      beside: record.throughputPerS,
    });
    assert.deepEqual(headlineTime(record), {
      first: { of: 'successes', times: record.successLatencyMs },
      beside: { of: 'all responses', times: record.latencyMs },
    });
    assert.equal(p95Text(record), 'p95 ~1.01 s');
    assert.equal(p95Text(record.perTarget[0]!), 'p95 ~1.01 s');
  });

  it('is nothing where nothing succeeded', () => {
    const record = recordOf(closedLoop(50, 5, () => ({ latencyMs: 2, status: 503 })));
    assert.deepEqual(headlineThroughput(record), { first: 0, beside: 2_500 });
    assert.equal(p95Text(record), 'p95 –');
  });
});
