import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  answer,
  choose,
  chooseTheme,
  notification,
  openFile,
  pressDialogButton,
  reloadWindow,
  runCommand,
  treeRows,
} from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { makeSlowerCommit, type SlowerCommit } from '../support/slower-commit.ts';
import { waitFor } from '../support/wait-for.ts';
import { heading } from './panel.ts';
import { openWorkspace, screenshots, settings } from './shared.ts';

const themes = { light: 'Light Modern', dark: 'Dark Modern', 'high-contrast': 'Dark High Contrast' };

describe('a comparison with a commit', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'compare-'));
  let commit: SlowerCommit;
  let files: string[];
  let bench: Workbench;
  const history = () => treeRows(bench.page, /History/);
  const command = 'node server.mjs {port}';

  before(async () => {
    // Far enough apart for a busy machine.
    commit = makeSlowerCommit(folder, 'service', 32);
    bench = await openWorkspace(commit.path);
    bench.writeSettings(
      settings({
        'loadlens.comparison.sliceSeconds': 0.4,
        'loadlens.comparison.pairs': 24,
        'loadlens.comparison.threshold': 3,
      }),
    );
    await bench.open(commit.path);
    files = commit.files();
    await openFile(bench.page, 'endpoints.txt');
  });

  after(async () => {
    bench.writeSettings(settings());
    await chooseTheme(bench.page, 'Dark Modern');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const shoot = async (name: string, height = 1100): Promise<void> => {
    await bench.page.setViewportSize({ width: 1400, height });
    await bench.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    await bench.page.setViewportSize({ width: 1400, height: 900 });
  };

  it('asks what to compare with and how servers start, and shows commands before they run', async () => {
    await runCommand(bench.page, 'Loadlens: Compare With…');
    await bench.page.getByText('A Branch or Commit…').waitFor();
    await shoot('compare-with', 900);
    await choose(bench.page, 'A Branch or Commit…');
    await choose(bench.page, 'main');
    await answer(bench.page, /Command that starts the server/, command);
    await answer(bench.page, /Path that responds/, '/health');
    await answer(bench.page, /Command that prepares/, '');
    const dialog = bench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Run this command?').waitFor();
    assert.match(await dialog.innerText(), /node server\.mjs \{port\}/);
    assert.equal(commit.started().length, 0);
    await shoot('compare-consent', 900);
    await pressDialogButton(bench.page, 'Allow and Run');
  });

  it('shows the intervals while it measures, then the verdict', async () => {
    await heading(bench, 'endpoints.txt').waitFor();
    await bench.webview().getByRole('heading', { name: 'So far' }).waitFor({ timeout: 60_000 });
    await bench.webview().getByRole('heading', { name: 'Change of B against A' }).waitFor({ timeout: 90_000 });
    await shoot('comparing');
    await bench.webview().locator('.verdict').waitFor({ timeout: 120_000 });
    assert.match(
      await bench.webview().locator('.verdict').innerText(),
      /^Worse\s+B \(files as they are\) is [\d.]+[%×] (?:slower at p\d\d|lower in throughput) \(.*[%×]\) than A \(main\), above the 3% threshold: worse\.$/,
    );
    await commit.checkNothingLeft(files);
  });

  it('shows it in light, dark, and high contrast', async () => {
    for (const [name, theme] of Object.entries(themes)) {
      await chooseTheme(bench.page, theme);
      const kind = { light: 'vscode-light', dark: 'vscode-dark', 'high-contrast': 'vscode-high-contrast' }[name] ?? '';
      await bench.webview().locator(`body.${kind}`).waitFor();
      await shoot(`comparison-${name}`, 2300);
    }
  });

  it('is compared again, keeps its pairs over a reload, and leaves nothing behind', async () => {
    await bench.webview().getByRole('button', { name: 'Compare Again' }).click();
    await bench
      .webview()
      .getByText(/^[2-9] pairs of at most 24\./)
      .waitFor({ timeout: 60_000 });
    await reloadWindow(bench.page);
    await notification(bench.page, /was running when the window closed or reloaded/).waitFor();
    await heading(bench, 'A/B comparison: endpoints.txt').waitFor();
    await bench.webview().locator('.verdict', { hasText: 'Stopped unexpectedly.' }).waitFor();
    await runCommand(bench.page, 'Loadlens: Show History');
    await waitFor('two comparisons in the history', async () => (await history().count()) === 2);
    await commit.checkNothingLeft(files);
  });
});
