import assert from 'node:assert/strict';
import type { RunRecord } from '../../../../../src/core/record/run.ts';
import { tokenCharts } from '../../../../../src/core/report/charts/llm/token-levels.ts';
import { renderSweepText, sweepReports } from '../../../../../src/core/report/formats/sweep-reports.ts';
import { operatingSentences } from '../../../../../src/core/report/words/llm/operating-point.ts';
import { streamOf } from '../../../metrics/samples.ts';
import { closedLoop, recordOf } from '../../../record/fixtures.ts';
import { sweepOf } from '../../../record/sweep-fixtures.ts';

/** A level of 300 streams: 10 tokens, the first after `ttftMs`, the others `gapMs` apart. */
function levelOf(concurrency: number, ttftMs: number, gapMs: number, met?: boolean): RunRecord {
  const latencyMs = ttftMs + 9 * gapMs + 1;
  const samples = closedLoop(300, concurrency, () => ({ latencyMs })).map(({ sentMs }) =>
    streamOf(
      Array.from({ length: 10 }, (_, i) => ttftMs + i * gapMs),
      { sentMs },
    ),
  );
  const objective = { metric: 'ttft.p95', operator: '<', value: 500, text: 'ttft.p95 < 500ms' } as const;
  const outcome = met === true ? 'pass' : 'fail';
  const record = recordOf(samples, {
    ...(met !== undefined && { limitMs: met ? 10_000 : 1, objectives: [{ objective, outcome, actual: ttftMs }] }),
  });
  return { ...record, plan: { ...record.plan, concurrency, objectives: met === undefined ? [] : [objective] } };
}

const unsure = { outcome: 'not enough data' } as const;
const judged = sweepOf([levelOf(1, 100, 10, true), levelOf(4, 200, 12, true), levelOf(8, 900, 30, false)]);
const plain = sweepOf([levelOf(1, 100, 10), levelOf(2, 110, 10), levelOf(8, 900, 30)]);

describe('the best operating point of a language model server', () => {
  it('is the level with the highest goodput of those that meet all objectives', () => {
    const [sentence = ''] = operatingSentences(judged);
    // 4 slots, 309 ms each.
    assert.match(
      sentence,
      /^Best operating point: concurrency 4, the highest goodput within all objectives \(12\.9 req\/s\): /,
    );
    assert.match(sentence, /: 129 tokens\/s, 83\.3 tokens\/s per user, TTFT p95 200 ms, TPOT p95 12\.0 ms\.$/);
  });

  it('is the highest level with a good trade-off without objectives', () => {
    assert.equal(plain.figures.recommended.concurrency, 2);
    assert.match(
      operatingSentences(plain)[0] ?? '',
      /^Operating point: concurrency 2, the highest with a good trade-off: /,
    );
  });

  it("doesn't exist if no level meets the objectives, or without streams", () => {
    const missed = sweepOf([levelOf(1, 600, 10, false), levelOf(2, 900, 10, false)]);
    assert.deepEqual(operatingSentences(missed), ['No best operating point: no level meets all objectives.']);
    const [one, two] = [levelOf(1, 100, 10, true), levelOf(2, 100, 10, false)];
    const few = {
      ...one,
      requestsSent: 20,
      objectives: one.objectives.map((verdict) => Object.assign({}, verdict, unsure)),
    };
    assert.deepEqual(operatingSentences(sweepOf([few, two])), [
      'No best operating point: too few requests to judge all levels, because p95 needs 59.',
    ]);
    const http = sweepOf([1, 2].map(() => recordOf(closedLoop(100, 1, () => ({ latencyMs: 100 })))));
    assert.deepEqual([operatingSentences(http), tokenCharts(http)], [[], []]);
  });

  it('names levels with nearly as much goodput', () => {
    // 4 / 309 ms and 8 / 640 ms.
    const close = sweepOf([levelOf(1, 100, 10, true), levelOf(4, 200, 12, true), levelOf(8, 450, 21, true)]);
    assert.match(
      operatingSentences(close)[0] ?? '',
      /^Best operating point: concurrency 4, .*\. Concurrency 8 is within 5% of this goodput, too close to tell with one run per level\.$/,
    );
  });

  it('of a search is its capacity', () => {
    const search = {
      objectives: judged.levels[0]!.plan.objectives,
      from: 1,
      to: 8,
      trials: [
        { concurrency: 1, outcome: 'pass' },
        { concurrency: 4, outcome: 'undecided' },
      ],
      capacity: 1,
      firstFailing: 4,
      sure: false,
    } as const;
    assert.match(
      operatingSentences({ ...judged, search })[0] ?? '',
      /^Operating point at the capacity, concurrency 1: /,
    );
    assert.deepEqual(operatingSentences({ ...judged, search: { ...search, capacity: null } }), []);
  });

  it('says that the highest level may not be the limit', () => {
    const rising = sweepOf([levelOf(1, 100, 10, true), levelOf(4, 120, 10, true)]);
    assert.match(operatingSentences(rising)[0] ?? '', /No higher level was measured/);
  });

  it("doesn't say so if a higher level was too much for the server", () => {
    const [low, high] = [levelOf(1, 100, 10, true), levelOf(4, 900, 10, false)];
    const saturation = {
      overSaturated: true,
      fromMs: 0,
      toMs: 1,
      duePerS: 4,
      answeredPerS: 3,
      growth: 0.25,
      leastGrowth: 0.1,
    };
    assert.doesNotMatch(operatingSentences(sweepOf([low, { ...high, saturation }]))[0] ?? '', /No higher level/);
    assert.doesNotMatch(operatingSentences(sweepOf([low, { ...high, successRatio: 0.5 }]))[0] ?? '', /No higher level/);
  });

  it('is in every report, with charts of the cost of tokens', () => {
    for (const text of [
      renderSweepText(judged),
      sweepReports.markdown.render(judged),
      sweepReports.html.render(judged),
    ])
      assert.match(text.replaceAll(/\s+/g, ' '), /Best operating point: concurrency 4/);
    const charts = tokenCharts(judged);
    assert.deepEqual(
      charts.map(({ title }) => title),
      ['TTFT against output tokens', 'Output tokens of one user against all users', 'Goodput by level'],
    );
    const [ttft, speed, goodput] = charts;
    assert.deepEqual(
      ttft?.series[0]?.points.map(({ y, name }) => [name, y]),
      [
        ['1', 100],
        ['4', 200],
        ['8', 900],
      ],
    );
    assert.deepEqual(
      [ttft?.limits?.map(({ y }) => y), ttft?.markers?.map(({ label }) => label)],
      [[500], ['best operating point: concurrency 4']],
    );
    assert.deepEqual(
      speed?.series[0]?.points.map(({ y }) => Math.round(y ?? 0)),
      [100, 83, 33],
    );
    assert.equal(goodput?.series[1]?.points[2]?.y, 0);
    assert.deepEqual(tokenCharts(plain).length, 2);
  });
});
