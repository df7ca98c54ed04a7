import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ComparisonRecord } from '../../../src/core/record/comparisons/comparison.ts';
import { isComparison, type ResultRecord } from '../../../src/core/report/formats/results.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { startMockServer, type MockServer } from '../../../src/servers/mock/server.ts';
import { makeSlowerCommit, type SlowerCommit } from '../../support/slower-commit.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, openFile, set } from './support.ts';

const { window } = vscode;
const real = {
  createQuickPick: window.createQuickPick,
  createInputBox: window.createInputBox,
  showWarningMessage: window.showWarningMessage,
};

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);

/** What was offered and asked, in order. */
const asked: string[] = [];

const accept = (): void => void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');

/** Answers the next questions: rows of quick picks by their label, texts of input boxes, buttons of modal messages. */
function answerWith(answers: readonly string[]): void {
  const left = [...answers];
  asked.length = 0;
  Object.assign(window, {
    createQuickPick: () => {
      const pick = real.createQuickPick();
      const show = pick.show.bind(pick);
      pick.show = () => {
        show();
        const wanted = left.shift() ?? '';
        asked.push(pick.items.map(({ label }) => label.replace(/^\$\(.*?\) /, '')).join(', '));
        const row = pick.items.find(({ label }) => label.endsWith(wanted));
        assert.ok(row, `${wanted} in ${asked.at(-1)}`);
        pick.activeItems = [row];
        setTimeout(accept, 200);
      };
      return pick;
    },
    createInputBox: () => {
      const box = real.createInputBox();
      const show = box.show.bind(box);
      box.show = () => {
        show();
        asked.push(`${box.prompt}`);
        box.value = left.shift() ?? '';
        setTimeout(accept, 200);
      };
      return box;
    },
    showWarningMessage: (message: string, options: { readonly detail?: string }, ...labels: string[]) => {
      const answer = left.shift();
      asked.push([message, options?.detail ?? ''].join('\n'));
      return Promise.resolve(labels.find((label) => label === answer));
    },
  });
}

describe('a comparison in the editor', function () {
  this.timeout(120_000);
  let loadlens: LoadlensApi;
  let mocks: MockServer[] = [];
  let repository: SlowerCommit;

  const comparisons = (): ComparisonRecord[] =>
    loadlens.results().filter((result: ResultRecord) => isComparison(result));

  before(async () => {
    loadlens = await api();
    mocks = await Promise.all(
      [0.02, 0.03].map((timeScale) => startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale })),
    );
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    // Far enough apart for a busy machine; test/cli finds 10%.
    repository = makeSlowerCommit(folder, 'slower', 32);
    await set('comparison.sliceSeconds', 0.3);
    await set('comparison.threshold', 3);
  });

  afterEach(() => Object.assign(window, real));

  after(async () => {
    for (const mock of mocks) await mock.close();
    for (const name of ['sliceSeconds', 'threshold', 'pairs']) await set(`comparison.${name}`, undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const variableFile = (): Promise<vscode.TextDocument> =>
    openFile('variable.endpoints', `@base = ${mocks[0]?.url}\n\n# @name slow\n{{base}}/sleeper?sleep_length=1\n`);
  const other = (): string => mocks[1]?.url ?? '';

  it('compares two values of a variable, and is repeated from the history', async () => {
    await set('comparison.pairs', 8);
    await variableFile();
    answerWith(['base…', other()]);
    await run('compareWith');
    const [first] = comparisons();
    assert.ok(first);
    assert.equal(asked[1], 'Value of base for side B. Side A has the value of the file.');
    assert.deepEqual([first.a.variables, first.b.variables], [{ base: mocks[0]?.url }, { base: other() }]);
    assert.deepEqual(
      [first.status, first.plan.durationS, first.source?.file],
      ['completed', 0.3, 'variable.endpoints'],
    );
    assert.match(
      first.verdict.sentence,
      /^B \(http:.*\) is \d\d\.\d% (?:slower at p\d\d|lower in throughput) \(.*\) than A \(http:.*\), above the 3% threshold: worse\.$/,
    );

    answerWith([`base = ${other()}`]);
    await run('compareWith');
    assert.match(
      asked[0] ?? '',
      new RegExp(`^base = ${other()}, (?:Another Run…, )?A Branch or Commit…, Another value of a variable, base…$`),
    );
    await run('runAgain', first.id);
    assert.equal(comparisons().length, 3);
    const [again] = comparisons();
    assert.deepEqual([again?.a.variables, again?.b.variables], [first.a.variables, first.b.variables]);
    assert.notEqual(again?.id, first.id);
  });

  it('keeps its complete pairs when canceled', async () => {
    await set('comparison.pairs', 100);
    await variableFile();
    const count = comparisons().length;
    const served = mocks[1]?.stats().served ?? 0;
    answerWith(['base…', other()]);
    const running = run('compareWith');
    await waitFor('a few slices', () => (mocks[1]?.stats().served ?? 0) > served + 150);
    await run('cancelRun');
    await running;
    const [canceled] = comparisons();
    assert.equal(comparisons().length, count + 1);
    assert.ok(canceled && canceled.status === 'cancelled' && canceled.a.slices.length > 0);
    assert.equal(canceled.a.slices.length, canceled.b.slices.length);
  });

  it('compares a commit, and leaves no files behind', async () => {
    await set('comparison.pairs', 24);
    const files = repository.files();
    const { uri } = await vscode.workspace.openTextDocument(`${repository.path}/endpoints.txt`);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    const serve = 'node server.mjs {port}';
    answerWith(['A Branch or Commit…', 'main', serve, '/health', '', 'Allow and Run']);
    await run('compareWith');
    const [comparison] = comparisons();
    assert.match(asked[1] ?? '', /^HEAD, Branches, main, Commits, [0-9a-f]{7}$/);
    assert.equal(
      asked[5],
      `Run this command?\n${serve}\n\nThe comparison runs it in a new work tree of main and in the workspace folder. Loadlens asks once per command in this workspace.`,
    );
    assert.ok(comparison);
    assert.match(
      comparison.verdict.sentence,
      /^B \(files as they are\) is \d+\.\d% (?:slower at p\d\d|lower in throughput) \(.*%\) than A \(main\), above the 3% threshold: worse\.$/,
    );
    const commit = repository.git('rev-parse', 'main').trim();
    assert.deepEqual(comparison.a.server, { ref: 'main', commit, modified: false, command: serve });
    assert.deepEqual(comparison.b.server, { ref: '.', commit, modified: true, command: serve });
    await repository.checkNothingLeft(files);
  });

  it('keeps its pairs if its process is killed, and stops the servers', async () => {
    await set('comparison.pairs', 100);
    const files = repository.files();
    const started = repository.started().length;
    // The choice of last time, with commands that were allowed.
    answerWith(['main']);
    const running = run('compareWith', vscode.Uri.file(`${repository.path}/endpoints.txt`));
    await waitFor('both servers', () => repository.started().length === started + 4, 60_000);
    const server = repository.started()[started]?.pid ?? 0;
    const benchmark = parentOf(parentOf(server));
    const before = comparisons().length;
    const { port } = repository.started().at(-1) ?? { port: 0 };
    await waitFor('a few slices', async () => (await repository.served(port).catch(() => 0)) > 300, 60_000);
    process.kill(benchmark, 'SIGKILL');
    await running;
    const [crashed] = comparisons();
    assert.equal(comparisons().length, before + 1);
    assert.ok(crashed && crashed.a.slices.length > 0);
    assert.deepEqual(
      [crashed.status, crashed.stopReason],
      ['crashed', 'The benchmark process ended (signal SIGKILL).'],
    );
    await repository.checkNothingLeft(files);
  });

  it("runs nothing if the commands are rejected or the workspace isn't trusted", async () => {
    const count = comparisons().length;
    const started = repository.started().length;
    const uri = vscode.Uri.file(`${repository.path}/endpoints.txt`);
    answerWith(['A Branch or Commit…', 'Change Commands…', 'node other.mjs {port}', '', '', 'main', '']);
    await run('compareWith', uri);
    assert.match(asked.at(-1) ?? '', /^Run this command\?\nnode other\.mjs \{port\}\n/);
    Object.defineProperty(vscode.workspace, 'isTrusted', { configurable: true, get: () => false });
    try {
      answerWith(['main']);
      await run('compareWith', uri);
      assert.match(asked[0] ?? '', /^This workspace is not trusted/);
      assert.equal(asked.length, 1);
      await run('compareAgain', comparisons()[0]?.id);
    } finally {
      Object.defineProperty(vscode.workspace, 'isTrusted', { configurable: true, get: () => true });
    }
    assert.deepEqual([comparisons().length, repository.started().length], [count, started]);
  });
});

/** The parent of a process, on Linux. */
const parentOf = (pid: number): number =>
  Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
