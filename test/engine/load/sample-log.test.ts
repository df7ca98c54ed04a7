import assert from 'node:assert/strict';
import type { GeneratedText, Sample } from '../../../src/core/metrics/types.ts';
import { summaryOf } from '../../../src/core/metrics/summary.ts';
import type { LoopResult } from '../../../src/engine/load/loops/loop.ts';
import { withTokens } from '../../../src/engine/load/loops/recount.ts';
import type { SentSample } from '../../../src/engine/load/types.ts';
import { createSampleLog, type LoggedSamples } from '../../../src/engine/load/sample-log.ts';

const textOf = (text: string, first: string): GeneratedText => ({
  bytes: new TextEncoder().encode(text),
  firstBytes: Buffer.byteLength(first),
});

/** A stream of eight words in two chunks: four after 100 ms, four after 120 ms. */
const gapsMs = new Float64Array([20, 99, 99]);
const streamed: Sample = {
  target: 0,
  scheduledMs: 0,
  sentMs: 0,
  headersMs: 50,
  endMs: 121,
  status: 200,
  bytes: 100,
  outputTokens: 2,
  tokenSource: 'chunks',
  stream: { firstTokenMs: 100, lastTokenMs: 120, chunks: 2, untimedTokens: 1, gapsMs },
  texts: [textOf('a b c d e f g h', 'a b c d')],
};
const words = (text: string): number => text.split(' ').length;
const openWords = (): Promise<typeof words> => Promise.resolve(words);
const openNothing = (): never => assert.fail('opened');
const options = { targetNames: ['a'], latencyLimitMs: [] };

/** The part of a loop's result that counting reads. */
const resultWith = (log: LoggedSamples): LoopResult =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest isn't read
  ({ log, sections: undefined, requests: 0 }) as unknown as LoopResult;

describe('the log of samples', () => {
  it('keeps copies of all samples once one needs counting', () => {
    const log = createSampleLog();
    const sample = { ...streamed, stream: { ...streamed.stream!, gapsMs: gapsMs.slice() } };
    log.add({ ...streamed, error: 'reset', texts: undefined });
    log.add(sample);
    sample.stream.gapsMs.fill(7);
    const { samples, unkept, checked } = log.taken();
    assert.equal(samples.length, 2);
    assert.deepEqual([...(samples[1]?.stream?.gapsMs ?? [])], [20]);
    assert.deepEqual([unkept, checked.length], [0, 0]);
  });

  it('keeps only the first texts of a server that reports tokens', () => {
    const log = createSampleLog();
    for (let i = 0; i < 2_000; i++) log.add({ ...streamed, outputTokens: 8, tokenSource: 'usage' });
    assert.deepEqual(log.taken().samples, []);
    assert.equal(log.taken().checked.length, 200);
    assert.equal(log.wantsTexts(), false);
    log.add(streamed);
    assert.equal(log.taken().unkept, 1);
  });

  it('excludes hidden reasoning from the checked counts', () => {
    const log = createSampleLog();
    log.add({ ...streamed, outputTokens: 20, hiddenTokens: 12, tokenSource: 'usage' });
    assert.equal(log.taken().checked[0]?.reported, 8);
  });

  it('stops at its memory limit', () => {
    const log = createSampleLog(2_000);
    for (let i = 0; i < 10; i++) log.add(streamed);
    const inputs = { reported: false, unkept: 0, checked: [] };
    assert.deepEqual(log.taken(), { samples: [], unkept: 10, checked: [], inputs });
  });

  const asked = { dialect: 'openai', body: new Uint8Array(400) } as const;

  it('gives up prompts before texts, and counts the memory of a body once', () => {
    const log = createSampleLog(4_000);
    for (let i = 0; i < 4; i++) log.add({ ...streamed, prompt: asked });
    assert.deepEqual([log.taken().samples.length, log.taken().inputs.unkept], [4, 0]);
    for (let i = 0; i < 2; i++) log.add({ ...streamed, prompt: { ...asked, body: new Uint8Array(900) } });
    const { samples, unkept, inputs } = log.taken();
    assert.deepEqual([samples.length, unkept, inputs.unkept], [6, 0, 6]);
    assert.ok(samples.every(({ prompt }) => prompt === undefined));
  });

  it('keeps samples only for their prompts, until the server reports input tokens', () => {
    const log = createSampleLog();
    const whole: SentSample = { ...streamed, outputTokens: 8, tokenSource: 'usage', prompt: asked };
    for (let i = 0; i < 3_000; i++) log.add(whole);
    assert.equal(log.taken().samples.length, 3_000);
    log.add({ ...whole, inputTokens: 7 });
    assert.deepEqual(log.taken().samples, []);
    assert.deepEqual(log.taken().inputs, { reported: true, unkept: 0, checked: [{ reported: 7, prompt: asked }] });
  });
});

describe('counting after a run', () => {
  it("updates output tokens and TPOT with the tokenizer's counts", async () => {
    const log = createSampleLog();
    for (let i = 0; i < 3; i++) log.add(streamed);
    log.add({ ...streamed, outputTokens: 8, tokenSource: 'usage', stream: undefined });
    const { results, facts } = await withTokens([resultWith(log.taken())], options, { open: openWords });
    assert.deepEqual(facts, { tokenCheck: { responses: 1, reported: 8, counted: 8 } });
    const [result] = results;
    assert.ok(result);
    const summary = summaryOf(result.state, options, { requestsCancelled: 0 });
    assert.equal(summary.outputTokens, 32);
    assert.equal(summary.tokenSource, 'tokenizer');
    // Four of eight tokens come after the first chunk, in 20 ms.
    assert.deepEqual([summary.tpotMs?.count, summary.tpotMs?.min, summary.tpotMs?.max], [3, 5, 5]);
  });

  it("opens a tokenizer only if it's needed", async () => {
    const before = [resultWith(createSampleLog().taken())];
    assert.deepEqual(await withTokens(before, options, { open: openNothing }), { results: before, facts: {} });
  });
});
