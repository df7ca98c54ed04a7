import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { isRun } from '../../../src/core/report/formats/results.ts';
import { renderJson } from '../../../src/core/report/formats/json.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { closedLoop, recordOf } from '../../core/record/fixtures.ts';
import { loadOf, reportOf } from '../../core/scale-out/shared.ts';
import { api } from './support.ts';

async function write(name: string, text: string): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  const uri = vscode.Uri.joinPath(folder.uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

const importFrom = (uri: vscode.Uri): Thenable<unknown> => vscode.commands.executeCommand('loadlens.importRun', uri);

describe('an import', () => {
  const samples = closedLoop(100, 2, (index) => ({ latencyMs: 10 + index / 10 }));
  let loadlens: LoadlensApi;

  before(async () => {
    loadlens = await api();
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('adds a Loadlens result to the history', async () => {
    const record = recordOf(samples, { id: '20261122-201537-zzzz' });
    await importFrom(await write('result.json', renderJson(record)));
    const kept = loadlens.runs().find(({ id }) => id === record.id);
    assert.equal(kept?.requestsSent, 100);
  });

  it('turns an Artillery report into a run, once', async () => {
    const load = loadOf();
    await write('load/load.json', JSON.stringify(load));
    const shares = Array.from({ length: 4 }, () => ({ samples }));
    const report = await write('load/report.json', JSON.stringify(reportOf(load, shares)));
    await importFrom(report);
    await importFrom(report);
    const kept = loadlens
      .results()
      .filter((result) => isRun(result) && result.environment.host.startsWith('4 Artillery workers'));
    assert.equal(kept.length, 1);
    assert.equal(loadlens.runs()[0]?.requestsSent, 400);
  });

  it('leaves the history unchanged for any other file', async () => {
    const before = loadlens.results().length;
    await importFrom(await write('other.json', '{"aggregate": {}}'));
    await importFrom(await write('broken.json', '{'));
    assert.equal(loadlens.results().length, before);
  });
});
