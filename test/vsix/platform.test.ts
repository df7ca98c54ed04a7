import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nativePartProblem } from '../../src/servers/gpt2/runtime/native.ts';
import { freePort } from '../../src/side-servers/ready.ts';
import { lenses, openFile, runCommand } from '../support/host/actions.ts';
import { launch, type Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';

const root = path.join(import.meta.dirname, '../..');
const manifest: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const target = `${process.platform}-${process.arch}`;

// There is a package only for platforms that have a native part.
if (nativePartProblem() === undefined) {
  describe('the installed package for this platform', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'platform-'));
    let bench: Workbench;
    let port = 0;
    const answers = (route: string): Promise<number | undefined> =>
      fetch(`http://127.0.0.1:${port}${route}`).then(
        (response) => response.status,
        () => undefined,
      );

    before(async () => {
      port = await freePort();
      writeFileSync(path.join(folder, 'endpoints.txt'), `http://127.0.0.1:${port}/tokenizer?output_tokens=3\n`);
      bench = await launch({
        folder,
        vsix: [path.join(root, `loadlens-${target}-${manifest.version}.vsix`)],
        settings: {
          'loadlens.gpt2.model': 'synthetic-tiny',
          'loadlens.gpt2.port': port,
          'loadlens.gpt2.cacheFolder': path.join(folder, 'models'),
        },
      });
    });

    after(async () => {
      await bench?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('has the native runtime of this platform only', () => {
      const extensions = path.join(bench.dataFolder, 'extensions');
      const [installed = ''] = globSync('loadlens.loadlens-*', { cwd: extensions });
      const natives = globSync('**/*.{node,so,so.*,dylib,dll}', { cwd: path.join(extensions, installed) });
      assert.deepEqual(
        new Set(natives.map((file) => path.dirname(file))),
        new Set([path.join('dist/gpt2/node_modules/onnxruntime-node/bin/napi-v6', process.platform, process.arch)]),
      );
      assert.deepEqual(
        natives.filter((file) => /cuda|tensorrt|directml|sharp/i.test(file)),
        [],
      );
    });

    it('starts the GPT-2 server, which generates tokens, and stops it', async () => {
      await openFile(bench.page, 'endpoints.txt');
      await lenses(bench.page, 'Start GPT-2 server').waitFor();
      await runCommand(bench.page, 'Loadlens: Start GPT-2 Server');
      await waitFor('tokens', async () => (await answers('/tokenizer?output_tokens=3')) === 200, 30_000);
      await lenses(bench.page, new RegExp(`Stop GPT-2 server \\(:${port}, \\d running, random weights\\)`)).waitFor();
      await runCommand(bench.page, 'Loadlens: Stop GPT-2 Server');
      await lenses(bench.page, 'Start GPT-2 server').waitFor();
      await waitFor('an end', async () => (await answers('/health')) === undefined);
    });
  });
}
