import assert from 'node:assert/strict';
import type { Distribution, Numbers, Summary } from '../../../src/core/metrics/types.ts';
import {
  evaluateObjectives,
  perRequestLimitsMs,
  withoutTokenTimes,
  type Measured,
} from '../../../src/core/plan/objectives.ts';
import { objectiveMetrics } from '../../../src/core/values/objective-metrics.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { Objective } from '../../../src/core/vocabulary.ts';
import { closedLoop, recordOf } from '../record/fixtures.ts';

const parsed = (text: string): Objective[] => {
  const { objectives, error } = parseObjectives(text);
  assert.equal(error, undefined);
  return objectives;
};

/** A distribution whose figures are all `ms`, reliable or not. */
function distribution(ms: number | null, reliable = true): Distribution {
  const interval = reliable && ms !== null ? ([ms, ms] as const) : null;
  return {
    count: 1,
    min: ms,
    mean: ms,
    max: ms,
    stdev: null,
    median: ms,
    p90: ms,
    p95: ms,
    p99: ms,
    p999: ms,
    interval95: { median: interval, p90: interval, p95: interval, p99: interval, p999: interval },
  };
}

const numbers = (parts: Partial<Numbers>): Numbers => ({
  requestsSent: 100,
  responses: 100,
  successes: 100,
  successRatio: 1,
  statusCodes: { 200: 100 },
  errors: {},
  latencyMs: distribution(100),
  successLatencyMs: distribution(100),
  ttfbMs: distribution(null),
  throughputPerS: 50,
  successThroughputPerS: 50,
  bytesReceived: 0,
  outputTokens: 0,
  avgOutputTokens: null,
  outputTokensPerS: null,
  ...parts,
});

const outcome = (text: string, parts: Partial<Summary> = {}): unknown =>
  evaluateObjectives(parsed(text), { ...numbers({}), ...parts }).map((verdict) => [verdict.outcome, verdict.actual]);

describe('parseObjectives', () => {
  it('reads metric, operator, and value in the unit of the metric', () => {
    assert.deepEqual(
      parsed(' p95 < 500ms,errors<=1% , throughput >= 100/s,p99.9>1.5s, errors < 0.01, throughput > 2.5'),
      [
        { metric: 'p95', operator: '<', value: 500, text: 'p95 < 500ms' },
        { metric: 'errors', operator: '<=', value: 0.01, text: 'errors<=1%' },
        { metric: 'throughput', operator: '>=', value: 100, text: 'throughput >= 100/s' },
        { metric: 'p99.9', operator: '>', value: 1500, text: 'p99.9>1.5s' },
        { metric: 'errors', operator: '<', value: 0.01, text: 'errors < 0.01' },
        { metric: 'throughput', operator: '>', value: 2.5, text: 'throughput > 2.5' },
      ],
    );
  });

  it('reads the example of every metric', () => {
    for (const { name, example } of objectiveMetrics) assert.equal(parsed(example)[0]?.metric, name);
  });

  const bad: readonly (readonly [text: string, marked: string, words: RegExp])[] = [
    ['p95', 'p95', /metric, operator, and value/],
    ['p95 = 5ms', 'p95 = 5ms', /metric, operator, and value/],
    ['p95 < 500', 'p95 < 500', /unit.*p95 < 500ms/],
    ['max < 1s, errors < 101%', 'errors < 101%', /0% to 100%/],
    ['errors < 1.01', 'errors < 1.01', /0% to 100%/],
    ['throughput > fast', 'throughput > fast', /throughput > 100\/s/],
    ['p95 < 5ms,  averge < 1s', 'averge < 1s', /Use one of p50/],
    ['P95 < 5ms', 'P95 < 5ms', /Did you mean p95/],
    ['p95 < 5ms,,max < 1s', ',', /missing/],
    ['p95 < 5ms,', ',', /missing/],
  ];
  for (const [text, marked, words] of bad) {
    it(`reports where ${JSON.stringify(text)} is wrong`, () => {
      const { error } = parseObjectives(text);
      assert.ok(error);
      assert.equal(text.slice(error.offset, error.offset + error.length), marked);
      assert.match(`${error.message} ${error.hint}`, words);
    });
  }
});

/** Verdicts on a run with these numbers. */
const judge = (text: string, changes: Partial<Measured>) =>
  evaluateObjectives(parsed(text), { ...numbers({}), ...changes }).map(({ outcome: is, actual }) => [is, actual]);

describe('evaluateObjectives', () => {
  it('compares with each operator', () => {
    assert.deepEqual(outcome('p50 < 100ms, p50 <= 100ms, p50 > 100ms, p50 >= 100ms'), [
      ['fail', 100],
      ['pass', 100],
      ['fail', 100],
      ['pass', 100],
    ]);
  });

  it('counts every request without success as an error', () => {
    assert.deepEqual(outcome('errors < 1%, errors <= 25%', { successRatio: 0.75 }), [
      ['fail', 0.25],
      ['pass', 0.25],
    ]);
  });

  it("uses the worse of all responses and successes, so fast failures don't help", () => {
    const floodOfFast429 = { latencyMs: distribution(1), successLatencyMs: distribution(900) };
    const slow500 = { latencyMs: distribution(900), successLatencyMs: distribution(1) };
    assert.deepEqual(outcome('p95 < 500ms', floodOfFast429), [['fail', 900]]);
    assert.deepEqual(outcome('p95 < 500ms', slow500), [['fail', 900]]);
    assert.deepEqual(outcome('mean > 500ms', slow500), [['fail', 1]]);
  });

  it('never passes with too few samples', () => {
    assert.deepEqual(outcome('p99 < 1s', { successLatencyMs: distribution(100, false) }), [['not enough data', 100]]);
    assert.deepEqual(outcome('max < 1s', { successLatencyMs: distribution(null) }), [['not enough data', 100]]);
    assert.deepEqual(
      outcome('p50 < 1s, errors < 1%, throughput > 1', {
        latencyMs: distribution(null),
        successLatencyMs: distribution(null),
        successRatio: null,
        throughputPerS: null,
      }),
      [
        ['not enough data', null],
        ['not enough data', null],
        ['not enough data', null],
      ],
    );
  });

  it('judges goodput, and counts requests that were never sent as outside the limits', () => {
    const run = { goodputPerS: 8.2, sloAttainment: 0.96 };
    const backlog = { max: 20, maxAtMs: 0, waitedMs: 3, unsent: 20, widthMs: 50, waiting: [20] };
    assert.deepEqual(judge('goodput > 8/s, attainment >= 95%', run), [
      ['pass', 8.2],
      ['pass', 0.96],
    ]);
    assert.deepEqual(judge('attainment >= 95%', { ...run, backlog }), [['fail', 0.8]]);
    assert.deepEqual(judge('goodput > 8/s, attainment >= 95%', { goodputPerS: null, sloAttainment: null }), [
      ['not enough data', null],
      ['not enough data', null],
    ]);
  });

  it("doesn't let refusals meet an objective on throughput", () => {
    const refusing = numbers({ throughputPerS: 500, successThroughputPerS: 8 });
    const judged = ['throughput > 100', 'throughput < 100'].map(
      (text) => evaluateObjectives(parsed(text), refusing)[0],
    );
    assert.deepEqual(
      judged.map((verdict) => [verdict?.outcome, verdict?.actual]),
      [
        ['fail', 8],
        ['fail', 500],
      ],
    );
  });

  it('names the target of a verdict', () => {
    const objectives = parsed('throughput > 10');
    assert.deepEqual(evaluateObjectives(objectives, numbers({}), 'hello'), [
      { objective: objectives[0], target: 'hello', outcome: 'pass', actual: 50 },
    ]);
    assert.ok(!('target' in evaluateObjectives(objectives, numbers({}))[0]!));
  });
});

describe('perRequestLimitsMs', () => {
  it('uses the tightest upper bound on latency', () => {
    assert.deepEqual(perRequestLimitsMs(parsed('p95 < 500ms, max <= 2s, p50 > 1ms, errors < 1%')), {
      latencyMs: 500,
      others: undefined,
    });
    assert.deepEqual(perRequestLimitsMs(parsed('errors < 1%, throughput > 5')), {
      latencyMs: undefined,
      others: undefined,
    });
    assert.deepEqual(perRequestLimitsMs([]), { latencyMs: undefined, others: undefined });
  });
});

describe('objectives on other times', () => {
  const streams = { ttftMs: distribution(300), stallMs: distribution(2000, false) };

  it('are judged by that time', () => {
    assert.deepEqual(outcome('ttft.p95 < 500ms', streams), [['pass', 300]]);
    assert.deepEqual(outcome('ttft.p99.9 < 200ms', streams), [['fail', 300]]);
    assert.deepEqual(outcome('ttfb.mean < 1ms', { ttfbMs: distribution(2) }), [['fail', 2]]);
  });

  it('never pass without data', () => {
    assert.deepEqual(outcome('ttft.p95 < 500ms'), [['not enough data', null]]);
    assert.deepEqual(outcome('stall.p95 < 5s', streams), [['not enough data', 2000]]);
    assert.deepEqual(outcome('icl.max < 5s', { iclMs: distribution(null) }), [['not enough data', null]]);
  });

  it("are errors with a suggestion if the time doesn't exist", () => {
    assert.equal(parseObjectives('tfft.p95 < 500ms').error?.hint, 'Did you mean ttft.p95?');
    assert.equal(parseObjectives('ttft.p97 < 500ms').error?.message, 'Metric "ttft.p97" is unknown.');
    assert.match(parseObjectives('happiness < 500ms').error?.hint ?? '', /ttft\.p95 \(response, ttfb, ttft, icl/);
    assert.match(parseObjectives('ttft.p95 < 5%').error?.hint ?? '', /unit/);
  });

  it('apply to each request, the tightest of each time', () => {
    assert.deepEqual(perRequestLimitsMs(parsed('ttft.p95 < 500ms, ttft.mean < 200ms, p95 < 2s, stall.max > 1s')), {
      latencyMs: 2000,
      others: { ttft: 200 },
    });
    assert.deepEqual(
      withoutTokenTimes(parsed('ttft.p95 < 500ms, ttfb.p95 < 1s, p95 < 2s, errors < 1%')).map(({ metric }) => metric),
      ['ttfb.p95', 'p95', 'errors'],
    );
  });
});

describe('objectives on response time', () => {
  it('are judged from the scheduled time, not by latency', () => {
    const waited = { responseTimeMs: distribution(900) };
    assert.deepEqual(outcome('response.p95 < 800ms, p95 < 800ms', waited), [
      ['fail', 900],
      ['pass', 100],
    ]);
    const names = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'mean', 'max'];
    assert.deepEqual(
      outcome(names.map((name) => `response.${name} <= 900ms`).join(', '), waited),
      names.map(() => ['pass', 900]),
    );
  });

  it('never pass without data', () => {
    assert.deepEqual(outcome('response.p99 < 5s', { responseTimeMs: distribution(900, false) }), [
      ['not enough data', 900],
    ]);
    assert.deepEqual(outcome('response.max < 5s', { responseTimeMs: distribution(null) }), [['not enough data', null]]);
    // Two requests were never sent. Their times are longer than all others, and unknown.
    const backlog = { max: 3, maxAtMs: 10, waitedMs: 90, unsent: 2, widthMs: 50, waiting: [3, 2] };
    assert.deepEqual(outcome('response.p95 < 5s, p95 < 5s', { responseTimeMs: distribution(900), backlog }), [
      ['not enough data', 900],
      ['pass', 100],
    ]);
    assert.deepEqual(outcome('response.max < 5s'), [['not enough data', null]]);
  });

  it('apply to each request, including a response in one piece', () => {
    assert.deepEqual(perRequestLimitsMs(parsed('response.p95 < 800ms, response.max < 2s, response.mean > 1ms')), {
      latencyMs: undefined,
      others: { response: 800 },
    });
    assert.deepEqual(
      withoutTokenTimes(parsed('response.p95 < 1s, e2e.p95 < 1s')).map(({ metric }) => metric),
      ['response.p95'],
    );
  });
});

/** The outcome of an objective on so many requests whose latencies grow evenly. */
const judged = (text: string, count: number, fromMs: number, toMs: number): unknown => {
  const { latencyMs, successLatencyMs } = recordOf(
    closedLoop(count, 5, (i) => ({ latencyMs: fromMs + ((toMs - fromMs) * i) / Math.max(1, count - 1) })),
  );
  return evaluateObjectives(parsed(text), numbers({ latencyMs, successLatencyMs }))[0]?.outcome;
};

describe('objectives with few requests', () => {
  it("aren't met if every likely value of the percentile is too slow", () => {
    assert.equal(judged('p95 < 5ms', 40, 30, 31), 'fail');
    assert.equal(judged('p99 < 5ms', 40, 30, 31), 'fail');
    // The smallest of n lies above p50 in 1 of 2^n cases.
    assert.equal(judged('p50 < 5ms', 5, 30, 31), 'fail');
    assert.equal(judged('p50 < 5ms', 4, 30, 31), 'not enough data');
  });

  it("aren't judged if both outcomes are possible", () => {
    assert.equal(judged('p95 < 58ms', 40, 30, 60), 'not enough data');
    assert.equal(judged('p95 < 500ms', 40, 30, 31), 'not enough data');
    assert.equal(judged('p95 < 500ms', 59, 30, 31), 'pass');
  });

  it("aren't met if the upper bound shows it when a minimum is required", () => {
    assert.equal(judged('p50 > 50ms', 5, 30, 31), 'fail');
    assert.equal(judged('p50 > 50ms', 4, 30, 31), 'not enough data');
  });
});
