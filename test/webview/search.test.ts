import assert from 'node:assert/strict';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { rateSweepStates } from './states/rate-sweep-states.ts';
import { searchStates } from './states/search-states.ts';

describe('results panel of a capacity search', () => {
  const { show } = usePanels();

  it('starts with the capacity, and says how it was found', async () => {
    const { page } = await show(searchStates.search);
    assert.equal(
      await page.locator('.verdict').textContent(),
      'Completed Meets p95 < 300ms and errors < 10% at concurrency 15, but not at 16. Confirmed: 2 of 2 runs passed at 15, 0 of 2 runs passed at 16 (95% intervals). Total: 10 runs, 4,000 requests.',
    );
    assert.match(
      (await page.locator('header p.remark').textContent()) ?? '',
      / · Search for the capacity, concurrency 1 to 256 · /,
    );
    for (const text of [
      'Highest concurrency that meets p95 < 300ms and errors < 10%; range 1 to 256',
      '1 passed, 2 passed, 4 passed, 8 passed, 16 failed, 12 passed, 14 passed, 15 passed, 15 passed, 16 failed',
    ])
      await page.getByText(text, { exact: true }).waitFor();
    assert.equal((await rowsOf(page, 'Levels')).length, 10);
  });

  it('offers higher levels if the highest one met the objectives', async () => {
    const panel = await show(searchStates.searchNoLimit);
    const { page } = panel;
    assert.match(
      (await page.locator('.verdict').textContent()) ?? '',
      /at concurrency 16, the highest level allowed\./,
    );
    await page.getByRole('button', { name: 'Try Higher Levels…' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'sweepHigher', id: searchStates.searchNoLimit.sweep.id });
    const limited = await show(searchStates.search);
    assert.equal(await limited.page.getByRole('button', { name: /^Try Higher/ }).count(), 0);
  });

  it('says of a canceled search how far it got, not that it found the limit', async () => {
    const { page } = await show(searchStates.searchCanceled);
    assert.equal(
      await page.locator('.verdict').textContent(),
      'Canceled Meets p95 < 300ms and errors < 10% at concurrency 8, the highest level tried. Unconfirmed: 1 of 1 run passed at 8 (95% intervals). Total: 4 runs, 1,600 requests.',
    );
    assert.deepEqual(await page.locator('.note').allTextContents(), ['Search canceled. Results cover 4 runs.']);
  });
});

describe('results panel while a capacity search is in progress', () => {
  const { show } = usePanels();

  it('shows the level under way, why it is tried, and the runs so far', async () => {
    const { page } = await show(searchStates.searchRunning);
    assert.equal(await page.locator('.phase span').first().textContent(), 'Run 7, concurrency 14: Measuring');
    assert.equal(
      await page.locator('.reason').textContent(),
      'Concurrency 12 passed and 16 failed, so the search tries the middle.',
    );
    assert.equal(
      await page.locator('header .remark').textContent(),
      'Highest concurrency that meets p95 < 300ms and errors < 10%; range 1 to 256',
    );
    assert.equal(
      await page.locator('.tried').textContent(),
      '1 passed, 2 passed, 4 passed, 8 passed, 16 failed, 12 passed',
    );
    const bar = page.getByRole('progressbar', { name: 'Progress of the run' });
    assert.equal(await bar.getAttribute('aria-valuetext'), 'Progress of run 7');
    assert.deepEqual(
      (await rowsOf(page, 'Levels')).map(([level]) => level),
      ['1', '2', '4', '8', '12', '16'],
    );
    assert.equal(
      await page.getByRole('status').first().textContent(),
      'endpoints.txt: Run 7. Concurrency 12 passed and 16 failed, so the search tries the middle.',
    );
  });

  it('updates in place from the first run of a search by rate on', async () => {
    const panel = await show(searchStates.searchStarting);
    const { page } = panel;
    assert.equal(
      await page.locator('.phase span').first().textContent(),
      'Run 1, an infinite rate: Starting benchmark process',
    );
    assert.equal(await page.locator('figure:visible, table:visible, .tried:visible').count(), 0);
    const button = page.getByRole('button', { name: 'Cancel' });
    await button.focus();
    await panel.send({ type: 'state', state: searchStates.searchByRateRunning });
    assert.equal(await page.locator('.phase span').first().textContent(), 'Run 6, 49.5 req/s: Measuring');
    assert.equal(
      await page.locator('.reason').textContent(),
      '39.6 req/s passed and 59.4 req/s failed, so the search tries the middle.',
    );
    assert.equal(
      await page.locator('.tried').textContent(),
      '19.8/s passed, 39.6/s passed, 79.2/s failed, 59.4/s failed',
    );
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Cancel');
  });
});

describe('results panel while a sweep skips rates', () => {
  const { show } = usePanels();

  it('names them, and leaves them out of the count', async () => {
    const { page } = await show(rateSweepStates.rateSweepSkipping);
    assert.equal(await page.locator('.phase span').first().textContent(), 'Level 6 of 6, an infinite rate: Measuring');
    assert.deepEqual(await page.locator('.note').allTextContents(), [
      'Not measured, because a lower rate was over-saturated: 160 req/s.',
    ]);
    const bar = page.getByRole('progressbar', { name: 'Progress of the sweep' });
    assert.equal(await bar.getAttribute('aria-valuetext'), '5 of 6 levels have ended');
    assert.ok(Number(await bar.getAttribute('aria-valuenow')) >= 83);
  });
});
