import assert from 'node:assert/strict';
import type { LlmChoices } from '../../../../src/core/endpoints/types.ts';
import { compareRuns } from '../../../../src/core/report/tables/compare-runs.ts';
import type { TransportName } from '../../../../src/core/vocabulary.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

const before = recordOf(closedLoop(100, 10, () => ({ latencyMs: 100 })));
const after = recordOf(closedLoop(100, 10, () => ({ latencyMs: 80 })));

/** The record with another transport, or as an older one that names none. */
const over = (run: RunRecord, transport?: TransportName): RunRecord => {
  const { transport: _known, ...client } = run.client;
  return { ...run, client: { ...client, ...(transport && { transport }) } };
};

describe('comparing runs', () => {
  it('gives numbers and deltas', () => {
    const { rows, differences } = compareRuns(before, after);
    const row = (label: string) => rows.find((each) => each.label === label);
    assert.deepEqual(row('p50 latency'), {
      label: 'p50 latency',
      unit: 'ms',
      before: before.latencyMs.median,
      after: after.latencyMs.median,
      delta: after.latencyMs.median! - before.latencyMs.median!,
      ratio: after.latencyMs.median! / before.latencyMs.median!,
    });
    assert.equal(row('Throughput')?.ratio, after.throughputPerS! / before.throughputPerS!);
    assert.equal(row('Success ratio')?.delta, 0);
    assert.equal(row('Output token throughput'), undefined);
    assert.deepEqual(differences, []);
  });

  it('has no delta where a side has no number, and no ratio to nothing', () => {
    const none = recordOf([]);
    const row = compareRuns(none, after).rows.find(({ label }) => label === 'p50 latency');
    assert.deepEqual([row?.before, row?.delta, row?.ratio], [null, null, null]);
    assert.equal(compareRuns(none, after).rows.find(({ label }) => label === 'Requests')?.ratio, null);
  });

  it('says what of the workload differs', () => {
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
    assert.deepEqual(compareRuns(before, moved).differences, ['The targets differ.']);
    const asking = (llm: LlmChoices): RunRecord => recordOf([], { targets: [{ ...targetOf('a'), llm }], plan });
    const [few, many] = [asking({ maxTokens: 5, stream: true }), asking({ maxTokens: 50, stream: true })];
    assert.deepEqual(compareRuns(few, many).differences, ['The targets differ.']);
    assert.deepEqual(compareRuns(few, asking({ stream: true, maxTokens: 5 })).differences, []);
  });
});
