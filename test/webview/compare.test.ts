import assert from 'node:assert/strict';
import { formatMs } from '../../src/core/report/format.ts';
import { rowsOf, usePanels } from './panels.ts';
import { states } from './states.ts';

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
      'The targets are not the same.',
      'Load: at most 10 in flight (closed loop) before, at most 20 in flight (closed loop) after.',
    ]) {
      await page.getByText(sentence).waitFor();
    }
    await page.getByText('One run a side does not show how much runs differ by themselves.').waitFor();
    const rows = await rowsOf(page, 'Numbers of both runs');
    const ratio = (after.latencyMs.median! / before.latencyMs.median!).toFixed(3);
    assert.deepEqual(
      rows.find(([name]) => name === 'Median latency'),
      [
        'Median latency',
        formatMs(before.latencyMs.median),
        formatMs(after.latencyMs.median),
        `+${formatMs(after.latencyMs.median! - before.latencyMs.median!)}`,
        `${ratio}×`,
      ],
    );
    assert.equal(await page.locator('.pass, .fail').count(), 0);
    assert.deepEqual(await panel.kept(), { runIds: [before.id, after.id] });
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
