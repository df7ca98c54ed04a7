import assert from 'node:assert/strict';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { printEndpoints } from '../../src/core/endpoints/print.ts';
import { requestsToJudge } from '../../src/core/plan/capacity.ts';
import { parseObjectives } from '../../src/core/values/objectives.ts';
import { mergeBacklogs, mergeEnvironments } from '../../src/core/scale-out/merge-senders.ts';
import type { ShareFacts } from '../../src/core/scale-out/share-report.ts';
import { recordOf } from './record/fixtures.ts';

const count = 200_000;

/** Lists of this length can't be the arguments of one call. */
describe('lists with 200,000 entries', function () {
  this.timeout(30_000);

  it('show how many requests objectives need', () => {
    const [objective] = parseObjectives('p99 < 1s').objectives;
    assert.ok(objective);
    assert.equal(requestsToJudge(Array.from({ length: count }, () => objective)), 2 * 299);
  });

  it('print the lines of a body', () => {
    const text = `POST http://a/\n\n${'line\n'.repeat(count)}`;
    const printed = printEndpoints(parseEndpoints(text));
    assert.equal(printed.match(/^line$/gm)?.length, count);
  });

  it('merge shares', () => {
    const { client, environment, addresses, failureSamples } = recordOf([]);
    const share: ShareFacts = {
      client,
      environment,
      addresses,
      failureSamples,
      warmupSent: 0,
      requestsCancelled: 0,
      number: 0,
      requests: 1,
      startedAtMs: 0,
      firstSentAtMs: 0,
      lastEndAtMs: 1,
      limited: false,
      backlog: { max: 2, maxAtMs: 0, waitedMs: 3, unsent: 1, widthMs: 50, waiting: [2] },
    };
    const shares = Array.from({ length: count }, () => share);
    assert.equal(mergeEnvironments(shares).cores, environment.cores);
    const backlog = mergeBacklogs(shares, 0);
    assert.deepEqual([backlog?.max, backlog?.waitedMs, backlog?.unsent], [2 * count, 3, count]);
  });
});
