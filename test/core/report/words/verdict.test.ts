import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { checksOfRuns } from '../../../../src/core/report/checks/checks.ts';
import { objectiveTable } from '../../../../src/core/report/tables/tables.ts';
import { unmetOfRun } from '../../../../src/core/report/words/failure-words.ts';
import { verdictOf, verdictText } from '../../../../src/core/report/words/verdict.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import type { Verdict } from '../../../../src/core/vocabulary.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

const verdict = (
  text: string,
  metric: string,
  value: number,
  actual: number,
  outcome: Verdict['outcome'],
): Verdict => ({
  objective: { metric, operator: '<', value, text },
  actual,
  outcome,
});
const met = verdict('p95 < 100ms', 'p95', 100, 74, 'pass');
const missed = verdict('p95 < 50ms', 'p95', 50, 74, 'fail');
const unproven = verdict('p99 < 50ms', 'p99', 50, 40, 'not enough data');

/** A run of 100 requests, of which those with a status or an error fail. */
const run = (failures: readonly (number | ErrorKind)[], changes: Partial<RunRecord> = {}): RunRecord => ({
  ...recordOf(
    closedLoop(100, 5, (i) => {
      const failure = failures[i];
      if (failure === undefined) return { latencyMs: 10 };
      return typeof failure === 'number'
        ? { latencyMs: 10, status: failure }
        : { latencyMs: 10, status: 0, error: failure, headersMs: Number.NaN };
    }),
  ),
  ...changes,
});
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('the verdict on a run', () => {
  it("says if objectives are met, missed, or can't be judged, and says passed only with an objective", () => {
    assert.equal(verdictText(run([])), 'Completed: All 100 requests succeeded.');
    assert.equal(verdictText(run([], { objectives: [met] })), 'Passed: p95 74 ms, objective 100 ms.');
    assert.equal(verdictText(run([], { objectives: [met, met] })), 'Passed: All 2 objectives met.');
    assert.equal(verdictText(run([], { objectives: [met, missed] })), 'Failed: p95 74 ms, objective 50 ms.');
    const goodput = { metric: 'goodput', operator: '>', value: 5, text: 'goodput > 5/s' } as const;
    const unlimited = { objective: goodput, outcome: 'not enough data', actual: null } as const;
    assert.match(
      verdictText(run([], { objectives: [unlimited] })),
      /: goodput > 5\/s counts requests within the limits of times, and there is none\. Add one, such as p50 < 500ms\.$/,
    );
    assert.match(
      verdictText(run([], { objectives: [met, unlimited] })),
      /: Not enough requests to judge goodput > 5\/s\.$/,
    );
    assert.equal(
      verdictText(run([], { objectives: [met, unproven] })),
      'Not enough data: Not enough requests to judge p99 < 50ms: p99 needs 299.',
    );
  });

  it("says that an objective on a stream's time can't be judged without any stream", () => {
    const [objective] = parseObjectives('ttft.p95 < 500ms').objectives;
    assert.ok(objective);
    const judged = run([], { objectives: [met, { objective, outcome: 'not enough data', actual: null }] });
    const reason = "ttft.p95 < 500ms can't be judged: no response has such a time. Only streams of tokens do.";
    assert.equal(verdictText(judged), `Not judged: ${reason}`);
    assert.equal(unmetOfRun(judged), `1 of 2 objectives not met: ttft.p95 < 500ms isn't judged. ${reason}`);
    assert.equal(checksOfRuns([judged]).at(-1)?.message, 'not judged: no response has such a time');
    assert.equal(objectiveTable(judged, 10).note, reason);
  });

  it('counts failures by reason, the most frequent first', () => {
    const failures = [...times(12, 429), ...times(6, 503), ...times<ErrorKind>(3, 'prematureEnd')];
    assert.equal(
      verdictText(run(failures, { objectives: [missed] })),
      'Failed: p95 74 ms, objective 50 ms. 21% errors: 12 × 429, 6 × 503, 3 × response cut short.',
    );
    assert.equal(
      verdictText(run([...failures, 500])),
      'Completed with failures: 22% errors: 12 × 429, 6 × 503, 3 × response cut short, 1 more.',
    );
  });

  it('names the only reason in full', () => {
    const refused = run(times(100, 'refused'));
    assert.equal(verdictText(refused), 'No response: All 100 requests failed: connection refused.');
    assert.equal(verdictOf(run(times(100, 401))).sentence, 'All 100 requests failed: 401 Unauthorized.');
    assert.equal(verdictOf(run(times(3, 401))).sentence, '3% errors: 3 × 401 Unauthorized.');
  });

  it('explains what a partial result covers, and when the server stopped responding', () => {
    assert.equal(
      verdictText(run([], { status: 'cancelled', requestsCancelled: 4 })),
      'Canceled: Results cover 100 requests, excluding 4 in flight.',
    );
    assert.equal(
      verdictText(run([], { status: 'crashed', stopReason: 'Exit code 7.' })),
      'Stopped unexpectedly: Exit code 7. Results cover the 100 requests reported before that.',
    );
    assert.match(
      verdictText(run(times(9, 'refused'), { unresponsiveFromMs: 3200 })),
      /^Failed: The server stopped responding after 3\.20 s: connection refused\. 9% errors: 9 × connection refused/,
    );
  });

  it("ends with the client's part in it, if there is evidence", () => {
    const { client } = run([]);
    const of = (changes: Partial<RunRecord['client']>): string =>
      verdictOf(run([], { client: { ...client, ...changes } })).sentence;
    assert.match(of({ bound: 'client', cpuShare: 0.97 }), / Client-limited: the server may be faster\.$/);
    assert.match(of({ bound: 'client', cpuShare: 0.048 }), / Client delay: these results include delay/);
    assert.match(of({ bound: 'machine' }), / Noisy machine: rerun when idle\.$/);
  });

  it('is red if the run failed, and green only if objectives are met', () => {
    const tones = [run([]), run([429]), run([], { objectives: [met] }), run([], { objectives: [missed] })];
    assert.deepEqual(
      tones.map((record) => verdictOf(record).tone),
      ['plain', 'warning', 'good', 'bad'],
    );
  });
});
