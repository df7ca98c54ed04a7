import assert from 'node:assert/strict';
import type { ClientHealth } from '../../../../src/core/metrics/types.ts';
import type { ServerMetrics } from '../../../../src/core/metrics/server/server-metrics.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { renderHtml } from '../../../../src/core/report/formats/html.ts';
import { renderMarkdown } from '../../../../src/core/report/formats/markdown.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { bottleneckOf } from '../../../../src/core/report/words/bottleneck.ts';
import { renderSweepText, sweepReports } from '../../../../src/core/report/formats/sweep-reports.ts';
import { limitSentences } from '../../../../src/core/report/words/llm/sweep-limit.ts';
import { streamOf } from '../../metrics/samples.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';
import { sweepOf } from '../../record/sweep-fixtures.ts';

/** What was read of the mock server at concurrency 8, and what the client measured; times are means in ms. */
interface Readings {
  readonly running?: readonly number[];
  readonly waiting?: readonly number[];
  readonly kvCacheUse?: readonly number[];
  readonly preemptions?: number;
  readonly server: { readonly ttft: number; readonly e2e?: number; readonly queue?: number };
  readonly client: { readonly ttft: number; readonly e2e: number };
  readonly health?: Partial<ClientHealth>;
}

/** A counter at the five readings. */
const totals = (sum: number): number[] => [0, 0.2, 0.4, 0.6, 1].map((share) => share * sum);

/** A run with these readings: 16 tokens a stream, and the readings at its start, three times under load, and at its end. */
function runOf(readings: Readings): RunRecord {
  const { server, client, running = [8, 8, 8], waiting = [0, 0, 0], kvCacheUse, preemptions } = readings;
  const gapMs = (client.e2e - client.ttft) / 15;
  const arrivals = Array.from({ length: 16 }, (_, i) => client.ttft + i * gapMs);
  const samples = closedLoop(200, 8, () => ({ latencyMs: client.e2e + 1 })).map(({ sentMs }) =>
    streamOf(arrivals, { sentMs }),
  );
  const record = recordOf(samples);
  const serverMetrics: ServerMetrics = {
    url: 'http://127.0.0.1:8000/metrics',
    server: 'vLLM',
    failedReadings: 0,
    atMs: [-5, ...[0.2, 0.4, 0.6].map((share) => share * record.totalMs), record.totalMs + 5],
    figures: {
      running: [0, ...running, 0],
      waiting: [0, ...waiting, 0],
      ...(kvCacheUse && { kvCacheUse: [0, ...kvCacheUse, 0] }),
      ...(preemptions !== undefined && { preemptions: totals(preemptions) }),
      ttftSumS: totals((200 * server.ttft) / 1000),
      ttftCount: totals(200),
      ...(server.queue !== undefined && { queueSumS: totals((200 * server.queue) / 1000), queueCount: totals(200) }),
      ...(server.e2e !== undefined && { e2eSumS: totals((200 * server.e2e) / 1000), e2eCount: totals(200) }),
    },
  };
  const idle = { bound: null, eventLoopDelayP99Ms: 2, idleDelayP99Ms: 1, dispatchGapP99Ms: 1, cpuShare: 0.2, loops: 1 };
  return { ...record, serverMetrics, client: { ...record.client, ...idle, ...readings.health } };
}

/** The run with an objective that it misses. */
const missing = (run: RunRecord, metric: string): RunRecord => ({
  ...run,
  objectives: [{ objective: { metric, operator: '<', value: 1, text: `${metric} < 1ms` }, outcome: 'fail', actual: 2 }],
});

/** The run with another p95 of TTFT. */
const tail = (run: RunRecord, p95: number): RunRecord => ({
  ...run,
  ...(run.ttftMs && { ttftMs: { ...run.ttftMs, p95 } }),
});

const found = (run: RunRecord): string | undefined => bottleneckOf(run)?.sentence;

const light = { ttft: 30, e2e: 75 };
const queue: Readings = {
  running: [2, 2, 2],
  waiting: [6, 6, 5],
  server: { ttft: 255, e2e: 300 },
  client: { ttft: 256, e2e: 302 },
};

const cases: readonly [what: string, name: string, readings: Readings][] = [
  ['a queue', 'queue', queue],
  ['a full KV cache with a queue', 'kv-cache', { ...queue, kvCacheUse: [0.909, 0.909, 0.909] }],
  [
    'a KV cache with room for less than one more request',
    'kv-cache',
    { ...queue, running: [3, 3, 3], kvCacheUse: [0.84, 0.895, 0.79], preemptions: 28 },
  ],
  ['long prompts', 'prefill', { server: { ttft: 220, e2e: 241 }, client: { ttft: 222, e2e: 245 } }],
  [
    'decode behind a short queue that is never empty',
    'decode',
    {
      running: [8, 8, 8],
      waiting: [1, 1, 1],
      server: { ttft: 30, e2e: 600, queue: 9 },
      client: { ttft: 31, e2e: 602 },
    },
  ],
  [
    'a queue that takes a tenth of the latency',
    'queue',
    {
      running: [8, 8, 8],
      waiting: [1, 1, 1],
      server: { ttft: 90, e2e: 600, queue: 60 },
      client: { ttft: 91, e2e: 602 },
    },
  ],
  [
    'a queue in bursts that the readings miss',
    'queue',
    { server: { ttft: 134, e2e: 154, queue: 104 }, client: { ttft: 135, e2e: 156 } },
  ],
  [
    'long prompts with a short queue',
    'prefill',
    { server: { ttft: 270, e2e: 291, queue: 50 }, client: { ttft: 271, e2e: 293 } },
  ],
  [
    'long responses after a queue',
    'decode',
    { server: { ttft: 100, e2e: 405, queue: 80 }, client: { ttft: 101, e2e: 407 } },
  ],
  ['long responses', 'decode', { server: { ttft: 30, e2e: 405 }, client: { ttft: 34, e2e: 412 } }],
  ['a network with 80 ms in each direction', 'network', { server: light, client: { ttft: 205, e2e: 251 } }],
  ['a network of 10 kB/s', 'network', { server: light, client: { ttft: 140, e2e: 560 } }],
  [
    'a network that delays both, of a server without E2E',
    'network',
    { server: { ttft: 30 }, client: { ttft: 205, e2e: 251 } },
  ],
  [
    'a fast network that delays long responses',
    'decode',
    { server: { ttft: 30, e2e: 405 }, client: { ttft: 190, e2e: 565 } },
  ],
  [
    'a saturated client, whatever the server reports',
    'client',
    { ...queue, health: { bound: 'client', cpuShare: 0.95 } },
  ],
  [
    'a client that adds delay',
    'client',
    { server: light, client: { ttft: 55, e2e: 104 }, health: { bound: 'client', eventLoopDelayP99Ms: 60 } },
  ],
  [
    'a stopped client',
    'client',
    { server: light, client: { ttft: 158, e2e: 190 }, health: { bound: 'machine', eventLoopDelayP99Ms: 164 } },
  ],
];

describe('the bottleneck by recorded readings', () => {
  for (const [what, name, readings] of cases) {
    it(`is ${name}: ${what}`, () => {
      const found = bottleneckOf(runOf(readings));
      assert.equal(found?.name, name, found?.sentence);
    });
  }

  it('mentions a queue that was there in fewer than half of the readings', () => {
    const times = { server: { ttft: 220, e2e: 241 }, client: { ttft: 222, e2e: 245 } };
    const sentence = (waiting: readonly number[]): string | undefined =>
      bottleneckOf(runOf({ ...times, waiting }))?.sentence;
    assert.match(sentence([0, 0, 0]) ?? '', / of the end-to-end latency, without a queue\./);
    assert.match(
      sentence([0, 6, 0]) ?? '',
      /^Bottleneck: prefill\. .* latency, with requests queued in 33\.3% of the readings\./,
    );
  });

  it('is what delays the first token if only TTFT misses its objective', () => {
    const decode = runOf({ server: { ttft: 100, e2e: 405, queue: 25 }, client: { ttft: 101, e2e: 407 } });
    assert.equal(bottleneckOf(decode)?.name, 'decode');
    assert.equal(
      found(missing(tail(decode, 310), 'ttft.p95')),
      "Bottleneck: the server's queue. Requests spend 25.0 ms (mean) in it, and TTFT is 101 ms at p50, but 310 ms at p95.",
    );
    assert.equal(found(missing(decode, 'ttft.p95')), 'Bottleneck: prefill. Without the queue, TTFT is 76.0 ms (mean).');
    assert.equal(bottleneckOf(missing(tail(decode, 310), 'e2e.p95'))?.name, 'decode');
  });

  it('is the limit of a server that refuses requests, and nothing for other failures', () => {
    const decode = runOf({ server: { ttft: 30, e2e: 405 }, client: { ttft: 34, e2e: 412 } });
    const failing = (status: string): RunRecord => ({
      ...decode,
      successes: 150,
      successRatio: 0.75,
      statusCodes: { '200': 150, [status]: 50 },
    });
    assert.equal(
      bottleneckOf(failing('429'))?.sentence,
      "Bottleneck: the server's own limit. It refused 25% of the requests (status 429).",
    );
    assert.equal(bottleneckOf(failing('500')), null);
  });

  it('is the server despite small delays of the client', () => {
    const delayed = { bound: 'client', eventLoopDelayP99Ms: 6 } as const;
    assert.equal(bottleneckOf(runOf({ ...queue, health: delayed }))?.name, 'queue');
    const decode = { server: { ttft: 30, e2e: 405 }, client: { ttft: 34, e2e: 412 }, health: delayed };
    assert.equal(bottleneckOf(runOf(decode))?.name, 'decode');
  });

  it('has evidence in its sentence', () => {
    assert.equal(
      bottleneckOf(runOf({ server: { ttft: 134, e2e: 154, queue: 104 }, client: { ttft: 135, e2e: 156 } }))?.sentence,
      "Bottleneck: the server's queue. Requests spend 104 ms (mean) of a TTFT of 135 ms in it.",
    );
    assert.equal(
      bottleneckOf(runOf({ server: light, client: { ttft: 205, e2e: 251 } }))?.sentence,
      'Bottleneck: the way to the server. Mean end-to-end latency is 251 ms at the client, but 75.0 ms at the server.',
    );
    const stopped = { bound: 'machine', eventLoopDelayP99Ms: 164 } as const;
    assert.match(
      bottleneckOf(runOf({ server: light, client: { ttft: 158, e2e: 190 }, health: stopped }))?.sentence ?? '',
      /^Bottleneck: the client\. Mean TTFT is 158 ms at the client, but 30\.0 ms at the server\. .* late by 164 ms \(p99\)\.$/,
    );
  });

  it('is said at the start of each report, and once in a terminal', () => {
    const record = runOf(queue);
    for (const text of [renderText(record), renderMarkdown(record), renderHtml(record)]) {
      assert.match(text, /Bottleneck: the server[^]*time to first token/);
    }
    assert.equal(renderText(record).split('Bottleneck').length, 2);
  });

  it('is none without readings under load', () => {
    const { serverMetrics, ...without } = runOf(queue);
    assert.equal(bottleneckOf(without), null);
    assert.ok(serverMetrics !== undefined);
    const early = { ...serverMetrics, atMs: serverMetrics.atMs.map((_, i) => -5 + i) };
    assert.equal(bottleneckOf({ ...without, serverMetrics: early }), null);
  });
});

describe('what limits the server of a sweep', () => {
  const slo = { metric: 'ttft.p95', operator: '<', value: 200, text: 'ttft.p95 < 200ms' } as const;
  /** A level at this concurrency; `outcome` is that of its objective. */
  const levelOf = (concurrency: number, readings: Readings, outcome?: 'pass' | 'fail'): RunRecord => {
    const record = runOf(readings);
    const verdicts = outcome === undefined ? [] : [{ objective: slo, outcome, actual: 250 }];
    return { ...record, plan: { ...record.plan, concurrency }, objectives: verdicts };
  };
  const decode: Readings = { server: { ttft: 30, e2e: 405 }, client: { ttft: 34, e2e: 412 } };

  it('is the bottleneck of the lowest level that missed an objective, in every report', () => {
    const sweep = sweepOf([levelOf(4, decode, 'pass'), levelOf(16, queue, 'fail'), levelOf(8, queue, 'fail')]);
    const [sentence = ''] = limitSentences(sweep);
    assert.match(
      sentence,
      /^Bottleneck at concurrency 8: the server's queue\. Requests were queued in 100% of the readings/,
    );
    for (const text of [renderSweepText(sweep), sweepReports.markdown.render(sweep), sweepReports.html.render(sweep)])
      assert.match(
        text.replaceAll(/\s+/g, ' ').replaceAll('&#39;', "'"),
        /Bottleneck at concurrency 8: the server's queue/,
      );
  });

  it('is that of the highest concurrency without objectives', () => {
    assert.match(
      limitSentences(sweepOf([levelOf(1, decode), levelOf(8, queue)]))[0] ?? '',
      /at concurrency 8: the server's queue/,
    );
  });

  it("isn't known if all levels met the objectives, or without the server's metrics", () => {
    assert.deepEqual(limitSentences(sweepOf([levelOf(1, decode, 'pass'), levelOf(8, queue, 'pass')])), []);
    const { serverMetrics: _, ...without } = levelOf(8, queue, 'fail');
    assert.deepEqual(limitSentences(sweepOf([without])), []);
  });
});
