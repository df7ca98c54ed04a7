import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { wholeRateTable } from '../../src/core/report/tables/rate-tables.ts';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { rateSweep, rateSweepStates } from './states/rate-sweep-states.ts';

const tilesIn = (page: Page): Promise<(string | null)[]> =>
  page.locator('.tile').evaluateAll((all) => all.map(({ textContent }) => textContent));

describe('results panel of a sweep over arrival rates', () => {
  const { show } = usePanels();
  const { sweep } = rateSweepStates.rateSweep;

  it('starts with the rate that meets the objectives, and the one at which the server is over-saturated', async () => {
    const { page } = await show(rateSweepStates.rateSweep);
    assert.equal(
      await page.locator('.verdict').textContent(),
      'Completed Meets response.p95 < 500ms and errors < 1% at 30 req/s. Not met at 80 req/s: response.p95 was 9.55 s.',
    );
    assert.deepEqual(await page.locator('.note').allTextContents(), [
      'Not measured, because a lower rate was over-saturated: 160 req/s.',
    ]);
    assert.deepEqual(await tilesIn(page), [
      'Capacity30 req/shighest tested rate that meets the objectives',
      'Response time p95 there109 msp50 100 ms',
      'Highest achieved rate40.0 req/sat 80 req/s',
      'Over-saturatedFrom 80 req/sachieved 40.0 req/s',
    ]);
    assert.deepEqual(await page.locator('section[aria-label=Capacity] li').allTextContents(), [
      'Kept up with 30 req/s. Over-saturated at 80 req/s: 40.0 responses/s.',
      'Highest achieved rate: 40.0 req/s, at 80 req/s.',
    ]);
    assert.equal(await page.getByRole('button', { name: /^Try Higher/ }).count(), 0);
    await page.getByText('pause of 500 ms between levels', { exact: true }).waitFor();
  });

  it('has a row for each rate, whose state comes before its numbers', async () => {
    const { page } = await show(rateSweepStates.rateSweep);
    const rows = await rowsOf(page, 'Rates');
    assert.deepEqual(rows, wholeRateTable(sweep.levels).rows);
    assert.deepEqual(
      rows.map((row) => row.slice(0, 5)),
      [
        ['5/s', '5.00 req/s', '100%', 'kept up', 'met'],
        ['10/s', '10.0 req/s', '100%', 'kept up', 'met'],
        ['20/s', '20.0 req/s', '100%', 'kept up', 'met'],
        ['30/s', '30.0 req/s', '100%', 'kept up', 'met'],
        ['80/s', '40.0 req/s', '100%', 'over-saturated', 'missed: response.p95'],
        // Its response times count from the start of the run, so they judge nothing.
        ['inf', '40.0 req/s', '100%', '–', '–'],
      ],
    );
  });

  it('has room for objectives beside many columns', async () => {
    const slo = 'ttft.p95 < 500ms, tpot.p95 < 50ms, response.p95 < 400ms';
    const long = rateSweep('r4w0', [10, 80], { slo, streams: true });
    const { page } = await show({ kind: 'sweep', sweep: long, keptForSession: false }, { width: 700 });
    const cell = page
      .getByRole('table', { name: 'Rates', exact: true })
      .getByText(/^missed: .*, /)
      .first();
    const lines = await cell.evaluate((td) => td.clientHeight / parseFloat(getComputedStyle(td).lineHeight));
    assert.ok(lines < 3, `${String(lines)} lines`);
  });

  it('draws achieved rate and response time, each with a table', async () => {
    const { page } = await show(rateSweepStates.rateSweep, { classes: ['vscode-using-screen-reader'] });
    assert.deepEqual(await page.locator('figure h3').allTextContents(), [
      'Achieved rate by target rate',
      'Response time by achieved rate',
    ]);
    assert.deepEqual((await rowsOf(page, 'Achieved rate by target rate')).at(-2), ['80/s', '40.0 req/s']);
    assert.deepEqual((await rowsOf(page, 'Response time by achieved rate')).at(-1), [
      '80/s',
      '40.0 req/s',
      '5.07 s',
      '9.55 s',
    ]);
  });

  it('leaves open whether the server is over-saturated if the highest level is too short to tell', async () => {
    const { page } = await show(rateSweepStates.rateSweepTooShort);
    assert.equal((await tilesIn(page)).at(-1), 'Over-saturated–levels are too short to tell');
  });

  it('offers higher rates if the server kept up with every rate', async () => {
    const panel = await show(rateSweepStates.rateSweepNoLimit);
    assert.deepEqual((await tilesIn(panel.page)).slice(2), [
      'Highest achieved rate20.0 req/sat 20 req/s',
      'Over-saturatedNonot at a tested rate',
    ]);
    await panel.page.getByRole('button', { name: 'Try Higher Rates…' }).click();
    const { id } = rateSweepStates.rateSweepNoLimit.sweep;
    assert.deepEqual(await lastPosted(panel), { type: 'sweepHigher', id });
  });

  it('shows the rate in progress, and the rates that have ended', async () => {
    const { page } = await show(rateSweepStates.rateSweepRunning);
    assert.equal(await page.locator('.phase span').first().textContent(), 'Level 4 of 7, 30 req/s: Measuring');
    assert.deepEqual(
      (await rowsOf(page, 'Rates')).map(([rate]) => rate),
      ['5/s', '10/s', '20/s'],
    );
  });
});
