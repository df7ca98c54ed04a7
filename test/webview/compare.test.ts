import assert from 'node:assert/strict';
import { formatChange, formatMs, formatMsRange } from '../../src/core/format.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { lastPosted, rowsOf, scrollToEnd, tableOf, usePanels } from './panels.ts';
import { syntheticRecord } from './states/records.ts';
import { states } from './states/states.ts';

/** A median as its cell shows it. */
const withInterval = ({ median, interval95 }: RunRecord['latencyMs']): string =>
  `${formatMs(median)} ${formatMsRange(...interval95.median!).join('–')}`;

describe('results panel of two runs', () => {
  const { show } = usePanels();

  it('draws no shares for a run without responses', async () => {
    const { page } = await show(states.comparedWithNothing);
    await page.getByText('Show as table').first().click();
    const rows = await rowsOf(page, 'Latency, all responses');
    assert.deepEqual(
      rows.map(([, , before, after]) => [before, after]),
      [['0%', '100%']],
    );
  });

  it('shows both runs and how their work differs, without a verdict', async () => {
    const panel = await show(states.compared);
    const { page } = panel;
    const { before, after } = states.compared;
    for (const sentence of [
      'Targets: 3 before, 2 after.',
      'Load: concurrency 10 (closed model) before, concurrency 20 (closed model) after.',
    ]) {
      await page.getByText(sentence).waitFor();
    }
    await page.getByText("Two runs can't show run-to-run variation.").waitFor();
    const rows = await rowsOf(page, 'Numbers of both runs');
    assert.deepEqual(rows.at(2), ['p50 latency', withInterval(before.latencyMs), withInterval(after.latencyMs), '–']);
    assert.ok((await rowsOf(page, 'More numbers')).every(([, , , change]) => change === '–'));
    assert.equal(await page.locator('.pass, .fail').count(), 0);
    assert.deepEqual(await panel.kept(), { runIds: [before.id, after.id] });
  });

  it('shows changes in percent for the same work, marked if responses are too few', async () => {
    const { page } = await show(states.comparedAlike);
    const { before, after } = states.comparedAlike;
    const rows = await rowsOf(page, 'Numbers of both runs');
    assert.deepEqual(
      rows.map(([name]) => name),
      ['Success ratio', 'Throughput', 'p50 latency', 'p95 latency', 'Output token throughput'],
    );
    assert.deepEqual(rows.at(0), ['Success ratio', '100%', '100%', '0.0 points']);
    assert.equal(rows.at(2)?.at(3), formatChange(after.latencyMs.median! / before.latencyMs.median! - 1));
    const more = await rowsOf(page, 'More numbers');
    const p999 = more.find(([name]) => name === 'p99.9 latency');
    assert.deepEqual(p999, [
      'p99.9 latency',
      `${formatMs(before.latencyMs.p999)} ?`,
      `${formatMs(after.latencyMs.p999)} ?`,
      `${formatChange(after.latencyMs.p999! / before.latencyMs.p999! - 1)} ?`,
    ]);
    assert.equal(await page.getByText('? = too few responses to rely on.').first().isVisible(), true);
  });

  it('shows objectives and targets of both runs', async () => {
    const { page } = await show(states.comparedAlike);
    const { before, after } = states.comparedAlike;
    assert.deepEqual((await rowsOf(page, 'Objectives of both runs')).at(0), ['p95 < 2s', 'Run', '1.43 s Met', '–']);
    const targets = await rowsOf(page, 'Targets of both runs');
    assert.deepEqual(
      targets.map(([name]) => name),
      before.perTarget.map(({ name }) => name),
    );
    const [a, b] = [before.perTarget[0]!.latencyMs.median!, after.perTarget[0]!.latencyMs.median!];
    assert.equal(targets[0]?.[3], `${formatMs(a)} → ${formatMs(b)} ${formatChange(b / a - 1)}`);
  });

  it('scrolls many targets in their own box', async () => {
    const before = syntheticRecord({ requests: 150, targets: 50 });
    const after = syntheticRecord({ requests: 150, targets: 50, medianMs: 700 });
    const { page } = await show({ kind: 'compare', before, after });
    assert.equal((await rowsOf(page, 'Targets of both runs')).length, 50);
    const box = page.getByRole('region', { name: 'Targets of both runs', exact: true }).locator('.table-box');
    const height = await box.evaluate((element) => element.clientHeight);
    assert.ok(height <= 520, String(height));
  });

  it('offers to swap the sides, and shows the other order', async () => {
    const panel = await show(states.comparedAlike);
    const { before, after } = states.comparedAlike;
    await panel.page.getByRole('button', { name: 'Swap' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'swapRuns' });
    await panel.send({ type: 'state', state: { kind: 'compare', before: after, after: before } });
    const [, , row] = await rowsOf(panel.page, 'Numbers of both runs');
    assert.equal(row?.[1], withInterval(after.latencyMs));
    assert.deepEqual(await panel.kept(), { runIds: [after.id, before.id] });
  });

  it('exports both runs', async () => {
    const panel = await show(states.comparedAlike);
    await panel.page.getByRole('button', { name: 'Copy' }).click();
    const { before, after } = states.comparedAlike;
    const request = { type: 'exportCompared', before: before.id, after: after.id, format: 'html', to: 'clipboard' };
    assert.deepEqual(await lastPosted(panel), request);
  });

  it('shows every number in full in a narrow panel, next to what it is', async () => {
    const { page } = await show(states.compared, { width: 400 });
    await scrollToEnd(page, 'Numbers of both runs');
    const lines = await tableOf(page, 'Numbers of both runs')
      .locator('tbody th')
      .first()
      .evaluate((cell) => {
        const words = document.createRange();
        words.selectNodeContents(cell);
        return words.getClientRects().length;
      });
    assert.equal(lines, 1);
  });

  it('overlays the histograms as shares of all responses', async () => {
    const { page } = await show(states.compared);
    await page.getByText('Show as table').first().click();
    const rows = await rowsOf(page, 'Latency, all responses');
    const sum = (column: number) => rows.reduce((total, row) => total + Number.parseFloat(row[column] ?? ''), 0);
    assert.ok(Math.abs(sum(2) - 100) < 0.5, String(sum(2)));
    assert.ok(Math.abs(sum(3) - 100) < 0.5, String(sum(3)));
  });
});
