import assert from 'node:assert/strict';
import { formatCount, formatMs, formatRate } from '../../src/core/format.ts';
import { wholeLevelTable } from '../../src/core/report/tables/sweep-tables.ts';
import { throughputChapters } from '../../src/core/report/suites/suite-throughput.ts';
import { lawful, levelRecord, sweepOf } from '../core/record/sweep-fixtures.ts';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { sweepStates } from './states/sweep-states.ts';

const charts = [
  'Throughput by concurrency',
  'Latency by concurrency',
  'p95 against throughput',
  'Efficiency by concurrency',
];

/** A level at which 92% of the requests meet an objective that the level misses. */
const most = (concurrency: number) =>
  levelRecord(concurrency, (index) => ({ latencyMs: index % 12 === 0 ? 300 : 100 }), { slo: 'p95 < 200ms' });

describe('results panel of a sweep', () => {
  const { show } = usePanels();
  const { sweep } = sweepStates.sweep;

  it('starts with the verdict, then explains the sweep in words and tiles', async () => {
    const { page } = await show(sweepStates.sweep);
    assert.equal(
      await page.locator('.verdict').textContent(),
      'Completed Meets p95 < 300ms and errors < 1% at concurrency 8. Not met at concurrency 16: p95 was 310 ms.',
    );
    const capacity = await page.locator('section[aria-label=Capacity] li').allTextContents();
    assert.deepEqual(capacity, sweep.capacity.slice(2));
    const at = sweep.levels.find(({ plan }) => plan.concurrency === 8)!;
    const best = sweep.levels.find(({ plan }) => plan.concurrency === 16)!;
    assert.deepEqual(await page.locator('.tile dd:not(.remark)').allTextContents(), [
      '8',
      formatRate(at.successThroughputPerS),
      formatMs(at.successLatencyMs.p95),
      '8',
      formatRate(best.successThroughputPerS),
      '13.6',
    ]);
  });

  it('says that no limit was found, and offers higher levels', async () => {
    const panel = await show(sweepStates.sweepNoLimit);
    const { page } = panel;
    assert.match(
      (await page.locator('.verdict').textContent()) ?? '',
      /^Completed No limit found up to concurrency 8: /,
    );
    assert.deepEqual(
      (await page.locator('.tile').first().allTextContents())[0],
      'CapacityAt least 8the highest level still has a good trade-off',
    );
    await page.getByRole('button', { name: 'Try Higher Levels…' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'sweepHigher', id: sweepStates.sweepNoLimit.sweep.id });
  });

  it('draws throughput, latency, efficiency, and their trade-off, each with a table', async () => {
    const { page } = await show(sweepStates.sweep, { classes: ['vscode-using-screen-reader'] });
    assert.deepEqual(await page.locator('figure h3').allTextContents(), charts);
    const labels = await page
      .locator('canvas[role=img]')
      .evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label') ?? ''));
    assert.match(labels[0]!, /^Throughput by concurrency\. Max 53\.5 req\/s, at concurrency 16\./);
    assert.match(labels[0]!, / Marked: recommended, knee 8; USL peak 13\.6\.$/);
    assert.match(labels[1]!, /^Latency by concurrency\. At concurrency 32: p50 751 ms, p95 789 ms\./);
    assert.match(labels[1]!, / Marked: .*; p95 < 300ms\.$/);
    const rows = await rowsOf(page, 'Throughput by concurrency');
    assert.deepEqual(
      rows.map(([level]) => level),
      sweep.levels.map(({ plan }) => formatCount(plan.concurrency)),
    );
    assert.deepEqual(rows[2]?.slice(1), ['33.0 req/s', '40.0 req/s', '33.0 req/s']);
    assert.equal((await rowsOf(page, 'Efficiency by concurrency'))[3]?.[1], '60.9%');
    assert.deepEqual((await rowsOf(page, 'p95 against throughput'))[0]?.[0], '1');
  });

  it('has one table with levels, objectives, and scaling', async () => {
    const { page } = await show(sweepStates.sweep);
    const table = wholeLevelTable(sweep);
    assert.deepEqual(await rowsOf(page, 'Levels'), table.rows);
    assert.deepEqual(table.rows[0]?.slice(0, 5), ['1', '160', '100%', '10.0 req/s', '300 tokens/s']);
    assert.equal(table.rows[0]?.[7], `${formatMs(sweep.levels[0]!.successLatencyMs.p99)} ?`);
    assert.deepEqual(table.rows[4]?.slice(-4), ['missed: p95', '65%', '33.4%', 'good, 2.23']);
    assert.deepEqual(table.rows[5]?.slice(-2), ['13%', 'poor, 0.49']);
  });

  it('warns of failed levels, never calls one the knee, and shows times of streams', async () => {
    const { page } = await show(sweepStates.sweepOfStreams);
    const notes = await page.locator('.note').allTextContents();
    assert.equal(notes.length, 4);
    assert.match(notes[0]!, /canceled\. Results cover 3 of 4 levels/);
    assert.match(notes[1]!, /Concurrency 8: fewer than 90%/);
    assert.match(notes[2]!, /^\d+ of \d+ requests failed: 429 Too Many Requests\.$/);
    assert.equal(await page.locator('.tile dd:not(.remark)').nth(3).textContent(), '–');
    const heads = await page.locator('section[aria-label=Levels] thead th').allTextContents();
    assert.deepEqual(heads.slice(-4), ['TTFT p95', 'TPOT p95', 'Efficiency', 'Trade-off']);
    const levels = await rowsOf(page, 'Levels');
    assert.deepEqual(levels[1]?.slice(-1), ['good, 3.33']);
    assert.deepEqual(levels[2]?.slice(-4, -2), ['–', '–']);
    assert.equal(levels[2]?.at(-1), 'too few successes');
  });

  it('says in one tile that nothing is recommended, and why', async () => {
    const missed = sweepOf([levelRecord(1, lawful(1), { slo: 'p95 < 1ms' })]);
    const few = levelRecord(1, lawful(1), { slo: 'p99 < 2s', count: 60 });
    const search = { objectives: few.plan.objectives, from: 1, to: 8, capacity: null, firstFailing: 1, sure: false };
    const undecided = sweepOf([few], { search: { ...search, trials: [{ concurrency: 1, outcome: 'undecided' }] } });
    for (const [state, why] of [
      [sweepStates.sweepOfFailures, 'no level that succeeds has a good trade-off'],
      [sweepStates.sweepOfOne, 'no concurrency 1 to compare with'],
      [{ ...sweepStates.sweep, sweep: missed }, 'no level meets the objectives'],
      [{ ...sweepStates.sweep, sweep: undecided }, 'no level is confirmed to meet the objectives'],
    ] as const) {
      const { page } = await show(state);
      const tiles = await page.locator('.tile').evaluateAll((all) => all.map(({ textContent }) => textContent));
      assert.equal(tiles.length, 3);
      assert.equal(tiles[0], `CapacityNone${why}`);
    }
  });

  it("doesn't claim that a level meets objectives which only most of its requests meet", async () => {
    const met = levelRecord(1, () => ({ latencyMs: 100 }), { slo: 'p95 < 200ms' });
    const missed = levelRecord(4, () => ({ latencyMs: 400 }), { slo: 'p95 < 200ms' });
    for (const [levels, tile] of [
      [
        [met, most(2), missed],
        'Capacity2highest concurrency that has at least 90% of its requests within the objectives',
      ],
      [[met, missed], 'Capacity1highest concurrency that meets the objectives'],
    ] as const) {
      const { page } = await show({ ...sweepStates.sweep, sweep: sweepOf(levels) });
      assert.equal(await page.locator('.tile').first().textContent(), tile);
    }
  });

  it('exports, runs again, and keeps the ID of the sweep', async () => {
    const panel = await show(sweepStates.sweep);
    await panel.page.getByRole('button', { name: 'Copy' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'export', id: sweep.id, format: 'json', to: 'clipboard' });
    await panel.page.getByRole('button', { name: 'Run Again' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'runAgain', id: sweep.id });
    assert.deepEqual(await panel.kept(), { runIds: [sweep.id] });
  });

  it('draws no chart for a single level, and says if there was none', async () => {
    const one = await show(sweepStates.sweepOfOne);
    assert.equal(await one.page.locator('figure').count(), 0);
    assert.equal((await rowsOf(one.page, 'Levels')).length, 1);
    const none = await show(sweepStates.sweepOfNothing);
    assert.equal(await none.page.locator('figure, .tile, table').count(), 0);
    await none.page.getByText('No level measured.', { exact: true }).waitFor();
  });
});

describe('results panel while a sweep is in progress', () => {
  const { show } = usePanels();

  it('shows the current level, the overall progress, and the finished levels', async () => {
    const { page } = await show(sweepStates.sweepRunning);
    assert.equal(await page.locator('.phase span').first().textContent(), 'Level 4 of 6, concurrency 8: Measuring');
    const bar = page.getByRole('progressbar', { name: 'Progress of the sweep' });
    const { requestsSent } = sweepStates.sweepRunning.snapshot.summary;
    assert.equal(await bar.getAttribute('aria-valuenow'), String(Math.round(((3 + requestsSent / 500) / 6) * 100)));
    assert.equal(await bar.getAttribute('aria-valuetext'), '3 of 6 levels have ended');
    assert.deepEqual(
      (await rowsOf(page, 'Levels')).map(([level]) => level),
      ['1', '2', '4'],
    );
    assert.deepEqual(await page.locator('figure h3').allTextContents(), charts.slice(0, 2));
  });

  it('updates in place from the start, and cancels once', async () => {
    const panel = await show(sweepStates.sweepStarting);
    const { page } = panel;
    assert.equal(
      await page.locator('.phase span').first().textContent(),
      'Level 1 of 6, concurrency 1: Starting benchmark process',
    );
    assert.equal(await page.locator('figure:visible, table:visible').count(), 0);
    const button = page.getByRole('button', { name: 'Cancel' });
    await button.focus();
    await panel.send({ type: 'state', state: sweepStates.sweepRunning });
    assert.equal(await page.locator('figure:visible').count(), 2);
    assert.equal((await rowsOf(page, 'Levels')).length, 3);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Cancel');
    await button.click();
    assert.deepEqual(await lastPosted(panel), { type: 'cancel' });
    await panel.send({ type: 'state', state: { ...sweepStates.sweepRunning, cancelling: true } });
    await page.getByRole('button', { name: 'Cancelling …' }).waitFor();
    assert.equal(await page.getByRole('status').first().textContent(), 'endpoints.txt: Level 4 of 6');
  });
});

describe('results panel of a suite', () => {
  const { show } = usePanels();

  it('has every chapter of the throughput suite in order, and its charts', async () => {
    const { page } = await show(sweepStates.throughputSuite);
    const chapters = throughputChapters(sweepStates.throughputSuite.suite);
    const titles = chapters.sections.map(({ title }) => title);
    const [first = '', ...others] = titles;
    assert.deepEqual(await page.locator('h2').allTextContents(), [first, 'By concurrency', ...others]);
    assert.deepEqual(await page.locator('figure h3').allTextContents(), charts);
    for (const { tables = [] } of chapters.sections)
      for (const { title, rows } of tables) assert.deepEqual(await rowsOf(page, title), rows);
  });

  it('shows the latency and memory suites', async () => {
    const latency = await show(sweepStates.latencySuite);
    await latency.page.getByRole('heading', { name: 'Latency of gpt2' }).waitFor();
    assert.equal((await rowsOf(latency.page, 'Latency by length')).length, 9);
    const memory = await show(sweepStates.memorySuite);
    await memory.page.getByRole('heading', { name: 'Memory of gpt2' }).waitFor();
    await memory.page.getByText('No folder is open').waitFor();
  });

  it('starts with the verdict', async () => {
    const { page } = await show(sweepStates.throughputSuite);
    assert.match(
      (await page.locator('.verdict').textContent()) ?? '',
      /^Passed All 5 goals met\. Recommended concurrency 4: .+ req\/s, .+ tokens\/s\.$/,
    );
    const latency = await show(sweepStates.latencySuite);
    assert.match(
      (await latency.page.locator('.verdict').textContent()) ?? '',
      /^Completed Mean TTFT .+, over 9 pairs of lengths\.$/,
    );
  });

  it('explains why requests failed', async () => {
    const { levels: runs } = sweepStates.sweepOfFailures.sweep;
    for (const { suite } of [sweepStates.latencySuite, sweepStates.memorySuite]) {
      const { page } = await show({ kind: 'suite', suite: { ...suite, runs }, keptForSession: false });
      const section = page.getByRole('region', { name: 'Overview' });
      await section.getByText(/^240 of 480 requests failed: 429 Too Many Requests\. The server limits/).waitFor();
    }
  });

  it('exports in the formats of a suite', async () => {
    const panel = await show(sweepStates.throughputSuite);
    await panel.page.getByRole('combobox', { name: 'Export format' }).click();
    assert.deepEqual(await panel.page.getByRole('option').allTextContents(), ['JSON', 'HTML', 'Markdown', 'vLLM JSON']);
    await panel.page.getByRole('option', { name: 'Markdown' }).click();
    await panel.page.getByRole('button', { name: 'Save…' }).click();
    const { id } = sweepStates.throughputSuite.suite;
    assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'markdown', to: 'file' });
  });
});
