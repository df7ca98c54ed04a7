import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import {
  answer,
  chooseFromMenu,
  notification,
  openFile,
  reloadWindow,
  runCommand,
  treeRows,
} from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';
import { finishedRun, heading, table } from './panel.ts';
import { makeWorkspace, mockAnswers, mockUrl, openWorkspace } from './shared.ts';

describe('the history', () => {
  let bench: Workbench;
  const rows = (): Locator => treeRows(bench.page, /History/);
  const row = (text: string | RegExp): Locator => rows().filter({ hasText: text });
  const count = (expected: number): Promise<void> =>
    waitFor(`${expected} rows`, async () => (await rows().count()) === expected);
  const select = async (...at: number[]): Promise<void> => {
    for (const [n, index] of at.entries())
      await rows()
        .nth(index)
        .click(n === 0 ? {} : { modifiers: ['ControlOrMeta'] });
  };

  before(async () => {
    bench = await openWorkspace(
      makeWorkspace({
        'a.endpoints': `# @requests 80\n\n${mockUrl('/hello')}\n`,
        'b.endpoints': `# @requests 80\n\n${mockUrl('/hello')}\n`,
      }),
    );
    await openFile(bench.page, 'a.endpoints');
    await runCommand(bench.page, 'Loadlens: Start Mock Server');
    await waitFor('the mock server', mockAnswers);
    await runCommand(bench.page, 'Loadlens: Show History');
    for (let n = 1; n <= 4; n += 1) {
      await runCommand(bench.page, 'Loadlens: Run Benchmark');
      await count(n);
    }
    await openFile(bench.page, 'b.endpoints').catch(() => undefined);
  });

  it('says the time first, where a narrow view does not cut it off', async () => {
    assert.match(await rows().first().innerText(), /^a\.endpoints\s+just now · p95 /);
  });

  it('renames by F2, and finds by name', async () => {
    await rows().nth(3).click();
    await bench.page.keyboard.press('F2');
    await answer(bench.page, /Name in the history/, 'baseline');
    await row('baseline').waitFor();
    await runCommand(bench.page, 'Loadlens: Filter History…');
    await bench.page.locator('.quick-input-widget input').first().fill('basel');
    await bench.page.keyboard.press('Enter');
    await count(1);
    await bench.page.getByText('1 of 4 results: basel').waitFor();
    await runCommand(bench.page, 'Loadlens: Clear History Filter');
    await count(4);
  });

  it('shows a note with the result', async () => {
    await chooseFromMenu(bench.page, row('baseline'), 'Edit Note…');
    await answer(bench.page, /Shown in the tooltip/, 'before the index');
    await row('baseline').click();
    await finishedRun(bench, 'a.endpoints');
    const facts = bench.webview().locator('.provenance');
    await facts.getByText('before the index').waitFor();
    await facts.getByText('baseline').waitFor();
  });

  it('keeps pinned results on top', async () => {
    await chooseFromMenu(bench.page, row('baseline'), 'Pin Result');
    await row('Pinned').waitFor();
    assert.match(await rows().nth(1).innerText(), /^baseline/);
    await chooseFromMenu(bench.page, row('baseline'), 'Unpin Result');
    await count(4);
  });

  it('deletes by key, and takes it back', async () => {
    await select(0, 1);
    await bench.page.keyboard.press('Delete');
    await count(2);
    const said = notification(bench.page, 'Deleted 2 results.');
    await said.getByRole('button', { name: 'Undo' }).click();
    await count(4);
  });

  it('compares four runs as two sides, and keeps the verdict', async () => {
    await select(0, 1, 2, 3);
    await chooseFromMenu(bench.page, rows().nth(3), 'Compare Runs');
    await bench.page
      .locator('.quick-input-widget')
      .getByText('Select the runs of side A')
      .waitFor({ state: 'attached' });
    await bench.page.keyboard.press('Enter');
    await heading(bench, /A\/B comparison/).waitFor();
    assert.equal(Object.keys(await table(bench, 'Runs')).length, 2);
    await count(5);
    assert.match(await rows().first().innerText(), /^a\.endpoints\s+just now · A\/B /);
    await reloadWindow(bench.page);
    await heading(bench, /A\/B comparison/).waitFor();
  });
});
