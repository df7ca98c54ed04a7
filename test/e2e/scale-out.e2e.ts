import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readLoad } from '../../src/core/scale-out/load.ts';
import { answer, openFile, runCommand, saveAs } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { makeWorkspace, mockUrl, openWorkspace } from './shared.ts';

describe('scale-out from the Command Palette', () => {
  const folder = makeWorkspace({ 'endpoints.txt': `# @requests 12\n# @concurrency 6\n${mockUrl('/hello')}\n` });
  let bench: Workbench;

  before(async () => {
    bench = await openWorkspace(folder);
    await openFile(bench.page, 'endpoints.txt');
  });

  it('writes a project into a new folder and opens its README', async () => {
    await runCommand(bench.page, 'Loadlens: Scale Out with Artillery…');
    await answer(bench.page, /Number of requests/, '40');
    await answer(bench.page, /Concurrency/, '6');
    await answer(bench.page, /Number of workers/, '3');
    await saveAs(bench.page, path.join(folder, 'load'), 'artillery');
    await bench.page.locator('.tab.active').filter({ hasText: 'README.md' }).waitFor();
    const project = path.join(folder, 'load');
    assert.deepEqual(readdirSync(project).toSorted(), [
      '.gitignore',
      'README.md',
      'artillery.yml',
      'hook.mjs',
      'load.json',
      'loadlens.mjs',
      'package.json',
      'start.mjs',
    ]);
    const load = readLoad(JSON.parse(readFileSync(path.join(project, 'load.json'), 'utf8')));
    assert.deepEqual([load.shares, load.plan.requests, load.plan.concurrency], [3, 40, 6]);
    assert.ok(readFileSync(path.join(project, 'loadlens.mjs')).length > 100_000);
  });
});
