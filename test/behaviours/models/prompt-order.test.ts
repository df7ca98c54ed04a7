import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import type { RunInput } from '../../../src/core/plan/types.ts';
import { makeSearchPlan } from '../../../src/core/plan/capacity-search.ts';
import { makeSweepPlan } from '../../../src/core/plan/sweep.ts';
import { startsAfter } from '../../../src/core/record/after-run.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { runBenchmark } from '../../../src/engine/run.ts';
import { findCapacity } from '../../../src/engine/capacity-search.ts';
import { runSweep } from '../../../src/engine/sweep.ts';
import { freshFolder, runCli } from '../../cli/spawn.ts';
import { runInput } from '../../support/run-input.ts';
import { startStreamServer, type StreamServer } from '../../support/stream-server.ts';

const hooks = { version: '0', signal: new AbortController().signal };

const inputOf = (plan: object, ...requests: PreparedRequest[]): RunInput => ({
  ...runInput(
    requests.map(({ url }) => url),
    { plan },
  ),
  requests,
});
const assertEachOnce = (prompts: readonly string[]): void => assert.equal(new Set(prompts).size, prompts.length);

describe('the order of prompts', function () {
  this.timeout(60_000);
  let server: StreamServer;
  beforeEach(async () => {
    server = await startStreamServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices":[{"text":"a","finish_reason":"stop"}],"usage":{"completion_tokens":1}}');
    });
  });
  afterEach(() => server.close());

  const asking = (count: number, order: 'rotate' | 'random' = 'rotate', mark = 'p'): PreparedRequest => {
    const bodies = Array.from({ length: count }, (_, i) => Buffer.from(JSON.stringify({ prompt: `${mark}${i}` })));
    return {
      method: 'POST',
      url: `${server.url}/v1/completions`,
      headers: [],
      dialect: 'openai',
      ...(bodies[0] && { body: bodies[0] }),
      prompts: { bodies, order },
    };
  };
  const sent = (): string[] => server.bodies.map((body) => String(JSON.parse(body).prompt));

  for (const order of ['rotate', 'random'] as const) {
    it(`continues from the warm-up, ${order}, and repeats no prompt before all were sent`, async () => {
      const record = await runBenchmark(
        inputOf({ requests: 30, warmup: 10, concurrency: 4 }, asking(40, order)),
        hooks,
      );
      assertEachOnce(sent());
      assert.equal(sent().length, 40);
      assert.deepEqual(record.targets[0]?.prompts, { distinct: 40, start: 0, sent: 40 });
      assert.match(renderText(record), /prompts\s+40 of 40 sent, none twice/);
    });

    it(`continues from run to run, ${order}`, async () => {
      const input = inputOf({ requests: 7, warmup: 3, concurrency: 2 }, asking(40, order));
      let promptStarts: number[] = [];
      for (let run = 0; run < 4; run++) {
        const record = await runBenchmark({ ...input, promptStarts }, hooks);
        promptStarts = startsAfter(record);
      }
      assertEachOnce(sent());
      assert.deepEqual(promptStarts, [40]);
      const first = sent().slice(0, 10).toSorted();
      const again = await runBenchmark({ ...input, promptStarts }, hooks);
      assert.deepEqual(sent().slice(40).toSorted(), first);
      assert.match(
        renderText(again).replaceAll(/\s+/g, ' '),
        /10 of 40 sent, none twice, starting with number 1; 10 had been sent in earlier runs/,
      );
    });
  }

  const sequence = async (seed: number, start: number): Promise<string[]> => {
    const before = server.bodies.length;
    const input = inputOf({ requests: 20, concurrency: 1, seed }, asking(50, 'random'));
    await runBenchmark({ ...input, promptStarts: [start] }, hooks);
    return sent().slice(before);
  };

  it('is the same for the same seed and start, and differs for another seed', async () => {
    const first = await sequence(3, 5);
    assert.deepEqual(await sequence(3, 5), first);
    assert.notDeepEqual(await sequence(4, 5), first);
    assert.deepEqual((await sequence(3, 6)).slice(0, 19), first.slice(1));
  });

  it('is separate for each target of a mix', async () => {
    const input = inputOf(
      { requests: 60, warmup: 10, concurrency: 4 },
      asking(60, 'rotate', 'a'),
      asking(60, 'rotate', 'b'),
    );
    const record = await runBenchmark(input, hooks);
    assertEachOnce(sent());
    const [a, b] = record.targets.map(({ prompts }) => prompts?.sent ?? 0);
    assert.equal(a, sent().filter((prompt) => prompt.startsWith('a')).length);
    assert.equal((a ?? 0) + (b ?? 0), 70);
  });

  it('is shared by several event loops', async () => {
    await runBenchmark(inputOf({ requests: 200, warmup: 40, concurrency: 8, workers: 2 }, asking(240)), hooks);
    assert.equal(sent().length, 240);
    assertEachOnce(sent());
  });

  it('is shared by the shares of a load', async () => {
    const input = inputOf({ requests: 60, warmup: 9, concurrency: 6 }, asking(69));
    for (const number of [0, 1, 2]) await runBenchmark({ ...input, share: { number, of: 3 } }, hooks);
    assert.equal(sent().length, 69);
    assertEachOnce(sent());
  });

  it('continues over the levels of a sweep, and of a search', async () => {
    const input = inputOf({}, asking(200));
    const file = { defaults: {}, objectives: [] };
    const choices = { levels: [1, 2, 4], requests: 20, warmup: 2, coldStart: true, coolDownMs: 0 };
    const sweep = await runSweep({ ...input, plan: makeSweepPlan(choices, file) }, hooks);
    assert.deepEqual(
      sweep.levels.map(({ targets }) => targets[0]?.prompts?.start),
      [0, 22, 44],
    );
    assertEachOnce(sent());
    const before = server.bodies.length;
    const objectives = [{ metric: 'p50', operator: '<', value: 10_000, text: 'p50 < 10s' }] as const;
    const search = { by: 'concurrency', objectives, range: [1, 4] } as const;
    const searched = makeSearchPlan(search, { requests: 20, warmup: 0, coolDownMs: 0 }, { defaults: {} });
    await findCapacity({ ...input, plan: searched }, hooks);
    assertEachOnce(sent().slice(before));
  });

  const folder = freshFolder();
  const run = async (text: string, ...options: string[]): Promise<string> => {
    writeFileSync(join(folder.path, 'p.txt'), 'one\ntwo\nthree\n');
    writeFileSync(join(folder.path, 'e.txt'), text.replaceAll('HOST', server.url));
    return (await runCli(['run', 'e.txt', '-q', ...options], { cwd: folder.path, input: '' })).stdout;
  };
  it('is stored in the result, with the number of repeats', async () => {
    const target = 'POST HOST/v1/completions\n{"model": "m"}';
    const file = `# @prompts p.txt\n${target}`;
    assert.match(await run(file, '-n', '3'), /prompts\s+3 of 3 sent, none twice/);
    assert.match(await run(file, '-n', '7'), /each of 3 was sent 2 to 3 times: a cache makes the server look faster/);
    assert.match(await run(file, '-n', '4', '--warmup', '2'), /each of 3 was sent 2 times: a cache/);
    assert.match(await run(file, '-n', '4', '--levels', '1,2'), /each of 3 was sent /);
    const fixed = 'POST HOST/v1/completions\n{"model": "m", "prompt": "x"}';
    assert.match(
      await run(fixed, '-n', '8'),
      /all 8 requests sent the same prompt: a cache makes the server look faster/,
    );
    assert.doesNotMatch(await run('HOST/plain', '-n', '8'), /prompt/);
  });
});
