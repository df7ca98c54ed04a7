import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  answer,
  chooseFromMenu,
  chooseTheme,
  lenses,
  notification,
  openFile,
  paletteOffers,
  pressDialogButton,
  reloadWindow,
  runCommand,
  saveAs,
  treeRows,
} from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';
import { finishedRun, heading, table, tile } from './panel.ts';
import { answered, makeWorkspace, mockAnswers, mockUrl, openWorkspace, screenshots, stopWorkbench } from './shared.ts';

const requests = 40;
const themes = { light: 'Light Modern', dark: 'Dark Modern', 'high-contrast': 'Dark High Contrast' };

describe('the main workflow', () => {
  let folder = '';
  let bench: Workbench;
  const history = () => treeRows(bench.page, /History/);

  before(async () => {
    folder = makeWorkspace({
      'endpoints.txt': [
        '# @name tokens',
        mockUrl('/tokenizer?output_tokens=3'),
        '',
        '# @name hello',
        mockUrl('/hello'),
        '',
      ].join('\n'),
    });
    bench = await openWorkspace(folder);
    await openFile(bench.page, 'endpoints.txt');
  });

  it('runs from the Command Palette, with the mock server it offers to start', async () => {
    await lenses(bench.page, /Run Benchmark/).waitFor();
    await runCommand(bench.page, 'Loadlens: Run with Options');
    await answer(bench.page, /Number of requests/, String(requests));
    await answer(bench.page, /Concurrency/, '8');
    await pressDialogButton(bench.page, 'Start Mock Server and Run');
    await finishedRun(bench, 'endpoints.txt');
  });

  it('shows the counts of the server', async () => {
    assert.equal(await answered(), requests);
    assert.deepEqual(await tile(bench, 'Success'), { value: '100%', remark: `${requests} of ${requests}` });
    assert.deepEqual(await table(bench, 'Status codes and errors'), { '200 OK': [String(requests), '100%'] });
  });

  it('shows the panel in light, dark, and high contrast', async () => {
    for (const [name, theme] of Object.entries(themes)) {
      await chooseTheme(bench.page, theme);
      const kind = { light: 'vscode-light', dark: 'vscode-dark', 'high-contrast': 'vscode-high-contrast' }[name] ?? '';
      await bench.webview().locator(`body.${kind}`).waitFor();
      await bench.page.setViewportSize({ width: 1400, height: 2600 });
      const file = path.join(screenshots, `panel-${name}.png`);
      await bench.page.screenshot({ path: file });
      assert.ok(existsSync(file));
    }
    await bench.page.setViewportSize({ width: 1400, height: 900 });
  });

  it('opens the line of a target that cannot be sent', async () => {
    writeFileSync(path.join(folder, 'think.endpoints'), `# @think 2s\nPOST ${mockUrl('/v1/completions')}\n\n{}\n`);
    await openFile(bench.page, 'think.endpoints');
    await lenses(bench.page, '▶ Run').last().click();
    const shown = notification(bench.page, 'think.endpoints:2: @think has no conversations.');
    await shown.getByRole('button', { name: 'Go to Line 2' }).click();
    await bench.page.locator('.statusbar-item').filter({ hasText: 'Ln 2, Col 1' }).waitFor();
  });

  it('runs one target from its CodeLens', async () => {
    const before = await answered();
    await openFile(bench.page, 'endpoints.txt');
    const lens = lenses(bench.page, /Run(?! Benchmark)/).last();
    await lens.click();
    await finishedRun(bench, 'hello');
    const sent = (await answered()) - before;
    assert.ok(sent > 0);
    assert.equal((await tile(bench, 'Success')).remark, `${sent} of ${sent}`);
    assert.deepEqual(Object.keys(await table(bench, 'Targets')).length, 1);
  });

  it('lists both runs in the history', async () => {
    await runCommand(bench.page, 'Loadlens: Show History');
    await waitFor('two runs in the history', async () => (await history().count()) === 2);
    const newest = await history().nth(0).innerText();
    assert.match(newest, /hello/);
    const { value } = await tile(bench, 'Throughput');
    assert.ok(newest.includes(value), `${newest} has the ${value} of the panel`);
    assert.match(await history().nth(1).innerText(), /endpoints\.txt/);
  });

  it('compares two runs side by side', async () => {
    await history().nth(0).click();
    await history()
      .nth(1)
      .click({ modifiers: ['ControlOrMeta'] });
    await chooseFromMenu(bench.page, history().nth(1), 'Compare Runs');
    await heading(bench, 'Two runs side by side').waitFor();
    const cards = bench.webview().locator('.run-card');
    assert.match(await cards.nth(0).innerText(), /Before[^]*endpoints\.txt[^]*40 requests/);
    assert.match(await cards.nth(1).innerText(), /After[^]*endpoints\.txt[^]*10 requests/);
  });

  it('exports a run', async () => {
    await history().nth(1).click();
    await finishedRun(bench, 'endpoints.txt');
    await bench.webview().getByRole('button', { name: 'Save…' }).click();
    const target = path.join(folder, 'result.json');
    await saveAs(bench.page, target);
    await waitFor('the exported file', () => existsSync(target) && statSync(target).size > 0);
    const record: { schema?: string; statusCodes?: unknown } = JSON.parse(readFileSync(target, 'utf8'));
    assert.equal(record.schema, 'loadlens.run/1');
    assert.deepEqual(record.statusCodes, { 200: requests });
  });

  it('keeps panel and history after a window reload, which stops the mock server', async () => {
    await reloadWindow(bench.page);
    await bench.webview().locator('.verdict').waitFor({ state: 'detached' });
    await finishedRun(bench, 'endpoints.txt');
    await runCommand(bench.page, 'Loadlens: Show History');
    await waitFor('two runs in the history', async () => (await history().count()) === 2);
    assert.equal(await mockAnswers(), false);
  });

  it('keeps the history after a restart of server and browser', async () => {
    await stopWorkbench();
    bench = await openWorkspace(folder);
    await finishedRun(bench, 'endpoints.txt');
    assert.equal((await tile(bench, 'Success')).remark, `${requests} of ${requests}`);
    await runCommand(bench.page, 'Loadlens: Show History');
    await waitFor('two runs in the history', async () => (await history().count()) === 2);
  });

  it('hides commands that have no effect', async () => {
    // One by one, because the palette renders only those in sight.
    const offered: string[] = [];
    for (const title of ['Run Benchmark', 'Cancel Run', 'Stop Mock Server']) {
      const offers = await paletteOffers(bench.page, `Loadlens: ${title}`);
      if (offers.some((offer) => offer.includes(title))) offered.push(title);
    }
    assert.deepEqual(offered, ['Run Benchmark']);
  });
});
