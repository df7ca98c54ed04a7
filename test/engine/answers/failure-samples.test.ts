import assert from 'node:assert/strict';
import { createFailureSamples, type FailureSamples } from '../../../src/engine/answers/failure-samples.ts';

const fail = (samples: FailureSamples, text: string, status = 500, target = 0): void => {
  const count = samples.weigh(status);
  if (count > 0) samples.add({ target, status, text, cut: false, count });
};

describe('createFailureSamples', () => {
  it('masks secrets before it truncates', () => {
    const samples = createFailureSamples(['a', 'b'], ['topsecret']);
    samples.add({ target: 1, status: 500, text: `${'x'.repeat(508)}topsecret and more`, cut: false, count: 1 });
    assert.deepEqual(samples.list(), [
      { target: 'b', status: 500, text: `${'x'.repeat(508)}*** `, reason: `${'x'.repeat(199)}…`, count: 1 },
    ]);
  });

  it('shows no part of a secret at the end of the collected bytes', () => {
    const samples = createFailureSamples(['a'], ['topsecret']);
    samples.add({ target: 0, status: 500, text: 'begin topsec', cut: true, count: 1 });
    assert.deepEqual(samples.list(), [{ target: 'a', status: 500, text: 'beg', reason: 'beg', count: 1 }]);
  });

  it("masks secrets before it groups, so different secrets don't separate equal failures", () => {
    const samples = createFailureSamples(['a'], ['first-secret', 'other-secret']);
    fail(samples, 'no access for first-secret');
    fail(samples, '{"message":"no access for other-secret"}');
    assert.deepEqual(
      samples.list().map(({ reason, count }) => [reason, count]),
      [['no access for ***', 2]],
    );
  });

  it('masks secrets that appear only after decoding', () => {
    const samples = createFailureSamples(['a'], ['päss&word']);
    fail(samples, '<title>bad p&#228;ss&amp;word</title>');
    assert.equal(samples.list()[0]?.reason, 'bad ***');
  });

  it('has one entry per status and text, with its count', () => {
    const samples = createFailureSamples(['a'], []);
    for (let i = 0; i < 30; i += 1) fail(samples, i % 3 === 0 ? 'busy' : 'full', i % 2 === 0 ? 503 : 429);
    assert.deepEqual(
      samples.list().map(({ status, reason, count, estimated }) => [status, reason, count, estimated]),
      [
        [429, 'full', 10, undefined],
        [503, 'full', 10, undefined],
        [503, 'busy', 5, undefined],
        [429, 'busy', 5, undefined],
      ],
    );
  });

  it('reads one in 16 of many failures, and the counts add up to all of them', () => {
    const samples = createFailureSamples(['a'], []);
    let read = 0;
    for (let i = 0; i < 100_000; i += 1) {
      const count = samples.weigh(429);
      if (count === 0) continue;
      read += 1;
      samples.add({ target: 0, status: 429, text: i % 4 === 0 ? 'one' : 'three', cut: false, count });
    }
    assert.ok(read > 6_000 && read < 8_500, String(read));
    const [first, second] = samples.list();
    assert.deepEqual([first?.reason, first?.estimated, second?.reason], ['three', true, 'one']);
    assert.ok(Math.abs((first?.count ?? 0) - 75_000) < 3_000, String(first?.count));
    assert.ok(Math.abs((first?.count ?? 0) + (second?.count ?? 0) - 100_000) <= 1);
  });
});
