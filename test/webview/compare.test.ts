import assert from 'node:assert/strict';
import { formatMs } from '../../src/core/format.ts';
import { rowsOf, tableOf, usePanels } from './panels.ts';
import { states } from './states/states.ts';

describe('results panel of two runs', () => {
  const { show } = usePanels();

  it('draws no share for a run without responses', async () => {
    const { page } = await show(states.comparedWithNothing);
    await page.getByText('Show as table').first().click();
    const rows = await rowsOf(page, 'Latency, all responses');
    assert.deepEqual(
      rows.map(([, , before, after]) => [before, after]),
      [['0%', '100%']],
    );
  });

  it('shows both, what differs in the work, and no verdict', async () => {
    const panel = await show(states.compared);
    const { page } = panel;
    const { before, after } = states.compared;
    for (const sentence of [
      'The targets differ.',
      'Load: concurrency 10 (closed model) before, concurrency 20 (closed model) after.',
    ]) {
      await page.getByText(sentence).waitFor();
    }
    await page.getByText("Two runs can't show run-to-run variation.").waitFor();
    const rows = await rowsOf(page, 'Numbers of both runs');
    const ratio = (after.latencyMs.median! / before.latencyMs.median!).toFixed(3);
    assert.deepEqual(
      rows.find(([name]) => name === 'p50 latency'),
      [
        'p50 latency',
        formatMs(before.latencyMs.median),
        formatMs(after.latencyMs.median),
        `+${formatMs(after.latencyMs.median! - before.latencyMs.median!)}`,
        `${ratio}×`,
      ],
    );
    assert.equal(await page.locator('.pass, .fail').count(), 0);
    assert.deepEqual(await panel.kept(), { runIds: [before.id, after.id] });
  });

  it('shows every number whole in a narrow panel, each with its title', async () => {
    const { page } = await show(states.compared, { width: 400 });
    const table = tableOf(page, 'Numbers of both runs');
    const box = page.getByRole('region', { name: 'Numbers of both runs', exact: true });
    assert.equal(await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), 0);
    const titles = await table
      .locator('tbody tr')
      .first()
      .locator('td')
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell, '::before').content));
    assert.deepEqual(titles, ['"Before"', '"After"', '"Difference"', '"After / before"']);
    const lines = await table
      .locator('tbody th')
      .first()
      .evaluate((cell) => {
        const words = document.createRange();
        words.selectNodeContents(cell);
        return words.getClientRects().length;
      });
    assert.equal(lines, 1);
  });

  it('lays the histograms over each other as shares of all responses', async () => {
    const { page } = await show(states.compared);
    await page.getByText('Show as table').first().click();
    const rows = await rowsOf(page, 'Latency, all responses');
    const sum = (column: number) => rows.reduce((total, row) => total + Number.parseFloat(row[column] ?? ''), 0);
    assert.ok(Math.abs(sum(2) - 100) < 0.5, String(sum(2)));
    assert.ok(Math.abs(sum(3) - 100) < 0.5, String(sum(3)));
  });
});
