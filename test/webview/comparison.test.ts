import assert from 'node:assert/strict';
import { changeText } from '../../src/core/record/comparisons/comparison-sentences.ts';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { comparisonStates } from './states/comparison-states.ts';

describe('results panel of an A/B comparison', () => {
  const { show } = usePanels();
  const { comparison } = comparisonStates.comparedWorse;

  it('starts with the verdict, then shows the changes and what would make it conclusive', async () => {
    const panel = await show(comparisonStates.comparedWorse);
    const { page } = panel;
    assert.equal(await page.locator('.verdict').textContent(), `Worse ${comparison.verdict.sentence}`);
    const values = await page.locator('.tile dd:not(.remark)').allTextContents();
    assert.deepEqual(
      values.slice(0, 5),
      comparison.metrics.filter(({ decisive }) => decisive).map(({ ratio }) => changeText(ratio!)),
    );
    assert.equal(values.at(-2), '16');
    assert.deepEqual(await panel.kept(), { runIds: [comparison.id] });
    assert.equal((await rowsOf(page, 'Metrics')).length, comparison.metrics.length);
    await page.getByText('Variable base: A http://127.0.0.1:1, B http://127.0.0.1:2.').waitFor();
  });

  it('draws the intervals, and the pairs and distribution of one metric at a time', async () => {
    const { page } = await show(comparisonStates.comparedWorse);
    const titles = page.locator('figure h3');
    assert.deepEqual((await titles.allTextContents()).slice(1), [
      'p95 pair by pair',
      'Distribution of p95 over slices',
    ]);
    await page.getByRole('combobox', { name: 'Metric' }).click();
    await page.getByRole('option', { name: 'TTFT' }).click();
    assert.deepEqual(await titles.allTextContents(), [
      'Change of B against A',
      'TTFT pair by pair',
      'Distribution of TTFT over slices',
    ]);
    await page.getByText('Show as table').first().click();
    const rows = await rowsOf(page, 'TTFT pair by pair');
    assert.deepEqual([rows.length, rows[0]?.[0], rows[1]?.at(-1)], [18, '1', 'B']);
  });

  it('shows stored runs, and a comparison that had just started', async () => {
    const { page } = await show(comparisonStates.comparedKept);
    assert.deepEqual((await page.locator('figure h3').allTextContents()).slice(1), [
      'p50 run by run',
      'Distribution of p50 over runs',
    ]);
    const early = await show(comparisonStates.comparedNothing);
    assert.equal(await early.page.locator('figure').count(), 2);
    assert.match(
      (await early.page.locator('.verdict').textContent()) ?? '',
      /^Inconclusive Stopped unexpectedly\. Too few /,
    );
  });

  it('exports, and offers a repeat only for runs', async () => {
    const panel = await show(comparisonStates.comparedWorse);
    const { id } = comparison;
    await panel.page.getByRole('button', { name: 'Copy' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'json', to: 'clipboard' });
    assert.equal(await panel.page.getByRole('button', { name: 'Run Again' }).count(), 0);
  });
});
