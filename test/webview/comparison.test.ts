import assert from 'node:assert/strict';
import { changeText } from '../../src/core/record/comparisons/comparison-sentences.ts';
import { lastPosted, rowsOf, tableOf, usePanels } from './panels.ts';
import { comparingAt, comparisonStates } from './states/comparison-states.ts';

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
      'TPOT pair by pair',
      'Distribution of TPOT over slices',
    ]);
    await page.getByRole('combobox', { name: 'Metric' }).click();
    await page.getByRole('option', { name: 'TTFT' }).click();
    assert.deepEqual(await titles.allTextContents(), [
      'Change of B against A',
      'TTFT pair by pair',
      'Distribution of TTFT over slices',
    ]);
    await page.getByLabel('Show as table: TTFT pair by pair').click();
    // The table is filled when its details have opened.
    await tableOf(page, 'TTFT pair by pair').waitFor();
    const rows = await rowsOf(page, 'TTFT pair by pair');
    assert.deepEqual([rows.length, rows[0]?.[0], rows[1]?.at(-1)], [18, '1', 'B']);
  });

  it('shows stored runs, and a comparison that had just started', async () => {
    const { page } = await show(comparisonStates.comparedKept);
    assert.deepEqual((await page.locator('figure h3').allTextContents()).slice(1), [
      'p95 run by run',
      'Distribution of p95 over runs',
    ]);
    const early = await show(comparisonStates.comparedNothing);
    assert.equal(await early.page.locator('figure').count(), 2);
    assert.match(
      (await early.page.locator('.verdict').textContent()) ?? '',
      /^Inconclusive Stopped unexpectedly\. Too few /,
    );
  });

  it('exports, and repeats anything except stored runs', async () => {
    const panel = await show(comparisonStates.comparedWorse);
    const { id } = comparison;
    await panel.page.getByRole('button', { name: 'Copy' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'json', to: 'clipboard' });
    await panel.page.getByRole('button', { name: 'Compare Again' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'runAgain', id });
    const kept = await show(comparisonStates.comparedKept);
    assert.equal(await kept.page.getByRole('button', { name: /Again/ }).count(), 0);
  });

  it('shows the servers that start, then the intervals as they narrow', async () => {
    const panel = await show(comparisonStates.comparingStarts);
    const { page } = panel;
    await page.getByText('Waiting for the server of A (port 41234, /health)… 3 s').first().waitFor();
    assert.equal(await page.locator('figure:visible').count(), 0);
    await panel.send({ type: 'state', state: comparingAt(8) });
    await page.getByText('Pair 9 of at most 40: measuring B').waitFor();
    const width = async (): Promise<string> => (await rowsOf(page, 'Metrics'))[0]?.[3] ?? '';
    const wide = await width();
    await panel.send({ type: 'state', state: comparingAt(14) });
    await page.getByText('14 pairs of at most 40.').waitFor();
    assert.match(wide, /^[+−]\d+\.\d% [+−]\d+\.\d% to [+−]\d+\.\d%$/);
    assert.notEqual(await width(), wide);
    assert.equal(await page.locator('figure').count(), 1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'cancel' });
    await panel.send({ type: 'state', state: { ...comparingAt(14), cancelling: true } });
    await page.getByText('Canceling: closing connections').first().waitFor();
  });
});
