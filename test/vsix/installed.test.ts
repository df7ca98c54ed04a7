import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { answer, lenses, openFile, paletteOffers, runCommand } from '../support/host/actions.ts';
import { launch, type Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';

const root = path.join(import.meta.dirname, '../..');
const manifest: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const vsix = path.join(root, `loadlens-${manifest.version}.vsix`);

describe('the installed package', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vsix-'));
  let bench: Workbench;
  let mock: Awaited<ReturnType<typeof startMockServer>>;
  const installed = (): string => path.join(bench.dataFolder, 'extensions', `loadlens.loadlens-${manifest.version}`);

  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 0.01 });
    writeFileSync(path.join(folder, 'endpoints.txt'), `${mock.url}/hello\n`);
    bench = await launch({ folder, vsix: [vsix] });
  });

  after(async () => {
    await bench?.close();
    await mock?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('contains only the files that it needs', () => {
    const files = globSync('**', { cwd: installed(), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed(), path.join(entry.parentPath, entry.name)));
    for (const needed of [
      'package.json',
      'dist/extension.cjs',
      'dist/benchmark.js',
      'dist/mock-server.js',
      'dist/cli.js',
    ])
      assert.ok(files.includes(needed), `${needed} is in the package`);
    assert.deepEqual(
      files.filter((file) =>
        /\.(map|ts|mts|node)$|^(src|test|webview|bench|scripts|node_modules|out|dist\/gpt2)\//.test(file),
      ),
      [],
    );
    assert.ok(statSync(vsix).size < 1_000_000);
  });

  it('runs a benchmark', async () => {
    await openFile(bench.page, 'endpoints.txt');
    await lenses(bench.page, /Run Benchmark/).waitFor();
    await runCommand(bench.page, 'Loadlens: Run with Options');
    await answer(bench.page, /Number of requests/, '20');
    await answer(bench.page, /Concurrency/, '4');
    await bench.webview().locator('.verdict', { hasText: 'Completed' }).waitFor();
    assert.equal(mock.stats().byStatus['200'], 20);
  });

  it('offers the servers that it contains', async () => {
    let offers: string[] = [];
    // The rows of the palette follow what is typed a moment later.
    await waitFor('the offer', async () => {
      const titles = await paletteOffers(bench.page, 'Loadlens: Start');
      offers = titles.filter((title) => title.startsWith('Loadlens: Start'));
      return offers.length > 0;
    });
    assert.deepEqual(offers, ['Loadlens: Start Mock Server']);
  });

  it('measures the activation time', async () => {
    await runCommand(bench.page, 'Developer: Show Running Extensions');
    const row = bench.page.locator('.runtime-extensions-editor .extension', { hasText: 'Loadlens' });
    const text = await row.locator('.activation-time').innerText();
    console.log(`      ${text.trim()}`);
    assert.match(text, /\d+ ?ms/);
  });
});
