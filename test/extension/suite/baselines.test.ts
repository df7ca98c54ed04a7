import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readBaseline } from '../../../src/core/record/comparisons/baseline.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, forgetMockServer, lenses, openFile, useMockServer } from './support.ts';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/');
const place = (): vscode.Uri => vscode.Uri.joinPath(folder(), '.loadlens/baselines/main.json');
const problems = (document: vscode.TextDocument): string[] =>
  vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);

describe('a baseline in the editor', () => {
  let loadlens: LoadlensApi;
  let port = 0;

  before(async () => {
    loadlens = await api();
    port = await useMockServer();
  });

  after(async () => {
    await forgetMockServer();
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), '.loadlens'), { recursive: true });
  });

  it('is reported as missing, created from a run of the history, and then used by an objective', async () => {
    const text = [
      '# @requests 60',
      '# @concurrency 2',
      '# @slo p50 < baseline + 900%',
      '',
      `http://127.0.0.1:${port}/hello`,
    ].join('\n');
    const document = await openFile('relative.endpoints', text);
    await waitFor('the missing baseline is a problem', () => problems(document).length > 0);
    assert.match(
      problems(document).join('\n'),
      /^Baseline main not found; .*\. Until then, relative objectives aren’t met\.$/,
    );
    await run('runFile', document.uri);
    const [first] = loadlens.runs();
    assert.ok(first);
    assert.equal(first.objectives[0]?.outcome, 'not enough data');
    assert.match(first.objectives[0].objective.baseline?.problem ?? '', /^baseline main not found/);

    const setting = run('setBaseline', first.id);
    await waitFor('the name is accepted', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return vscode.workspace.fs.stat(place()).then(
        () => true,
        () => false,
      );
    });
    await setting;
    const json: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(place())));
    const baseline = readBaseline(json);
    assert.deepEqual([baseline.name, baseline.runs.map(({ id }) => id)], ['main', [first.id]]);
    await waitFor('the problem is gone', () => problems(document).length === 0);

    await run('runFile', document.uri);
    const [judged] = loadlens.runs();
    assert.equal(judged?.objectives[0]?.objective.baseline?.name, 'main');
    assert.equal(judged.objectives[0].objective.value, (judged.objectives[0].objective.baseline.value ?? 0) * 10);
    const count = (await lenses(document)).length;
    await waitFor('the lens names the baseline', async () =>
      (await lenses(document)).some((lens) =>
        /\d[%×] (slower|faster) than main, single run|as fast as main, single run/.test(lens),
      ),
    );
    assert.equal((await lenses(document)).length, count);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(4, 3),
    );
    const said = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)));
    await run('showTrend', judged.id);
    await waitFor('the panel is open', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.startsWith('Loadlens'))),
    );
    assert.match(said.join('\n'), /\| Against main \| p95 .*1 run against 1\./);
  });
});
