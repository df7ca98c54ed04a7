import assert from 'node:assert/strict';
import { answer, runCommand, treeRows } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';
import { heading } from './panel.ts';
import { mockUrl, openBesideMock } from './shared.ts';

describe('a sweep from the Command Palette', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock('endpoints.txt', `${mockUrl('/hello')}\n`);
  });

  it('asks for levels and requests, and is stored in the history as a sweep', async () => {
    await runCommand(bench.page, 'Loadlens: Run Sweep…');
    await answer(bench.page, /Concurrency of each level/, '1,2');
    await answer(bench.page, /Requests per level/, '8');
    await heading(bench, 'endpoints.txt').waitFor();
    await bench.webview().locator('.headline, .verdict', { hasText: 'Completed' }).waitFor();
    await runCommand(bench.page, 'Loadlens: Show History');
    const rows = treeRows(bench.page, /History/);
    await waitFor('one result in the history', async () => (await rows.count()) === 1);
    assert.match(await rows.first().innerText(), /endpoints\.txt[^]*sweep 1–2/);
  });
});
