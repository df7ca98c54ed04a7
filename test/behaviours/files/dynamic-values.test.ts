import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../../src/core/endpoints/prepare.ts';
import { makeSweepPlan } from '../../../src/core/plan/sweep.ts';
import type { RunInput } from '../../../src/core/plan/types.ts';
import { valuesAfter } from '../../../src/core/record/after-run.ts';
import { runBenchmark } from '../../../src/engine/run.ts';
import { runSweep } from '../../../src/engine/sweep.ts';
import { runInput } from '../../support/run-input.ts';

const hooks = { version: '0', signal: new AbortController().signal };

describe('new values for every request', function () {
  this.timeout(60_000);
  let server: Server;
  let base: string;
  let seen: string[];
  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      seen.push(...(request.url ?? '').split('/').slice(2));
      response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    base = `http://127.0.0.1:${address.port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Two targets: what makes values differ must not be the target alone. */
  const inputOf = (plan: object): RunInput => {
    const { targets } = parseEndpoints(`${base}/a/{{$guid}}\n${base}/b/{{$guid}}/{{$random.hexadecimal(16)}}`);
    const lookups = { env: () => undefined, secret: () => undefined, bodyFile: () => undefined, shownAs: 'e.txt' };
    const { requests } = prepareTargets(targets, lookups);
    return {
      ...runInput(
        requests.map(({ url }) => url),
        { plan },
      ),
      targets,
      requests,
    };
  };
  const assertEachOnce = (): void => assert.equal(new Set(seen).size, seen.length);

  it('continue from the warm-up and between runs, and are the same for the same start', async () => {
    const input = inputOf({ requests: 30, warmup: 10, concurrency: 4 });
    const first = await runBenchmark(input, hooks);
    assert.deepEqual(first.values, { start: 0, taken: 40 });
    const ofFirst = seen.toSorted();
    const second = await runBenchmark({ ...input, valueStart: valuesAfter(first) ?? 0 }, hooks);
    assert.deepEqual(second.values, { start: 40, taken: 40 });
    assert.ok(seen.length > 80);
    assertEachOnce();
    seen = [];
    await runBenchmark(input, hooks);
    assert.deepEqual(seen.toSorted(), ofFirst);
  });

  it('continue over several event loops', async () => {
    const record = await runBenchmark(inputOf({ requests: 60, warmup: 20, concurrency: 4, workers: 2 }), hooks);
    assert.equal(record.successes, 60);
    assertEachOnce();
  });

  it('continue over levels', async () => {
    const choices = { levels: [1, 2, 4], requests: 12, warmup: 5, coolDownMs: 0 };
    const plan = makeSweepPlan(choices, { defaults: {}, objectives: [] });
    const { plan: _, ...input } = inputOf({});
    const sweep = await runSweep({ ...input, plan }, hooks);
    assert.deepEqual(
      sweep.levels.map(({ values }) => values),
      [0, 17, 34].map((start) => ({ start, taken: 17 })),
    );
    assertEachOnce();
  });
});
