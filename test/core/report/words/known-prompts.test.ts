import assert from 'node:assert/strict';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { renderSweepText } from '../../../../src/core/report/formats/sweep-reports.ts';
import { knownPromptSentences } from '../../../../src/core/report/words/llm/known-prompts.ts';
import { streamOf } from '../../metrics/samples.ts';
import { recordOf } from '../../record/fixtures.ts';
import { sweepOf } from '../../record/sweep-fixtures.ts';

/** A run of 40 generated prompts of 600 tokens, the first 256 the same. The template adds 20 tokens to each. */
function runOf(
  cachedTokens: number,
  changes: { inputTokens?: number; turns?: boolean; trace?: boolean } = {},
): RunRecord {
  const { inputTokens = 620, turns, trace } = changes;
  const samples = Array.from({ length: 40 }, (_, i) =>
    streamOf([10, 20], { sentMs: 100 * i, inputTokens, cachedTokens }),
  );
  const record = recordOf(samples);
  const tokens = { mean: 600, min: 400, max: 900 };
  const prompts = {
    distinct: 4_294_967_296,
    start: 0,
    sent: 40,
    askedInput: tokens,
    ...(turns && { turns: { mean: 3, min: 3, max: 3 } }),
  };
  const [target] = record.targets;
  assert.ok(target);
  // Under another load, the plan has no trace.
  const llm = { dialect: 'openai', path: '/', ...(trace ? { trace: 't.jsonl' } : { sharedPrefix: '256' }) } as const;
  return {
    ...record,
    targets: [{ ...target, prompts, llm }],
  };
}

describe('prompts that the server knows from an earlier run', () => {
  it('are found by cached tokens that generated prompts have not in common', () => {
    assert.deepEqual(knownPromptSentences([runOf(608)]), [
      "98.1% of the input tokens were in the server's prefix cache, more than these prompts have in common. An earlier run sent the same prompts, so TTFT is too fast. Use another seed (--seed, @seed).",
    ]);
    assert.match(
      renderText(runOf(608)).replaceAll(/\s+/g, ' '),
      /! 98\.1% of the input tokens were in the server's prefix cache/,
    );
  });

  it('are named by level in a sweep', () => {
    const [one, two] = [runOf(256), runOf(608)];
    const sweep = sweepOf([one, { ...two, plan: { ...two.plan, concurrency: 2 } }]);
    assert.match(renderSweepText(sweep).replaceAll(/\s+/g, ' '), /! Concurrency 2: up to 98\.1% of the input tokens/);
  });

  for (const [what, run] of [
    ['no cache', runOf(0)],
    ['a cached shared prefix and system prompt', runOf(272)],
    ['a server that cuts prompts off', runOf(256, { inputTokens: 300 })],
    ['conversations', runOf(608, { turns: true })],
    ['a trace, whose blocks repeat', runOf(608, { trace: true })],
  ] as const)
    it(`aren't found with ${what}`, () => assert.deepEqual(knownPromptSentences([run]), []));
});
