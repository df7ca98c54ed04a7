import assert from 'node:assert/strict';
import { syntheticModels } from '../../../src/servers/gpt2/model/config.ts';
import { syntheticWeights } from '../../../src/servers/gpt2/model/synthetic.ts';
import { createKvCache } from '../../../src/servers/gpt2/runtime/kv-cache.ts';
import type { Model } from '../../../src/servers/gpt2/runtime/model.ts';
import { reference, remembering } from './reference.ts';
import { integers, tinyModel } from './support.ts';

const config = syntheticModels['synthetic-tiny']!;
const exact = reference(config, remembering(syntheticWeights(config)));
const any = integers(11);
const text = Array.from({ length: 24 }, () => any(config.vocabulary));

/** Logits after the prompt and after each further token, as the server computes them: one prefill, then single steps. */
async function served(model: Model, tokens: readonly number[], prompt: number): Promise<Float32Array[]> {
  const cache = createKvCache(config);
  cache.ensure(1, 128, []);
  const first = await model.step(cache, 0, [{ tokens: tokens.slice(0, prompt), past: 0 }], true);
  const logits = [Float32Array.from(first.logits!)];
  for (let past = prompt; past < tokens.length; past++) {
    const step = await model.step(cache, 0, [{ tokens: [tokens[past]!], past }], true);
    logits.push(Float32Array.from(step.logits!));
  }
  return logits;
}

const prompt = (length: number) => text.concat(text, text, text, text, text).slice(0, length);
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const cosine = (a: Float32Array, b: Float64Array): number => {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    dot += x * b[i]!;
    aa += x * x;
    bb += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(aa * bb);
};

describe('GPT-2 numerics', function () {
  this.timeout(60_000);

  it('fp32 differs from an exact forward pass by less than 1e-4, after a prefill and after each step', async () => {
    const expected = (await exact.forward(text)).slice(9);
    const actual = await served(await tinyModel('fp32'), text, 10);
    assert.equal(actual.length, expected.length);
    for (const [step, logits] of actual.entries()) {
      const worst = logits.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[step]![i]!)), 0);
      assert.ok(worst < 1e-4, `step ${step}: ${worst}`);
    }
  });

  it('fp32 greedy tokens equal those of the exact forward pass', async () => {
    const model = await tinyModel('fp32');
    for (const seed of [1, 2, 3]) {
      const choose = integers(seed);
      const expected = Array.from({ length: 5 }, () => choose(config.vocabulary));
      const cache = createKvCache(config);
      cache.ensure(1, 128, []);
      let step = await model.step(cache, 0, [{ tokens: expected, past: 0 }], false);
      for (let i = 0; i < 6; i++) {
        const logits = (await exact.forward(expected)).at(-1)!;
        const best = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
        assert.equal(step.topIds[0], best);
        step = await model.step(cache, 0, [{ tokens: [best], past: expected.length }], false);
        expected.push(best);
      }
    }
  });

  it('the candidates are the most likely of all logits, in order', async () => {
    const cache = createKvCache(config);
    cache.ensure(1, 128, []);
    const model = await tinyModel('q8');
    const { topIds, topValues, logits } = await model.step(cache, 0, [{ tokens: text, past: 0 }], true);
    const order = Array.from(logits!, (_, id) => id).toSorted((a, b) => logits![b]! - logits![a]! || a - b);
    assert.deepEqual([...topIds], order.slice(0, topIds.length));
    assert.deepEqual(
      [...topValues],
      [...topIds].map((id) => logits![id]!),
    );
  });

  for (const dtype of ['fp32', 'q8'] as const) {
    it(`${dtype} logits are bit-identical alone and in a batch, for any lengths`, async () => {
      const model = await tinyModel(dtype);
      const vocabulary = config.vocabulary;
      for (const length of [1, 2, 7, 16, 33, 127]) {
        const own = createKvCache(config);
        own.ensure(1, 128, []);
        const shared = createKvCache(config);
        shared.ensure(3, 512, []);
        for (let past = 0; past < length + 2; past += past === 0 ? length : 1) {
          const tokens = (of: number) => (past === 0 ? prompt(of) : [past]);
          const at = (of: number) => (past === 0 ? 0 : of + past - length);
          const rows = [128, length, 9].map((of) => ({ tokens: tokens(of), past: at(of) }));
          const alone = Float32Array.from((await model.step(own, 0, [rows[1]!], true)).logits!);
          const between = (await model.step(shared, 0, rows, true)).logits!.subarray(vocabulary, 2 * vocabulary);
          // Buffers compare by bits, and at once.
          assert.equal(Buffer.compare(bytesOf(alone), bytesOf(between)), 0, `prompt of ${length}, after ${past}`);
          if (past === 0 && length === 127) break;
        }
      }
    });
  }

  for (const [dtype, least] of [
    ['q8', 0.999],
    ['q4', 0.9],
  ] as const) {
    it(`${dtype} logits have the direction of the exact ones (cosine at least ${least})`, async () => {
      const expected = (await exact.forward(text)).slice(9);
      const actual = await served(await tinyModel(dtype), text, 10);
      for (const [step, logits] of actual.entries()) {
        const similarity = cosine(logits, expected[step]!);
        assert.ok(similarity >= least, `step ${step}: ${similarity}`);
      }
    });
  }
});
