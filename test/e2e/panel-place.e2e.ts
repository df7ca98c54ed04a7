import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { lenses, openFile, runCommand } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { finishedRun, heading } from './panel.ts';
import { makeWorkspace, mockAnswers, mockUrl, openWorkspace } from './shared.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the results panel that opens in an empty window', () => {
  let bench: Workbench;
  const group = (at: number): Locator => bench.page.locator('.editor-group-container').nth(at);
  const tabs = (at: number): Promise<string[]> => group(at).locator('.tab .label-name').allInnerTexts();

  before(async () => {
    const folder = makeWorkspace({ 'endpoints.txt': `${mockUrl('/hello')}\n`, 'notes.txt': 'notes\n' });
    bench = await openWorkspace(folder);
    await bench.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    await runCommand(bench.page, 'Loadlens: Start Mock Server');
    await waitFor('the mock server', mockAnswers);
    await runCommand(bench.page, 'Loadlens: Run Benchmark');
    await finishedRun(bench, 'endpoints.txt');
  });

  it('has its group to itself: files open beside it, and neither covers the other', async () => {
    await openFile(bench.page, 'endpoints.txt');
    await lenses(bench.page, /Run Benchmark/).waitFor();
    assert.deepEqual([await tabs(0), await tabs(1)], [['Loadlens Results'], ['endpoints.txt']]);
    await heading(bench, 'endpoints.txt').click();
    await openFile(bench.page, 'notes.txt');
    assert.deepEqual(await tabs(0), ['Loadlens Results']);
    assert.ok((await tabs(1)).includes('notes.txt'));
    await heading(bench, 'endpoints.txt').waitFor();
  });

  it('opens the file of its run beside itself', async () => {
    await bench.webview().locator('.provenance').getByRole('button', { name: 'endpoints.txt' }).click();
    await group(1).locator('.tab.active').filter({ hasText: 'endpoints.txt' }).waitFor();
    assert.deepEqual(await tabs(0), ['Loadlens Results']);
  });

  it('opens beside an editor, and its group is locked there too', async () => {
    await bench.page.keyboard.press('ControlOrMeta+k');
    await bench.page.keyboard.press('ControlOrMeta+w');
    await openFile(bench.page, 'endpoints.txt');
    await runCommand(bench.page, 'Loadlens: Run Benchmark');
    await heading(bench, 'endpoints.txt').click();
    await openFile(bench.page, 'notes.txt');
    assert.ok((await tabs(0)).includes('notes.txt'));
    assert.deepEqual(await tabs(1), ['Loadlens Results']);
  });
});
