import assert from 'node:assert/strict';
import {
  createFailureGroups,
  mergeFailures,
  mostFailureGroups,
  type Failure,
} from '../../../src/core/failures/groups.ts';
import type { FailureSample } from '../../../src/core/metrics/types.ts';

const failure = (reason: string, rest: Partial<Failure> = {}): Failure => ({
  target: 'a',
  status: 400,
  reason,
  text: reason,
  count: 1,
  ...rest,
});

const grouped = (failures: readonly Failure[], most?: number): FailureSample[] => {
  const groups = createFailureGroups(most);
  for (const each of failures) groups.add(each);
  return groups.list();
};

const counts = (samples: readonly FailureSample[]): [string, number | undefined][] =>
  samples.map(({ status, error, reason = '', count }) => [`${error ?? String(status)}: ${reason}`, count]);

/** A word without a digit for each number. */
const word = (i: number): string => Array.from(String(i), (digit) => 'abcdefghij'[Number(digit)]).join('');

describe('failure samples', () => {
  it('are grouped by status or error kind, and by text, most frequent first', () => {
    const failures = [
      failure('rare'),
      failure('busy', { status: 503 }),
      failure('busy', { status: 503, target: 'b' }),
      failure('busy', { status: 429, count: 3 }),
      failure('read ECONNRESET', { status: 0, error: 'reset', count: 2 }),
    ];
    assert.deepEqual(counts(grouped(failures)), [
      ['429: busy', 3],
      ['503: busy', 2],
      ['reset: read ECONNRESET', 2],
      ['400: rare', 1],
    ]);
    assert.deepEqual(grouped(failures)[1]?.targets, ['a', 'b']);
    assert.equal(grouped(failures)[0]?.targets, undefined);
  });

  it('keep different numbers separate while there are few', () => {
    const failures = [failure('code 1001', { count: 5 }), failure('code 2002', { count: 3 })];
    assert.deepEqual(counts(grouped(failures)), [
      ['400: code 1001', 5],
      ['400: code 2002', 3],
    ]);
  });

  it('are merged if they differ only in ids, numbers, or times', () => {
    const failures = Array.from({ length: 40 }, (_, i) =>
      failure(
        `Request req-${String(i)}f of 127.0.0.1 failed at 2026-01-01T00:00:${String(i + 10)}Z: limit of 120 files`,
      ),
    );
    assert.deepEqual(counts(grouped(failures)), [
      ['400: Request … of 127.0.0.1 failed at 2026-01-01T00:00:…Z: limit of 120 files'.replace('…Z', '…'), 40],
    ]);
  });

  it('are separate for each status, even with the same text', () => {
    const failures = [500, 501, 502, 503, 504].map((status) => failure('down', { status }));
    assert.equal(grouped(failures).length, 5);
  });

  it('are bounded, and marked if a count may be too low', () => {
    const unique = Array.from({ length: 5_000 }, (_, i) => failure(`no ${word(i)}`));
    const frequent = unique.flatMap((each, i) => (i % 5 === 0 ? [each, failure('full')] : [each]));
    const list = grouped(frequent);
    assert.equal(list.length, mostFailureGroups);
    assert.deepEqual(counts(list)[0], ['400: full', 1_000]);
    assert.equal(list[0]?.estimated, undefined);
    assert.equal(list.at(-1)?.estimated, true);
  });

  it('of several event loops are added up', () => {
    const a = grouped([failure('x', { count: 2 }), failure('y', { count: 1 })]);
    const b = grouped([failure('y', { count: 4, estimated: true, target: 'b' })]);
    const merged = mergeFailures([a, [], b]);
    assert.deepEqual(counts(merged), [
      ['400: y', 5],
      ['400: x', 2],
    ]);
    assert.equal(merged[0]?.estimated, true);
    assert.deepEqual(merged[0]?.targets, ['a', 'b']);
    assert.deepEqual(mergeFailures([[], a]), a);
    assert.deepEqual(mergeFailures([]), []);
  });

  it('merged in one event loop are merged with those of another', () => {
    const ids = (from: number): FailureSample[] =>
      grouped(Array.from({ length: 9 }, (_, i) => failure(`no job ${String(from + i)}`)));
    assert.deepEqual(counts(mergeFailures([ids(1), ids(100), grouped([failure('no job 7')])])), [
      ['400: no job …', 19],
    ]);
  });

  it('of older records count as one each', () => {
    const old = { target: 'a', status: 400, text: 'old' };
    assert.deepEqual(
      counts(mergeFailures([[old], [{ ...old, target: 'b' }]])).map(([, count]) => count),
      [2],
    );
  });
});
