import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isUnlucky, makeSchedule, type Timing } from '../../../../src/servers/mock/llm/schedule.ts';

const plain: Timing = {
  ttftMs: 50,
  ttftMsPerToken: 0,
  iclMs: 10,
  jitterMs: 0,
  seed: 1,
  tokensPerChunk: 1,
  stall: undefined,
  cutAt: undefined,
};
const fine = { index: 0, fails: false, uncachedTokens: 0 };

const stallTimes = (tokensPerChunk: number, token: number): number[] =>
  makeSchedule(6, { ...plain, tokensPerChunk, stall: { at: token, ms: 1000 } }, fine).map(({ atMs }) => atMs);
const failed = (rate: number, seed: number): number =>
  Array.from({ length: 10_000 }, (_, index) => isUnlucky(rate, seed, index)).filter(Boolean).length;

describe('schedule of a mock response', () => {
  it('has the first token after ttft_ms, and each other one icl_ms later', () => {
    assert.deepEqual(makeSchedule(3, plain, fine), [
      { atMs: 50, from: 0, to: 1, kind: 'tokens' },
      { atMs: 60, from: 1, to: 2, kind: 'tokens' },
      { atMs: 70, from: 2, to: 3, kind: 'tokens' },
    ]);
  });

  it('adds the time of each uncached token to TTFT', () => {
    const steps = makeSchedule(2, { ...plain, ttftMsPerToken: 0.5 }, { ...fine, uncachedTokens: 7 });
    assert.deepEqual(
      steps.map(({ atMs }) => atMs),
      [53.5, 63.5],
    );
  });

  it('has one step without tokens for a response without output', () => {
    assert.deepEqual(makeSchedule(0, plain, fine), [{ atMs: 50, from: 0, to: 0, kind: 'tokens' }]);
  });

  it('puts several tokens into a chunk, the rest into the last', () => {
    assert.deepEqual(
      makeSchedule(7, { ...plain, tokensPerChunk: 3 }, fine).map(({ atMs, from, to }) => [atMs, from, to]),
      [
        [50, 0, 3],
        [60, 3, 6],
        [70, 6, 7],
      ],
    );
  });

  it('stalls before the chunk with the token, and delays everything after it', () => {
    assert.deepEqual(stallTimes(1, 3), [50, 60, 1070, 1080, 1090, 1100]);
    assert.deepEqual(stallTimes(1, 1), [1050, 1060, 1070, 1080, 1090, 1100]);
    assert.deepEqual(stallTimes(2, 4), [50, 1060, 1070]);
    assert.deepEqual(stallTimes(2, 7), [50, 60, 70]);
  });

  it('ends at the cut or the error', () => {
    assert.deepEqual(makeSchedule(9, { ...plain, cutAt: 3 }, fine).at(-1), { atMs: 70, from: 2, to: 3, kind: 'cut' });
    assert.equal(makeSchedule(9, { ...plain, cutAt: 1 }, fine).length, 1);
    assert.equal(makeSchedule(9, { ...plain, cutAt: 10 }, fine).at(-1)?.kind, 'tokens');
    assert.deepEqual(makeSchedule(9, plain, { ...fine, fails: true }).at(-1), {
      atMs: 90,
      from: 4,
      to: 5,
      kind: 'error',
    });
  });

  it('gives each request its own jitter, the same for the same seed', () => {
    const jittered = { ...plain, jitterMs: 5 };
    const times = (seed: number, index: number): number[] =>
      makeSchedule(20, { ...jittered, seed }, { ...fine, index }).map(({ atMs }) => atMs);
    assert.deepEqual(times(7, 3), times(7, 3));
    assert.notDeepEqual(times(7, 3), times(7, 4));
    assert.notDeepEqual(times(7, 3), times(8, 3));
  });

  it('keeps every gap within the jitter, and every token in its position', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer(),
        fc.nat(1e6),
        (tokens, tokensPerChunk, seed, index) => {
          const steps = makeSchedule(tokens, { ...plain, tokensPerChunk, seed, jitterMs: 4 }, { ...fine, index });
          let atMs = 40;
          let next = 0;
          for (const step of steps) {
            const gap = step.atMs - atMs;
            assert.ok(gap >= 6 - 1e-9 && gap <= 14 + 1e-9, `${gap}`);
            assert.equal(step.from, next);
            ({ atMs, to: next } = step);
          }
          assert.equal(next, tokens);
        },
      ),
    );
  });

  it('fails about the requested share of requests', () => {
    assert.equal(failed(0, 1), 0);
    assert.equal(failed(1, 1), 10_000);
    assert.equal(failed(0.1, 1), failed(0.1, 1));
    assert.ok(Math.abs(failed(0.1, 1) - 1000) < 100);
  });
});
