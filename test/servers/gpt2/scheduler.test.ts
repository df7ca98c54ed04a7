import assert from 'node:assert/strict';
import type { Model } from '../../../src/servers/gpt2/runtime/model.ts';
import { createScheduler, type Job } from '../../../src/servers/gpt2/runtime/scheduler.ts';
import { drain, integers, job, tinyModel } from './support.ts';

const options = { maxBatch: 16, kvTokens: 8192, prefixCacheTokens: 0 };
const tokensOf = (emitted: readonly { id: number; token: number }[], id: number) =>
  emitted.filter((one) => one.id === id).map((one) => one.token);

const sampling = (seed: number) => ({ temperature: 1.3, topK: seed % 2 === 0 ? 40 : 0, topP: 0.95, seed });

async function alone(model: Model, only: Job): Promise<number[]> {
  const scheduler = createScheduler(model, options);
  scheduler.submit(only);
  return (await drain(scheduler)).map(({ token }) => token);
}

/** Hands jobs in one by one at random moments between steps. */
async function atRandom(model: Model, jobs: readonly Job[], seed: number) {
  const random = integers(seed);
  const scheduler = createScheduler(model, options);
  const left = [...jobs];
  const emitted: { id: number; token: number }[] = [];
  let largest = 0;
  for (;;) {
    while (left.length > 0 && random(2) === 0) scheduler.submit(left.shift()!);
    const done = await scheduler.advance();
    if (done === undefined && left.length === 0) return { emitted, largest, state: scheduler.state };
    largest = Math.max(largest, done?.batch ?? 0);
    emitted.push(...(done?.emitted ?? []));
  }
}

describe('GPT-2 scheduler', function () {
  this.timeout(60_000);

  for (const dtype of ['fp32', 'q8'] as const) {
    it(`${dtype}: 24 requests that join and leave at random get the same tokens as alone`, async () => {
      const model = await tinyModel(dtype);
      for (const [seed, longest] of [
        [5, 60],
        [6, 400],
      ] as const) {
        const random = integers(seed);
        const jobs = Array.from({ length: 24 }, (_, id) =>
          job(
            id,
            Array.from({ length: 1 + random(longest) }, () => random(50_000)),
            { maxTokens: 1 + random(25) },
          ),
        );
        const { emitted, largest, state } = await atRandom(model, jobs, seed);
        assert.ok(largest > 4, `they did share steps: ${largest}`);
        for (const one of jobs) {
          const expected = await alone(model, one);
          assert.equal(expected.length, one.maxTokens);
          assert.deepEqual(tokensOf(emitted, one.id), expected, `request ${one.id}`);
        }
        assert.deepEqual([state.running, state.waiting, state.kvTokensUsed], [0, 0, 0]);
      }
    });
  }

  it('seeded sampling gives the same tokens alone and in a batch', async () => {
    const model = await tinyModel('q8');
    const jobs = Array.from({ length: 6 }, (_, id) => job(id, [id + 1, 7, 9], { sampling: sampling(id) }));
    const { emitted } = await atRandom(model, jobs, 3);
    for (const one of jobs) assert.deepEqual(tokensOf(emitted, one.id), await alone(model, one));
  });

  it('a canceled sequence frees its slot at the next step, and the others continue unchanged', async () => {
    const model = await tinyModel('fp32');
    const jobs = [0, 1, 2, 3].map((id) => job(id, [100 + id, 5], { maxTokens: 30 }));
    const scheduler = createScheduler(model, options);
    for (const one of jobs) scheduler.submit(one);
    const emitted = [...(await scheduler.advance())!.emitted];
    const step = scheduler.advance();
    scheduler.cancel(1);
    emitted.push(...(await step)!.emitted);
    assert.equal(scheduler.state.running, 3);
    emitted.push(...(await drain(scheduler)));
    assert.equal(tokensOf(emitted, 1).length, 2);
    for (const id of [0, 2, 3]) assert.deepEqual(tokensOf(emitted, id), await alone(model, jobs[id]!));
  });

  it('a sequence can be canceled in the queue and during the prefill of its long prompt', async () => {
    const scheduler = createScheduler(await tinyModel('q8'), options);
    const long = Array.from({ length: 500 }, (_, i) => i);
    scheduler.submit(job(0, long));
    scheduler.submit(job(1, [1]));
    scheduler.submit(job(2, long));
    await scheduler.advance();
    scheduler.cancel(2);
    scheduler.cancel(0);
    assert.deepEqual([scheduler.state.running, scheduler.state.waiting], [1, 0]);
    const ids = new Set((await drain(scheduler)).map(({ id }) => id));
    assert.deepEqual([...ids], [1]);
  });

  it('a long prompt is processed in pieces while other sequences continue', async () => {
    const scheduler = createScheduler(await tinyModel('q8'), options);
    scheduler.submit(job(0, [1, 2, 3], { maxTokens: 12 }));
    await scheduler.advance();
    scheduler.submit(
      job(
        1,
        Array.from({ length: 600 }, (_, i) => i),
      ),
    );
    const seen: string[] = [];
    for (let i = 0; i < 6; i++) seen.push((await scheduler.advance())!.emitted.map(({ id }) => id).join());
    assert.deepEqual(seen, ['0', '0', '0', '0', '1,0,1', '0,1']);
  });

  it('sequences are queued in order while the batch or the KV budget is full', async () => {
    const model = await tinyModel('q8');
    const narrow = createScheduler(model, { ...options, maxBatch: 2 });
    for (const id of [0, 1, 2]) narrow.submit(job(id, [1, 2, id]));
    await narrow.advance();
    assert.deepEqual([narrow.state.running, narrow.state.waiting], [2, 1]);
    assert.equal((await drain(narrow)).at(-1)?.id, 2);

    const small = createScheduler(model, { ...options, kvTokens: 1024 });
    small.submit(job(0, [1], { maxTokens: 300 }));
    small.submit(job(1, [2], { maxTokens: 300 }));
    small.submit(job(2, [3], { maxTokens: 300 }));
    await small.advance();
    // Each may reach 384 tokens: two slots of that fit 1,024, three do not.
    assert.deepEqual([small.state.running, small.state.waiting], [2, 1]);
    assert.equal((await drain(small)).filter(({ id }) => id === 2).length, 300);
    assert.ok(small.state.kvTokensAllocated <= 1024);
  });

  it('fills the whole context, and never more', async () => {
    const scheduler = createScheduler(await tinyModel('q8'), options);
    scheduler.submit(
      job(
        0,
        Array.from({ length: 1000 }, (_, i) => i),
        { maxTokens: 24 },
      ),
    );
    const emitted = await drain(scheduler);
    assert.equal(emitted.length, 24);
    assert.equal(emitted.at(-1)?.end, 'length');
  });

  it("ends at the end-of-text token unless it's ignored", async () => {
    const model = await tinyModel('q8');
    const [first, second] = await alone(model, job(0, [4, 5], { maxTokens: 2 }));
    assert.ok(first !== undefined && second !== undefined);
    const ending: Model = { ...model, config: { ...model.config, eosTokenId: first } };
    const scheduler = createScheduler(ending, options);
    scheduler.submit(job(0, [4, 5], { ignoreEos: false }));
    scheduler.submit(job(1, [4, 5], { ignoreEos: true, maxTokens: 2 }));
    const emitted = await drain(scheduler);
    assert.deepEqual(
      emitted.filter(({ id }) => id === 0),
      [{ id: 0, token: first, end: 'stop' }],
    );
    assert.deepEqual(tokensOf(emitted, 1), [first, second]);
  });

  for (const dtype of ['fp32', 'q8'] as const) {
    it(`${dtype}: prompts with a common prefix get the same tokens with and without the prefix cache`, async () => {
      const model = await tinyModel(dtype);
      const random = integers(9);
      const tokens = (count: number): number[] => Array.from({ length: count }, () => random(50_000));
      const prefixes = [tokens(256), tokens(300), tokens(100)];
      const jobs = Array.from({ length: 24 }, (_, id) =>
        job(id, [...(prefixes[id >> 3] ?? []), ...tokens(1 + random(400))], { maxTokens: 1 + random(20) }),
      );
      // The cache has room for five pieces, so some are removed in between.
      const cached = createScheduler(model, { ...options, prefixCacheTokens: 5 * 128 + 1 });
      for (const one of jobs) cached.submit(one);
      const emitted = await drain(cached);
      for (const one of jobs) assert.deepEqual(tokensOf(emitted, one.id), await alone(model, one), `request ${one.id}`);
      assert.ok(cached.state.prefixCacheHits >= 256, `${cached.state.prefixCacheHits}`);
      assert.equal(cached.state.prefixCacheTokens, 640);
    });
  }

  it('reuses full blocks of 128 tokens from the prefix cache, but never the last token', async () => {
    const model = await tinyModel('q8');
    const scheduler = createScheduler(model, { ...options, prefixCacheTokens: 1024 });
    const prompt = Array.from({ length: 600 }, (_, i) => i);
    const cachedOf = async (id: number, length: number): Promise<number | undefined> => {
      scheduler.submit(job(id, prompt.slice(0, length), { maxTokens: 2 }));
      const [first, second] = await drain(scheduler);
      assert.equal(second?.cachedTokens, undefined);
      return first?.cachedTokens;
    };
    assert.deepEqual(
      [await cachedOf(0, 300), await cachedOf(1, 300), await cachedOf(2, 256), await cachedOf(3, 128)],
      [undefined, 256, 128, undefined],
    );
    assert.deepEqual([await cachedOf(4, 600), await cachedOf(5, 600)], [256, 512]);
    const { prefixCacheQueries, prefixCacheHits, prefixCacheTokens } = scheduler.state;
    assert.deepEqual(
      [prefixCacheQueries, prefixCacheHits, prefixCacheTokens],
      [300 + 300 + 256 + 600 + 600, 256 + 128 + 256 + 512, 512],
    );
  });
});
