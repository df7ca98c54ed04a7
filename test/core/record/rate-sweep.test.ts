import assert from 'node:assert/strict';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { evaluateObjectives } from '../../../src/core/plan/objectives.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { makeSweepRecord } from '../../../src/core/record/sweeps/make-sweep.ts';
import { noRateLimit } from '../../../src/core/record/sweeps/rate-levels.ts';
import { readSweep } from '../../../src/core/record/sweeps/read-sweep.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatRate } from '../../../src/core/format.ts';
import { wholeRateTable } from '../../../src/core/report/tables/rate-tables.ts';
import { checksOfSweep } from '../../../src/core/report/checks/checks.ts';
import { rateCharts } from '../../../src/core/report/charts/rates.ts';
import { logPosition } from '../../../src/core/report/charts/axes.ts';
import { renderSweepText, sweepReports } from '../../../src/core/report/formats/sweep-reports.ts';
import { sweepVerdict, someLevelMeets } from '../../../src/core/report/words/sweep-verdict.ts';
import { closedLoop, recordOf } from './fixtures.ts';

/** A level at a rate, whose responses take so long; `achieved` below the rate is over-saturation. */
function rateLevel(rate: number, latencyMs: number, achieved = rate, slo = 'response.p95 < 500ms'): RunRecord {
  const { objectives } = parseObjectives(slo);
  const record = recordOf(closedLoop(100, 4, () => ({ latencyMs })));
  const plan = makePlan(rate === Infinity ? { ratePerS: 'inf', requests: 100 } : { ratePerS: rate, durationS: 10 }, {
    defaults: {},
    objectives,
  });
  const growth = 1 - achieved / rate;
  return {
    ...record,
    plan,
    objectives: evaluateObjectives(objectives, record),
    ...(rate < Infinity && {
      saturation: {
        overSaturated: achieved < rate,
        fromMs: 2_500,
        toMs: 10_000,
        duePerS: rate,
        answeredPerS: achieved,
        growth,
        leastGrowth: growth / 2,
      },
    }),
  };
}

/** A level whose outstanding requests grew, but not surely. */
function unsure(rate: number, achieved: number): RunRecord {
  const { saturation, ...level } = rateLevel(rate, 400, achieved);
  return {
    ...level,
    ...(saturation && { saturation: { ...saturation, overSaturated: false } }),
    successThroughputPerS: achieved,
  };
}

const sweepOf = (levels: readonly RunRecord[], skipped: readonly number[] = []): SweepRecord =>
  makeSweepRecord({
    id: '20261122-201537-k3f9',
    name: 'endpoints.txt',
    startedAt: '2026-11-22T20:15:37.123Z',
    status: 'completed',
    planned: [],
    rates: { planned: [10, 20, 40, 80, null], skipped: [...skipped] },
    coolDownMs: 500,
    levels,
  });

/** What a sweep says of saturation, after its objectives. */
const saturationOf = (...levels: RunRecord[]): string | undefined => sweepOf(levels).capacity[1];

const sweep = sweepOf([rateLevel(Infinity, 900), rateLevel(40, 800, 25), rateLevel(10, 100), rateLevel(20, 200)], [80]);

/** A level at which half of the requests take 400 ms and the others are refused at once. */
function refusing(rate: number): RunRecord {
  const { plan, saturation } = rateLevel(rate, 100);
  const record = recordOf(
    closedLoop(100, 4, (i) => ({ latencyMs: 400, ...(i % 2 > 0 && { latencyMs: 1, status: 429 }) })),
  );
  return { ...record, plan, ...(saturation && { saturation }) };
}

const objectivesIn = (some: SweepRecord) => checksOfSweep(some).find(({ name }) => name === 'objectives');

/** A level with about 40 responses/s, all of which are fast. */
const above = (rate: number): RunRecord => rateLevel(rate, 100, rate, 'throughput > 30');

describe('a sweep over arrival rates', () => {
  it("doesn't let refusals add to the achieved rate or shorten response times", () => {
    const levels = [refusing(20), refusing(Infinity)];
    const [row, atOnce] = wholeRateTable(levels).rows;
    assert.deepEqual(row?.slice(0, 7), [
      '20/s',
      '10.0 req/s',
      '50%',
      'too few successes',
      '400 ms',
      '400 ms ?',
      '400 ms ?',
    ]);
    assert.equal(atOnce?.[1], formatRate(levels[1]?.successThroughputPerS ?? null));
    assert.match(
      rateCharts([...levels, rateLevel(10, 100)])[1]?.table.rows.join() ?? '',
      /^20\/s,10\.0 req\/s,400 ms,400 ms \?,?/,
    );
    assert.deepEqual(
      sweepOf(levels).capacity.filter((sentence) => sentence.startsWith('Highest')),
      [],
    );
  });

  it('reports which rate meets the objectives, and from which rate the server is over-saturated', () => {
    assert.deepEqual(sweep.capacity.slice(0, 3), [
      'Meets response.p95 < 500ms at 20 req/s.',
      'Not met at 40 req/s: response.p95 was 800 ms.',
      'Kept up with 20 req/s. Over-saturated at 40 req/s: 25.0 responses/s.',
    ]);
    assert.equal(sweepVerdict(sweep).sentence, sweep.capacity.slice(0, 2).join(' '));
    assert.ok(someLevelMeets(sweep));
  });

  it('never passes an over-saturated level, however fast its responses are', () => {
    const fast = sweepOf([rateLevel(10, 100, 5)]);
    assert.equal(fast.capacity[0], 'No rate confirmed to meet response.p95 < 500ms.');
    assert.equal(fast.capacity[1], 'Kept up with no tested rate. Over-saturated at 10 req/s: 5.00 responses/s.');
    assert.ok(!someLevelMeets(fast));
  });

  it('says how many requests a level needs to be judged', () => {
    const levels = [rateLevel(2, 100), rateLevel(4, 100)].map((level) => {
      const objectives = level.objectives.map((verdict) => ({ ...verdict, outcome: 'not enough data' as const }));
      return Object.assign({}, level, { objectives, requestsSent: 40 });
    });
    assert.deepEqual(sweepOf(levels).capacity.slice(0, 2), [
      'No rate confirmed to meet response.p95 < 500ms.',
      'Not enough requests to judge 2/s, 4/s: p95 needs 59 per level.',
    ]);
    assert.equal(sweepVerdict(sweepOf(levels)).label, 'Not enough data');
  });

  it('does not count a rate as kept up with if its level is too short to tell', () => {
    const { saturation: _, ...short } = rateLevel(40, 100);
    assert.equal(
      sweepOf([rateLevel(20, 100), short]).capacity[1],
      'Kept up with 20 req/s. Higher levels are too short to tell. Use a longer duration.',
    );
    assert.equal(
      sweepOf([short]).capacity[1],
      'Levels are too short to tell whether the server keeps up. Use a longer duration.',
    );
  });

  it('does not count a rate as kept up with if outstanding requests grew, however unsurely', () => {
    const levels = [rateLevel(2, 100), unsure(8, 3.96), unsure(Infinity, 3.92)];
    const tooShort = sweepOf(levels);
    assert.deepEqual(tooShort.capacity.slice(1), [
      'Kept up with 2 req/s. Higher levels are too short to tell. Use a longer duration.',
      'Highest achieved rate: 3.96 req/s, at 8 req/s.',
    ]);
    assert.deepEqual(
      wholeRateTable(levels).rows.map((row) => row[3]),
      ['kept up', 'too short to tell', '–'],
    );
    assert.ok(!noRateLimit(tooShort));
    // A higher rate that was kept up with answers for the lower one.
    const higher = sweepOf([unsure(4, 3.7), rateLevel(8, 100)]);
    assert.equal(higher.capacity[1], 'Kept up with every tested rate, up to 8 req/s.');
    assert.ok(noRateLimit(higher));
  });

  it('names the tolerance of a rate that no level achieved', () => {
    const [two, four] = [rateLevel(2, 100), unsure(4, 3.9)];
    assert.equal(
      saturationOf(two, four, unsure(8, 3.96)),
      'Kept up with 4 req/s within 5%. Higher levels are too short to tell. Use a longer duration.',
    );
    assert.equal(saturationOf(two, four), 'Kept up with every tested rate, up to 4 req/s within 5%.');
    assert.equal(
      saturationOf(two, four, rateLevel(8, 400, 3.96)),
      'Kept up with 4 req/s within 5%. Over-saturated at 8 req/s: 3.96 responses/s.',
    );
    // The capacity is at least 4.1 req/s, so random arrivals were the reason.
    assert.equal(
      saturationOf(two, four, rateLevel(8, 400, 4.1)),
      'Kept up with 4 req/s. Over-saturated at 8 req/s: 4.10 responses/s.',
    );
  });

  it('says what it found if only the infinite rate meets the objectives, misses them, or was measured', () => {
    const slow = rateLevel(20, 900, 20, 'p95 < 500ms');
    const only = sweepOf([slow, rateLevel(Infinity, 100, Infinity, 'p95 < 500ms')]);
    assert.deepEqual(only.capacity.slice(0, 2), [
      'Meets p95 < 500ms at an infinite rate.',
      'Not met at 20 req/s: p95 was 900 ms.',
    ]);
    assert.deepEqual(objectivesIn(only), { name: 'objectives', outcome: 'pass', message: only.capacity[0] });
    const both = sweepOf([above(20), above(Infinity)]);
    assert.equal(both.capacity[0], 'Meets throughput > 30 at 20 req/s and at an infinite rate.');
    const missing = sweepOf([rateLevel(Infinity, 900)]);
    assert.deepEqual(missing.capacity.slice(0, 2), [
      'No rate confirmed to meet response.p95 < 500ms.',
      'Not met at an infinite rate: response.p95 was 900 ms.',
    ]);
    assert.deepEqual(objectivesIn(missing), { name: 'objectives', outcome: 'fail', message: missing.capacity[0] });
    assert.deepEqual(
      checksOfSweep(missing).map(({ name, message }) => [name, message]),
      [
        ['completed', 'completed'],
        ['objectives', 'No rate confirmed to meet response.p95 < 500ms.'],
        ['an infinite rate: response.p95 < 500ms', 'was 900.0 ms'],
      ],
    );
  });

  it('orders levels by rate, the infinite one last, and shows each in every report', () => {
    const text = renderSweepText(sweep);
    const rows = text.split('\n').filter((line) => /^ {2}(?:\d+\/s|inf) .*%/.test(line));
    assert.deepEqual(
      rows.map((row) => row.trim().split(/\s+/).slice(0, 2)),
      [
        ['10/s', '10.0/s'],
        ['20/s', '20.0/s'],
        ['40/s', '25.0/s'],
        ['inf', rows[3]!.trim().split(/\s+/)[1]],
      ],
    );
    assert.match(rows[2]!, /over-saturated$/);
    assert.match(text, /! Not measured, because a lower rate was over-saturated: 80 req\/s\./);
    assert.doesNotMatch(text, /Universal|Concurrency/);
    assert.match(sweepReports.html.render(sweep), /Achieved rate by target rate/);
    assert.match(sweepReports.markdown.render(sweep), /\| 40\/s \| 25\.0 req\/s \|/);
    assert.match(sweepReports.csv.render(sweep), /^rate,metric,value\r\n/);
    assert.match(sweepReports.csv.render(sweep), /\r\n40,achievedPerS,25\r\n/);
    assert.match(sweepReports.csv.render(sweep), /\r\ninf,requestsSent,100\r\n/);
  });

  it('names its levels in checks', () => {
    const names = checksOfSweep(sweep).map(({ name }) => name);
    assert.ok(names.includes('40 req/s: response.p95 < 500ms'), names.join('\n'));
  });

  it('draws the achieved against the target rate, with the line of equality and the infinite rate as a limit', () => {
    const [achieved, response] = rateCharts(sweep.levels);
    assert.deepEqual(
      achieved!.series.map(({ label, points }) => [label, points.map(({ x, y }) => [x, y])]),
      [
        [
          'Target',
          [
            [logPosition(10), logPosition(10)],
            [logPosition(40), logPosition(40)],
          ],
        ],
        [
          'Achieved',
          [
            [logPosition(10), logPosition(10)],
            [logPosition(20), logPosition(20)],
            [logPosition(40), logPosition(25)],
          ],
        ],
      ],
    );
    assert.match(achieved!.limits![0]!.label, /^infinite rate: /);
    assert.deepEqual(response!.limits, [{ y: logPosition(500), label: 'response.p95 < 500ms' }]);
    assert.deepEqual(
      response!.series[1]!.points.map(({ x, name }) => [x, name]),
      [
        [10, '10/s'],
        [20, '20/s'],
        [25, '40/s'],
      ],
    );
    assert.deepEqual(rateCharts([sweep.levels[0]!]), []);
  });

  it('is read as it was written', () => {
    assert.deepEqual(readSweep(JSON.parse(JSON.stringify(sweep))), JSON.parse(JSON.stringify(sweep)));
  });
});

describe('a capacity search by rate', () => {
  const levels = [rateLevel(Infinity, 900), rateLevel(10, 100), rateLevel(20, 200), rateLevel(40, 800, 25)];
  const found = (
    capacityPerS: number | null,
    firstFailingPerS: number | null,
    above: 'fail' | 'undecided' = 'fail',
    runs: readonly RunRecord[] = levels,
  ): SweepRecord =>
    makeSweepRecord({
      ...sweep,
      levels: runs,
      rates: { planned: [null, 10, 20, 40], skipped: [] },
      rateSearch: {
        objectives: parseObjectives('response.p95 < 500ms').objectives,
        fromPerS: 0.01,
        toPerS: 100_000,
        resolution: 0.05,
        trials: [
          { ratePerS: 20, outcome: capacityPerS === null ? above : 'pass' },
          { ratePerS: 40, outcome: above },
        ],
        capacityPerS,
        firstFailingPerS,
        sure: false,
      },
    });

  it('says what it found, how surely, and at what resolution', () => {
    assert.deepEqual(found(20, 40).capacity.slice(0, 2), [
      'Meets response.p95 < 500ms at 20 req/s, but not at 40 req/s.',
      'Unconfirmed: 1 of 1 run passed at 20 req/s, 0 of 1 run passed at 40 req/s (95% intervals, resolution 5%). Total: 4 runs, 400 requests.',
    ]);
    assert.equal(found(null, 20).capacity[0], "Doesn't meet response.p95 < 500ms at 20 req/s, the lowest rate tried.");
    // Undecided runs prove nothing.
    assert.deepEqual(
      [found(20, 40, 'undecided'), found(null, 20, 'undecided')].map(({ capacity: [first] }) => first),
      [
        'Meets response.p95 < 500ms at 20 req/s, not confirmed at 40 req/s.',
        'Not confirmed to meet response.p95 < 500ms at 20 req/s, the lowest rate tried: use longer runs.',
      ],
    );
    // Higher levels miss the objective, which says nothing about the lowest one.
    assert.deepEqual(
      [found(null, 20), found(null, 20, 'undecided')].map((search) => sweepVerdict(search).label),
      ['Failed', 'Not enough data'],
    );
    assert.ok(someLevelMeets(found(20, 40)));
    assert.ok(!someLevelMeets(found(null, 20)));
    assert.deepEqual(readSweep(JSON.parse(JSON.stringify(found(20, 40)))).rateSearch, found(20, 40).rateSearch);
  });

  it('says that no run achieved the rate it found, if outstanding requests grew in all of its runs', () => {
    const whole =
      'Meets response.p95 < 500ms at 20 req/s, but not at 40 req/s. No run achieved 20 req/s: use longer runs.';
    const saysIt = (...runs: readonly RunRecord[]): boolean => found(20, 40, 'fail', runs).capacity[0] === whole;
    assert.ok(saysIt(unsure(20, 19.1), rateLevel(40, 800, 19.5)));
    assert.ok(saysIt(unsure(20, 19.1), unsure(20, 19.5), rateLevel(40, 800, 19.5)));
    // Random arrivals were the reason in one run, or another rate was achieved that is higher.
    assert.ok(!saysIt(unsure(20, 19.1), rateLevel(20, 200), rateLevel(40, 800, 19.5)));
    assert.ok(!saysIt(unsure(20, 19.1), rateLevel(40, 800, 25)));
  });
});
