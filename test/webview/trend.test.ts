import assert from 'node:assert/strict';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { states } from './states/states.ts';

describe('results panel of a trend', () => {
  const { show } = usePanels();

  it('says at which commit a metric changed, and lists the runs with commits and intervals', async () => {
    const panel = await show(states.trend);
    const { page } = panel;
    await page.getByText('p95 +30.0% at c1d2ab4 (main): 200 ms before, 261 ms after.').first().waitFor();
    await page.getByText('3 runs of this file with another workload or machine are left out.').waitFor();
    const rows = await rowsOf(page, 'p95');
    assert.equal(rows.length, 20);
    assert.deepEqual(rows[0], ['2026-11-22 20:10:37 UTC', '3f9c1d2 (main)', '196 ms', '188 ms to 206 ms', '']);
    assert.match(rows[12]?.[4] ?? '', /^\+\d+\.\d%$/);
    assert.match(rows[17]?.[1] ?? '', /\(feature\/faster-tokenizer\), uncommitted changes$/);
    assert.deepEqual(await panel.kept(), { runIds: [states.trend.trend.id], isTrend: true });
  });

  it('opens a run by its point, and by its row', async () => {
    const panel = await show(states.trend);
    const { page } = panel;
    await page.locator('canvas').click({ position: { x: 95, y: 60 } });
    assert.deepEqual(await lastPosted(panel), { type: 'openRun', id: states.trend.trend.runs[0]?.id });
    await page.getByRole('button', { name: '2026-11-22 20:13:37 UTC' }).press('Enter');
    assert.deepEqual(await lastPosted(panel), { type: 'openRun', id: states.trend.trend.runs[3]?.id });
  });

  it('changes to another metric and to a target', async () => {
    const { page } = await show(states.trend);
    await page.getByRole('combobox', { name: 'Metric' }).click();
    await page.getByRole('option', { name: 'Throughput' }).click();
    await page
      .getByText(/Throughput −2\d\.\d% at/)
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Target' }).click();
    await page.getByRole('option', { name: 'generate' }).click();
    assert.equal((await rowsOf(page, 'Throughput of generate')).length, 20);
  });

  it('finds no change in too few runs', async () => {
    const { page } = await show(states.shortTrend);
    await page.getByText('A change can be found from 8 runs on.').first().waitFor();
  });
});
