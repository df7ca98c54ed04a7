import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { formatCount, formatMs, formatPercent, formatRate } from '../../src/core/report/format.ts';
import type { FromPanel, PanelState } from '../../src/extension/views/panelMessages.ts';
import { startHarness, type Harness, type Panel, type PanelOptions } from './harness.ts';
import { syntheticPlan, syntheticRecord, syntheticSnapshot, threeVerdicts } from './records.ts';
import { states } from './states.ts';

const lastPosted = async (panel: Panel): Promise<FromPanel | undefined> => (await panel.posted()).at(-1);
const table = (page: Page, label: string) => page.getByRole('table', { name: label, exact: true });
const rowsOf = async (page: Page, label: string): Promise<string[][]> =>
  table(page, label)
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));

const at = (elapsedMs: number, cancelling = false): Extract<PanelState, { readonly kind: 'running' }> => ({
  kind: 'running',
  name: 'endpoints.txt',
  plan: syntheticPlan,
  snapshot: syntheticSnapshot(elapsedMs),
  cancelling,
});

describe('results panel', () => {
  let harness: Harness;
  const opened: Panel[] = [];

  before(async () => {
    harness = await startHarness();
  });

  afterEach(async () => {
    for (const panel of opened.splice(0)) {
      assert.deepEqual(await panel.complaints(), []);
      await panel.page.close();
    }
  });

  after(() => harness.close());

  async function show(state: PanelState, options: PanelOptions = {}): Promise<Panel> {
    const panel = await harness.open(options);
    opened.push(panel);
    await panel.send({ type: 'init', l10n: {}, state });
    return panel;
  }

  it('says that it is ready, and draws nothing before it is told what to show', async () => {
    const panel = await harness.open();
    opened.push(panel);
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
    assert.equal(await panel.page.locator('main').textContent(), '');
  });

  it('speaks the language that it is given', async () => {
    const panel = await harness.open();
    opened.push(panel);
    await panel.send({ type: 'init', l10n: { 'No run yet': 'Noch kein Lauf' }, state: states.empty });
    await panel.page.getByRole('heading', { name: 'Noch kein Lauf' }).waitFor();
  });

  describe('before the first run', () => {
    it('offers to run and to look at the history, by mouse and by keyboard', async () => {
      const panel = await show(states.empty);
      await panel.page.getByRole('button', { name: 'Run Benchmark' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'run' });
      await panel.page.keyboard.press('Tab');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
    });
  });

  describe('while a run is in progress', () => {
    it('shows phase, elapsed time, progress and numbers so far', async () => {
      const snapshot = syntheticSnapshot(21_400);
      const { page } = await show(at(21_400));
      const { requestsSent, throughputPerS, latencyMs } = snapshot.summary;
      const text = (await page.locator('main').textContent()) ?? '';
      for (const part of ['Measuring', '21.4 s', `${String(requestsSent)} of 500 requests`]) {
        assert.ok(text.includes(part), part);
      }
      assert.deepEqual((await page.locator('.tile dd:not(.remark)').allTextContents()).slice(0, 3), [
        formatRate(throughputPerS),
        formatMs(latencyMs.median),
        formatMs(latencyMs.p95),
      ]);
      const bar = page.getByRole('progressbar', { name: 'Progress of the run' });
      assert.equal(await bar.getAttribute('aria-valuenow'), String(Math.round(requestsSent / 5)));
      assert.deepEqual(await rowsOf(page, 'Status codes and errors'), [['200 OK', formatCount(requestsSent), '100%']]);
    });

    it('counts seconds when the duration decides', async () => {
      const plan = { ...syntheticPlan, requests: null, durationS: 40 };
      const { page } = await show({ ...at(10_000), plan });
      const bar = page.getByRole('progressbar');
      assert.equal(await bar.getAttribute('aria-valuenow'), '25');
      assert.match((await bar.getAttribute('aria-valuetext')) ?? '', /10\.0 s of 40\.0 s$/);
    });

    it('brings snapshots in place: nodes, focus and scroll stay', async () => {
      const panel = await show(at(5000), { height: 300 });
      const { page } = panel;
      const cancel = page.getByRole('button', { name: 'Cancel' });
      await cancel.focus();
      await page.evaluate(() => {
        scrollTo(0, 120);
        for (const node of document.querySelectorAll('main *')) node.setAttribute('data-before', '');
      });
      for (const ms of [5250, 5500, 20_000]) await panel.send({ type: 'state', state: at(ms) });
      const now = await page.evaluate(() => ({
        focused: document.activeElement?.textContent,
        scroll: scrollY,
        replaced: [...document.querySelectorAll('main :not([data-before])')].map((node) => node.tagName),
      }));
      assert.equal(now.focused, 'Cancel');
      assert.equal(now.scroll, 120);
      assert.deepEqual(now.replaced, []);
      assert.match((await page.locator('.elapsed').textContent()) ?? '', /^20\.0 s$/);
    });

    it('cancels once, and says so', async () => {
      const panel = await show(at(5000));
      const button = panel.page.locator('vscode-button');
      await button.click();
      assert.deepEqual(await lastPosted(panel), { type: 'cancel' });
      await panel.send({ type: 'state', state: at(5250, true) });
      assert.equal(await button.textContent(), 'Cancelling …');
      await button.click();
      assert.equal((await panel.posted()).filter(({ type }) => type === 'cancel').length, 1);
    });

    it('announces what it does, not every snapshot', async () => {
      const panel = await show(at(5000));
      await panel.page.evaluate(() => {
        const status = document.querySelector('[role=status]');
        if (status !== null) {
          new MutationObserver(() => window.posted.push({ type: 'run' })).observe(status, { childList: true });
        }
      });
      const announced = async () => (await panel.posted()).filter(({ type }) => type === 'run').length;
      await panel.send({ type: 'state', state: at(5250) });
      await panel.send({ type: 'state', state: at(5500) });
      assert.equal(await announced(), 0);
      await panel.send({ type: 'state', state: states.completed });
      assert.equal(await announced(), 1);
      assert.equal(await panel.page.getByRole('status').first().textContent(), 'endpoints.txt: Completed');
    });

    it('goes on at the heading when the focused button goes away', async () => {
      const panel = await show(at(5000));
      await panel.page.getByRole('button', { name: 'Cancel' }).focus();
      await panel.send({ type: 'state', state: states.completed });
      assert.equal(await panel.page.evaluate(() => document.activeElement?.tagName), 'H1');
    });
  });

  describe('of a finished run', () => {
    const { record } = states.completed;

    it('shows the numbers of the record', async () => {
      const { page } = await show(states.completed);
      assert.deepEqual(await page.locator('.tile dd:not(.remark)').allTextContents(), [
        formatRate(record.throughputPerS),
        formatMs(record.latencyMs.median),
        formatMs(record.latencyMs.p95),
        formatMs(record.latencyMs.p99),
        '100%',
        formatMs(record.totalMs),
      ]);
      const rows = await rowsOf(page, 'Latency statistics');
      const p999 = formatMs(record.latencyMs.p999);
      assert.deepEqual(
        rows.find(([name]) => name === 'p99.9'),
        ['p99.9', ...Array.from({ length: 2 }, () => `${p999} not reliable, needs 2,995 responses`)],
      );
      assert.equal(rows.length, 10);
      const text = (await page.locator('main').textContent()) ?? '';
      for (const part of ['The client kept up', '3f9c1d2ab47e, with changes', 'build-07.example.org', '[::1]:5000']) {
        assert.ok(text.includes(part), part);
      }
    });

    it('marks percentiles of too few responses and says what they need', async () => {
      const { page } = await show(states.small);
      assert.deepEqual(await page.locator('.tile.unsure').allTextContents(), [
        `p95${formatMs(states.small.record.latencyMs.p95)}not reliable: needs 59 responses`,
        `p99${formatMs(states.small.record.latencyMs.p99)}not reliable: needs 299 responses`,
      ]);
      await page.getByText('The process that sends ended unexpectedly.').waitFor();
    });

    it('shows what became of each objective in words', async () => {
      const { page } = await show(states.completed);
      assert.deepEqual(await rowsOf(page, 'Objectives'), [
        ['p95 < 2s', 'The whole run', '1.43 s', 'Pass'],
        ['errors < 0.1%', 'The whole run', '1.32%', 'Fail'],
        ['p99.9 <= 3s', 'sleeper', '2.11 s', 'Not enough data'],
      ]);
      assert.equal(threeVerdicts.length, 3);
    });

    it('says that latency covers failures too, with the successes beside it', async () => {
      const { page } = await show(states.refused);
      const { requestsSent, successes, latencyMs, successLatencyMs } = states.refused.record;
      await page
        .getByText(
          `${String(requestsSent - successes)} of ${String(requestsSent)} requests failed. Latency covers all responses: ` +
            `p50 ${formatMs(latencyMs.median)}, p95 ${formatMs(latencyMs.p95)}. ` +
            `Successes alone: p50 ${formatMs(successLatencyMs.median)}, p95 ${formatMs(successLatencyMs.p95)}.`,
        )
        .waitFor();
      await page.getByText('The client may be the bottleneck.').waitFor();
      await page.getByText('No folder is open').waitFor();
      const outcomes = await rowsOf(page, 'Status codes and errors');
      assert.deepEqual(
        outcomes.map(([name]) => name),
        ['200 OK', '429 Too Many Requests', 'Connection reset', 'Timed out'],
      );
      assert.equal(outcomes[0]?.[2], formatPercent(successes / requestsSent));
    });

    it('shows what a server said as text, whatever it said', async () => {
      const { page } = await show(states.refused);
      const sample = page.locator('details.failure').first();
      await sample.locator('summary').click();
      assert.equal(await sample.locator('pre').textContent(), '<img src=x onerror="alert(1)"><b>429</b> & "slow down"');
      assert.equal(await page.locator('main img, main b').count(), 0);
    });

    it('sorts targets by a click on a heading', async () => {
      const { page } = await show(states.completed);
      const { perTarget } = record;
      const names = async () => (await rowsOf(page, 'Targets')).map(([name]) => name?.split(' ')[0]);
      const p95 = table(page, 'Targets').getByRole('columnheader', { name: 'p95' });
      const slowest = perTarget.toSorted((a, b) => b.latencyMs.p95! - a.latencyMs.p95!).map(({ name }) => name);
      assert.deepEqual(
        await names(),
        perTarget.map(({ name }) => name),
      );
      await p95.getByRole('button').click();
      assert.deepEqual(await names(), slowest);
      assert.equal(await p95.getAttribute('aria-sort'), 'descending');
      await p95.getByRole('button').click();
      assert.deepEqual(await names(), slowest.toReversed());
    });

    it('stays quick with thousands of targets and says what it leaves out', async () => {
      const many = syntheticRecord({ requests: 6000, targets: 3000 });
      const { page } = await show({ kind: 'run', record: many, keptForSession: false });
      assert.equal((await rowsOf(page, 'Targets')).length, 200);
      await page.getByText('200 of 3,000 targets are shown').waitFor();
    });

    it('runs again, exports in the chosen format, opens the file and the history', async () => {
      const panel = await show(states.completed);
      const { page } = panel;
      const { id } = record;
      await page.getByRole('button', { name: 'Run Again' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'runAgain', id });
      await page.getByRole('button', { name: 'Copy' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'json', to: 'clipboard' });
      await page.getByRole('combobox', { name: 'Export format' }).click();
      await page.getByRole('option', { name: 'Markdown' }).click();
      await page.getByRole('button', { name: 'Save…' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'markdown', to: 'file' });
      await page.getByRole('button', { name: 'load/endpoints.txt' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'openSource', id });
      await page.getByRole('button', { name: 'Show History' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
    });

    it('keeps the id of the run and nothing else', async () => {
      const panel = await show(states.completed);
      assert.deepEqual(await panel.kept(), { runIds: [record.id] });
    });
  });

  describe('of two runs', () => {
    it('shows both, what differs in the work, and no verdict', async () => {
      const panel = await show(states.compared);
      const { page } = panel;
      const { before, after } = states.compared;
      for (const sentence of ['The targets are not the same.', 'Concurrency: 10 before, 20 after.']) {
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

  it('says that a run is gone and what to do', async () => {
    const panel = await show(states.missing);
    await panel.page.getByRole('heading', { name: 'This run is no longer in the history' }).waitFor();
    await panel.page.getByRole('button', { name: 'Show History' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
  });
});
