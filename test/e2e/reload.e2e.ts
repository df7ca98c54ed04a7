import assert from 'node:assert/strict';
import { answer, choose, notification, reloadWindow, runCommand, treeRows } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';
import { finishedRun, heading, table, tile } from './panel.ts';
import { answered, mockAnswers, mockUrl, openBesideMock } from './shared.ts';

describe('a window reload during a run', () => {
  let bench: Workbench;

  before(async () => {
    const text = ['# @requests 400', '# @concurrency 4', '', mockUrl('/sleeper?sleep_length=2'), ''].join('\n');
    bench = await openBesideMock('endpoints.txt', text);
  });

  it('keeps the run in the history, with what was measured', async () => {
    await runCommand(bench.page, 'Loadlens: Run Benchmark');
    await heading(bench, 'endpoints.txt').waitFor();
    await waitFor('some answers', async () => (await answered()) >= 60);
    const atLeast = 20;
    const before = await answered();
    await reloadWindow(bench.page);
    await notification(bench.page, /was running when the window closed or reloaded/).waitFor();
    await finishedRun(bench, 'endpoints.txt', 'Stopped unexpectedly');
    const verdict = await bench.webview().locator('.verdict').innerText();
    assert.match(verdict, /Stopped unexpectedly .* Results cover the \d+ requests reported before that\./);
    const kept = Number(/(\d+) requests/.exec(verdict)?.[1]);
    assert.ok(kept >= atLeast && kept <= before + 40, `${kept} of ${before} are kept`);
    assert.deepEqual(await tile(bench, 'Success'), { value: '100%', remark: `${kept} of ${kept}` });
    await bench.webview().getByRole('main').getByText('The window was reloaded or closed during the run').waitFor();
    await runCommand(bench.page, 'Loadlens: Show History');
    const rows = treeRows(bench.page, /History/);
    await waitFor('one run in the history', async () => (await rows.count()) === 1);
    assert.match(await rows.first().innerText(), /endpoints\.txt/);
  });
});

describe('a window reload during a sweep', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock('endpoints.txt', `${mockUrl('/sleeper?sleep_length=1')}\n`);
  });

  it('keeps the sweep in the history, with the finished levels', async () => {
    await runCommand(bench.page, 'Loadlens: Run Sweep…');
    await choose(bench.page, 'Concurrency Levels');
    await answer(bench.page, /Concurrency of each level/, '1,2,4');
    await answer(bench.page, /Requests per level/, '5s');
    await heading(bench, 'endpoints.txt').waitFor();
    await bench.webview().getByText('1 of 3 levels have ended').waitFor();
    await reloadWindow(bench.page);
    await notification(bench.page, /was running when the window closed or reloaded/).waitFor();
    await finishedRun(bench, 'endpoints.txt', 'Stopped unexpectedly');
    const note = await bench.webview().locator('.note').first().innerText();
    assert.match(note, /Sweep stopped unexpectedly\. .* Results cover 1 of 3 levels\./);
    const levels = await table(bench, 'Levels');
    assert.deepEqual(Object.keys(levels), ['1']);
    const [requests, success] = levels['1'] ?? [];
    assert.ok(Number(requests) >= 20 && Number(requests) <= 50, `${requests} requests of 100 ms in 5 s`);
    assert.equal(success, '100%');
    await runCommand(bench.page, 'Loadlens: Show History');
    const rows = treeRows(bench.page, /History/);
    await waitFor('one sweep in the history', async () => (await rows.count()) === 1);
    assert.match(await rows.first().innerText(), /endpoints\.txt[^]*sweep 1[^]*stopped unexpectedly: 1 of 3 levels/);
  });
});

describe('a results panel behind another editor', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock(
      'endpoints.txt',
      ['# @requests 5', '', mockUrl('/sleeper?sleep_length=1'), ''].join('\n'),
    );
  });

  it('is reused for the next run after a reload', async () => {
    const { page } = bench;
    await runCommand(page, 'Loadlens: Run Benchmark');
    await finishedRun(bench, 'endpoints.txt');
    const panels = page.locator('.tab').filter({ hasText: 'Loadlens Results' });
    await panels.click();
    await runCommand(page, 'File: New Untitled Text File');
    await page.locator('.tab.active').filter({ hasText: 'Untitled-1' }).waitFor();
    await reloadWindow(page);
    await panels.waitFor();
    await page.locator('.tab').filter({ hasText: 'endpoints.txt' }).click();
    // It ended with the window.
    await runCommand(page, 'Loadlens: Start Mock Server');
    await waitFor('the mock server', mockAnswers);
    await runCommand(page, 'Loadlens: Run Benchmark');
    await finishedRun(bench, 'endpoints.txt');
    await waitFor('one panel', async () => (await panels.count()) === 1);
    assert.equal(await page.locator('.tab').filter({ hasText: 'Untitled-1' }).count(), 1);
    // Its run is the newest, not the one from before the reload.
    await runCommand(page, 'Loadlens: Show History');
    const rows = treeRows(page, /History/);
    await waitFor('two runs in the history', async () => (await rows.count()) === 2);
  });
});
