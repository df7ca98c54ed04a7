import assert from 'node:assert/strict';
import type { LlmChoices } from '../../../../src/core/endpoints/types.ts';
import { compactRecord } from '../../../../src/core/record/compact-run.ts';
import { compareRuns } from '../../../../src/core/report/tables/compare-runs.ts';
import type { TransportName } from '../../../../src/core/vocabulary.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import { streamOf } from '../../metrics/samples.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

const before = recordOf(closedLoop(100, 10, () => ({ latencyMs: 100 })));
const after = recordOf(closedLoop(100, 10, () => ({ latencyMs: 80 })));

/** The record with another transport, or as an older one that names none. */
const over = (run: RunRecord, transport?: TransportName): RunRecord => {
  const { transport: _known, ...client } = run.client;
  return { ...run, client: { ...client, ...(transport && { transport }) } };
};

const rowOf = (a: RunRecord, b: RunRecord, label: string) =>
  compareRuns(a, b).rows.find((each) => each.label === label);

/** Whether the quantile is unsure before and after. */
const unsure = (label: string) => {
  const row = rowOf(before, after, label);
  return [row?.before.unsure, row?.after.unsure];
};

const open = (run: RunRecord): RunRecord => ({ ...run, plan: { ...run.plan, loadModel: 'open' } });

/** 60 streams with this TTFT. */
const streamed = (ttftMs: number): RunRecord =>
  recordOf(
    Array.from({ length: 60 }, (_, index) =>
      streamOf([ttftMs, ttftMs + 10, ttftMs + 20], {
        sentMs: index * 100,
        inputTokens: 100,
        outputTokens: 3,
        tokenSource: 'usage',
      }),
    ),
  );

/** The run with these objectives and goodput. */
const judged = (text: string, goodputPerS: number): RunRecord => ({
  ...before,
  plan: { ...before.plan, objectives: parseObjectives(text).objectives },
  goodputPerS,
});

/** Samples of two targets in turn. */
const samples = (latencyMs: number) => closedLoop(100, 10, (i) => ({ latencyMs, target: i % 2 }));

/** The run with `sent` conversations of a file of three, from one of them. */
const talking = (start: number, sent: number): RunRecord => {
  const prompts = { distinct: 3, start, sent, turns: { mean: 2, min: 1, max: 3 } };
  return { ...before, targets: before.targets.map((target) => Object.assign({ prompts }, target)) };
};

describe('comparing runs', () => {
  it('shows numbers and changes', () => {
    assert.deepEqual(rowOf(before, after, 'p50 latency'), {
      label: 'p50 latency',
      unit: 'ms',
      lead: true,
      before: { value: before.latencyMs.median, unsure: false, interval: before.latencyMs.interval95.median },
      after: { value: after.latencyMs.median, unsure: false, interval: after.latencyMs.interval95.median },
      change: after.latencyMs.median! / before.latencyMs.median! - 1,
    });
    assert.equal(rowOf(before, after, 'Throughput')?.change, after.throughputPerS! / before.throughputPerS! - 1);
    assert.equal(rowOf(before, after, 'Success ratio')?.change, 0);
    assert.equal(rowOf(before, after, 'Output token throughput'), undefined);
    assert.deepEqual(compareRuns(before, after).differences, []);
  });

  it('starts with success, throughput, p50, and p95, those of successes if requests failed', () => {
    const failing = recordOf(closedLoop(100, 10, (i) => ({ latencyMs: 80, status: i < 10 ? 500 : 200 })));
    const leads = (b: RunRecord) =>
      compareRuns(before, b)
        .rows.filter(({ lead }) => lead)
        .map(({ label }) => label);
    assert.deepEqual(leads(after), ['Success ratio', 'Throughput', 'p50 latency', 'p95 latency']);
    assert.deepEqual(leads(failing), [
      'Success ratio',
      'Success throughput',
      'p50 latency, successes',
      'p95 latency, successes',
    ]);
    assert.equal(rowOf(before, failing, 'p95 latency')?.lead, false);
    assert.equal(rowOf(before, after, 'p95 latency, successes'), undefined);
    const labels = compareRuns(open(before), open(after)).rows.map(({ label }) => label);
    assert.deepEqual(labels.slice(2, 6), ['p50 response time', 'p95 response time', 'p50 latency', 'p95 latency']);
  });

  it('has the numbers of streams among the first, and token rates', () => {
    const { rows } = compareRuns(streamed(50), streamed(100));
    assert.deepEqual(
      rows.filter(({ lead }) => lead).map(({ label }) => label),
      [
        'Success ratio',
        'Throughput',
        'p50 latency',
        'p95 latency',
        'p95 time to first token (TTFT)',
        'p50 time per output token (TPOT)',
        'Output token throughput',
      ],
    );
    const ttft = rows.find(({ label }) => label === 'p95 time to first token (TTFT)');
    assert.deepEqual([ttft?.before.value, ttft?.after.value, ttft?.change], [50, 100, 1]);
    const labels = rows.map(({ label }) => label);
    assert.equal(new Set(labels).size, labels.length);
    assert.deepEqual(labels.slice(-2), ['Input token throughput', 'Total token rate']);
  });

  it('compares goodput under the same objectives only', () => {
    const [a, b, c] = [judged('p95 < 1s', 8), judged('p95 < 1s', 4), judged('p95 < 2s', 9)];
    assert.equal(rowOf(a, b, 'Goodput')?.change, -0.5);
    assert.equal(rowOf(a, c, 'Goodput'), undefined);
  });

  it('marks quantiles of too few responses', () => {
    assert.deepEqual(unsure('p95 latency'), [false, false]);
    assert.deepEqual(unsure('p99 latency'), [true, true]);
    assert.deepEqual(unsure('p99.9 latency'), [true, true]);
    assert.deepEqual(unsure('Max latency'), [false, false]);
  });

  it('shows no change if a side has no number, if it was 0, or if the work differs', () => {
    const none = recordOf([]);
    const row = rowOf(none, { ...after, plan: none.plan }, 'p50 latency');
    assert.deepEqual([row?.before.value, row?.change], [null, null]);
    assert.equal(rowOf({ ...before, throughputPerS: 0 }, after, 'Throughput')?.change, null);
    const wider = { ...after, plan: { ...after.plan, concurrency: 25 } };
    assert.deepEqual(
      compareRuns(before, wider).rows.filter(({ change }) => change !== null),
      [],
    );
  });

  it('compares the targets of both runs', () => {
    const targets = [targetOf('a'), targetOf('b')];
    const [a, b] = [recordOf(samples(100), { targets }), recordOf(samples(80), { targets })];
    const compared = compareRuns(a, b).targets;
    assert.deepEqual(
      compared.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(
      compared[0]?.rows.map(({ label, before: { value } }) => [label, value]),
      [
        ['Success', 1],
        ['Throughput', a.perTarget[0]?.throughputPerS],
        ['p50', 100],
        ['p95', 100],
      ],
    );
    assert.equal(compared[0]?.rows[2]?.change?.toFixed(6), '-0.200000');
    const moved = recordOf(samples(80), { targets: [targetOf('a'), targetOf('b', 'http://localhost:6000/')] });
    const [only, ...others] = compareRuns(a, moved).targets;
    assert.deepEqual([only?.name, only?.rows[2]?.change, others], ['a', null, []]);
    assert.deepEqual(compareRuns(before, after).targets, []);
  });

  it("doesn't mistake the omissions of a shortened record for other targets", () => {
    const many = Array.from({ length: 60 }, (_, i) => targetOf(`t${String(i)}`));
    const slow = (first: number) =>
      compactRecord(
        recordOf(
          closedLoop(600, 10, (i) => ({ target: i % 60, latencyMs: i % 60 < first || i % 60 > first + 50 ? 10 : 50 })),
          { targets: many },
        ),
      );
    assert.deepEqual(compareRuns(slow(0), slow(8)).differences, []);
  });

  it('tells which conversations differ, but not in which round of the file they were sent', () => {
    assert.deepEqual(compareRuns(talking(0, 6), talking(6, 6)).differences, []);
    assert.deepEqual(compareRuns(talking(0, 2), talking(3, 2)).differences, []);
    assert.deepEqual(compareRuns(talking(0, 6), talking(2, 4)).differences, [
      'Conversations: 6 of 3, 2.00 turns each before, 4 of 3 from number 3, 2.00 turns each after.',
    ]);
  });

  it('lists what differs in the workload', () => {
    const { plan, environment } = before;
    const other = {
      ...after,
      plan: { ...plan, concurrency: 25, seed: 8 },
      tokenSource: 'output_tokens',
      percentileMethod: 'hdr-histogram',
      environment: { ...environment, host: 'laptop' },
      status: 'cancelled',
    } as const;
    assert.deepEqual(compareRuns(before, other).differences, [
      'Load: concurrency 10 (closed model) before, concurrency 25 (closed model) after.',
      'Seed: 7 before, 8 after.',
      'Percentile method: linear-interpolation before, hdr-histogram after.',
      'Token source: none before, output_tokens after.',
      'Machine: build-7 (AMD EPYC 9B14) before, laptop (AMD EPYC 9B14) after.',
      'The run after was canceled. Its numbers are partial.',
    ]);
    assert.deepEqual(compareRuns(over(before, 'undici'), over(after, 'raw')).differences, [
      'Transport: undici before, built-in HTTP client after.',
    ]);
    assert.deepEqual(compareRuns(over(before, 'raw'), over(after, 'raw')).differences, []);
    assert.deepEqual(compareRuns(over(before), over(after, 'undici')).differences, []);
    const moved = recordOf([], { targets: [targetOf('a', 'http://localhost:6000/')], plan });
    assert.deepEqual(compareRuns(before, moved).differences, [
      'Targets: GET http://localhost:5000/tokenizer?output_tokens=3 before, GET http://localhost:6000/ after.',
    ]);
    const asking = (llm: LlmChoices): RunRecord => recordOf([], { targets: [{ ...targetOf('a'), llm }], plan });
    const [few, many] = [asking({ maxTokens: 5, stream: true }), asking({ maxTokens: 50, stream: true })];
    assert.deepEqual(compareRuns(few, many).differences, ['Targets: @max-tokens 5 before, @max-tokens 50 after.']);
    const chat = { inputTokens: 'normal(256, 64)', stream: true };
    assert.deepEqual(
      compareRuns(asking(chat), asking({ ...chat, inputTokens: 'lognormal(256, 128)', sharedPrefix: '512 of 2' }))
        .differences,
      [
        'Targets: @input-tokens normal(256, 64) before, @input-tokens lognormal(256, 128) and @shared-prefix 512 of 2 after.',
      ],
    );
    assert.deepEqual(compareRuns(asking({ stream: true, maxTokens: 5 }), asking({ stream: true })).differences, [
      'Targets: @max-tokens 5 before, none after.',
    ]);
    const several = (...ports: readonly number[]): RunRecord =>
      recordOf([], { targets: ports.map((port, i) => targetOf(`t${i}`, `http://localhost:${port}/`)), plan });
    assert.deepEqual(compareRuns(several(1, 2), several(1, 3)).differences, [
      'Targets: GET http://localhost:2/ before, GET http://localhost:3/ after.',
    ]);
    assert.deepEqual(compareRuns(several(1, 2), several(3, 4)).differences, ['The targets differ.']);
    assert.deepEqual(compareRuns(several(1), several(1, 2)).differences, ['Targets: 1 before, 2 after.']);
    assert.deepEqual(compareRuns(few, asking({ stream: true, maxTokens: 5 })).differences, []);
  });
});
