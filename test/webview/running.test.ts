import assert from 'node:assert/strict';
import { formatCount, formatMs, formatRate } from '../../src/core/format.ts';
import type { Snapshot } from '../../src/core/metrics/types.ts';
import type { PanelState } from '../../src/panel-protocol.ts';
import { lastPosted, rowsOf, usePanels } from './panels.ts';
import { syntheticPlan, syntheticSnapshot } from './states/records.ts';
import { states } from './states/states.ts';

const at = (elapsedMs: number, cancelling = false): Extract<PanelState, { readonly kind: 'running' }> => ({
  kind: 'running',
  name: 'endpoints.txt',
  plan: syntheticPlan,
  snapshot: syntheticSnapshot(elapsedMs),
  cancelling,
});

describe('results panel while a run is in progress', () => {
  const { show } = usePanels();

  it('shows phase, elapsed time, progress, and numbers so far', async () => {
    const snapshot = syntheticSnapshot(21_400);
    const { page } = await show(at(21_400));
    const { requestsSent, throughputPerS, latencyMs } = snapshot.summary;
    const text = (await page.locator('main').textContent()) ?? '';
    for (const part of ['Measuring', '21.4 s', `${String(requestsSent)} of 500 requests`]) {
      assert.ok(text.includes(part), part);
    }
    assert.deepEqual((await page.locator('.tile:visible dd:not(.remark)').allTextContents()).slice(0, 4), [
      formatRate(throughputPerS),
      formatMs(latencyMs.p95),
      '100%',
      formatMs(latencyMs.median),
    ]);
    const bar = page.getByRole('progressbar', { name: 'Progress of the run' });
    assert.equal(await bar.getAttribute('aria-valuenow'), String(Math.round(requestsSent / 5)));
    assert.deepEqual(await rowsOf(page, 'Status codes and errors'), [['200 OK', formatCount(requestsSent), '100%']]);
  });

  const firstTile = async (snapshot: Snapshot): Promise<string | null> => {
    const { page } = await show({ ...at(0), snapshot });
    return page.locator('.tile:visible').first().textContent();
  };

  it('shows no rate before 1 s and 10 responses', async () => {
    const early = { ...syntheticSnapshot(2000, { medianMs: 100 }), elapsedMs: 999 };
    assert.ok(early.summary.responses > 10);
    assert.equal(await firstTile(early), 'Throughput–after 1 s and 10 responses');
    assert.equal(
      await firstTile({ ...early, elapsedMs: 1000 }),
      `Throughput${formatRate(early.summary.throughputPerS)}${String(early.summary.responses)} responses`,
    );
    const few = { ...early, elapsedMs: 9000, summary: { ...early.summary, responses: 9 } };
    assert.equal(await firstTile(few), 'Throughput–after 1 s and 10 responses');
  });

  it('shows successes first if responses failed', async () => {
    const snapshot = syntheticSnapshot(21_400, { refused: 0.7 });
    const { page } = await show({ ...at(21_400), snapshot });
    const { successThroughputPerS, throughputPerS, successLatencyMs, latencyMs } = snapshot.summary;
    assert.deepEqual((await page.locator('.tile:visible').allTextContents()).slice(0, 2), [
      `Successes${formatRate(successThroughputPerS)}all responses: ${formatRate(throughputPerS)}`,
      `p95 of successes${formatMs(successLatencyMs.p95)}so far; all responses: ${formatMs(latencyMs.p95)}`,
    ]);
  });

  it('shows immediately when the server stopped responding', async () => {
    const snapshot = syntheticSnapshot(25_000, { goneAtMs: 20_000 });
    const { page } = await show({ ...at(25_000), snapshot });
    const sentence = `The server stopped responding after ${formatMs(snapshot.summary.unresponsiveFromMs ?? null)}: connection refused.`;
    assert.ok((await page.locator('.note.warning').textContent())?.startsWith(`${sentence} `));
    const label = await page.getByRole('img', { name: /^Throughput over time/ }).getAttribute('aria-label');
    assert.ok(label?.endsWith(` ${sentence}`), label ?? '');
  });

  it('shows seconds if the duration ends the run', async () => {
    const plan = { ...syntheticPlan, requests: null, durationS: 40 };
    const { page } = await show({ ...at(10_000), plan });
    const bar = page.getByRole('progressbar');
    assert.equal(await bar.getAttribute('aria-valuenow'), '25');
    assert.match((await bar.getAttribute('aria-valuetext')) ?? '', /10\.0 s of 40 s$/);
  });

  it('distinguishes queued requests from requests in flight', async () => {
    const ended = { ...syntheticSnapshot(21_400), phase: 'draining' } as const;
    const panel = await show({ ...at(21_400), snapshot: { ...ended, waiting: 22 } });
    const text = async (): Promise<string> => (await panel.page.locator('main').textContent()) ?? '';
    assert.match(await text(), /Sending backlog/);
    await panel.send({ type: 'state', state: { ...at(21_400), snapshot: ended } });
    assert.match(await text(), /Draining in-flight requests/);
  });

  it('updates in place, and keeps nodes, focus, and scroll position', async () => {
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

  it('cancels once, and shows it', async () => {
    const panel = await show(at(5000));
    const button = panel.page.locator('vscode-button');
    await button.click();
    assert.deepEqual(await lastPosted(panel), { type: 'cancel' });
    await panel.send({ type: 'state', state: at(5250, true) });
    assert.equal(await button.textContent(), 'Cancelling …');
    await button.click();
    assert.equal((await panel.posted()).filter(({ type }) => type === 'cancel').length, 1);
  });

  it('announces phases to screen readers, not every snapshot', async () => {
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
    assert.equal(
      await panel.page.getByRole('status').first().textContent(),
      'endpoints.txt: Failed: errors 1.32%, objective 0.1%.',
    );
  });

  it('moves the focus to the heading if the focused button is removed', async () => {
    const panel = await show(at(5000));
    await panel.page.getByRole('button', { name: 'Cancel' }).focus();
    await panel.send({ type: 'state', state: states.completed });
    assert.equal(await panel.page.evaluate(() => document.activeElement?.tagName), 'H1');
  });
});
