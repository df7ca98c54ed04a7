import assert from 'node:assert/strict';
import { answer, choose, closePalette, runCommand, treeRows } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';
import { heading, table } from './panel.ts';
import { mockUrl, openBesideMock } from './shared.ts';

describe('a sweep from the Command Palette', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock('endpoints.txt', `${mockUrl('/hello')}\n`);
  });

  it('asks for levels and requests, and is stored in the history as a sweep', async () => {
    await runCommand(bench.page, 'Loadlens: Run Sweep…');
    await choose(bench.page, 'Concurrency Levels');
    await answer(bench.page, /Concurrency of each level/, '1,2');
    await answer(bench.page, /Requests per level/, '8');
    await heading(bench, 'endpoints.txt').waitFor();
    await bench.webview().locator('.headline, .verdict', { hasText: 'Completed' }).waitFor();
    await runCommand(bench.page, 'Loadlens: Show History');
    const rows = treeRows(bench.page, /History/);
    await waitFor('one result in the history', async () => (await rows.count()) === 1);
    assert.match(await rows.first().innerText(), /endpoints\.txt[^]*sweep 1–2/);
  });

  it('asks for arrival rates instead, and shows them in panel and history', async () => {
    await runCommand(bench.page, 'Loadlens: Run Sweep…');
    await choose(bench.page, 'Arrival Rates');
    await answer(bench.page, /Requests\/s of each level/, '20,40,inf');
    await answer(bench.page, /Requests per level/, '8');
    await bench.webview().locator('.remark', { hasText: 'Rates 20/s, 40/s, inf' }).waitFor();
    await bench.webview().locator('.headline, .verdict', { hasText: 'Completed' }).waitFor();
    assert.deepEqual(Object.keys(await table(bench, 'Rates')), ['20/s', '40/s', 'inf']);
    const rows = treeRows(bench.page, /History/);
    await waitFor('two results in the history', async () => (await rows.count()) === 2);
    assert.match(await rows.first().innerText(), /endpoints\.txt[^]*rates 20\/s–inf/);
  });

  it('finds the capacity for objectives that it checks as they are typed', async () => {
    await runCommand(bench.page, 'Loadlens: Find Capacity…');
    await choose(bench.page, 'Find the Capacity by Concurrency');
    await answer(bench.page, /Objectives to meet/, 'p95 < baseline');
    // The problem takes the place of the prompt.
    await answer(bench.page, /a baseline is of single runs/, 'p95 < 10s');
    await answer(bench.page, /Highest concurrency to try/, '2');
    await answer(bench.page, /Requests per run.*default: 118, or 10 × concurrency if that is more/, '20 conversations');
    await answer(bench.page, /Type a whole number such as 500/, '120');
    await bench
      .webview()
      .locator('.reason', { hasText: /concurrency 1/i })
      .waitFor();
    const verdict = bench.webview().locator('.verdict');
    await verdict.filter({ hasText: 'Meets p95 < 10s at concurrency 2, the highest level allowed.' }).waitFor();
    const newest = treeRows(bench.page, /History/).first();
    await newest.filter({ hasText: /endpoints\.txt[^]*capacity 2/ }).waitFor();
    await runCommand(bench.page, 'Loadlens: Find Capacity…');
    await choose(bench.page, 'Find the Capacity by Concurrency');
    await answer(bench.page, /Objectives to meet/, 'p95 < 10s');
    await answer(bench.page, /Highest concurrency to try/, '1');
    // The amount of the last time is the initial value.
    await bench.page
      .locator('.quick-input-widget')
      .filter({ hasText: /Requests per run/ })
      .waitFor();
    assert.equal(await bench.page.locator('.quick-input-widget input').first().inputValue(), '120');
    await closePalette(bench.page);
  });
});
