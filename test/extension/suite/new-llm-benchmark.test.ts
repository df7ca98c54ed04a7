import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import * as vscode from 'vscode';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { startMockServer, type MockServer } from '../../../src/servers/mock/server.ts';
import { api, set } from './support.ts';

const { window } = vscode;
const real = { showQuickPick: window.showQuickPick, showInputBox: window.showInputBox };

const labelOf = (row: unknown): string =>
  typeof row === 'object' && row !== null && 'label' in row ? String(row.label) : String(row);

/** Answers questions in order: rows by their label, inputs by their text. Returns what was offered. */
function answerWith(answers: readonly string[]): string[][] {
  const left = [...answers];
  const offered: string[][] = [];
  Object.assign(window, {
    showQuickPick: async (rows: PromiseLike<readonly unknown[]> | readonly unknown[]) => {
      const all = await rows;
      offered.push(all.map(labelOf));
      const wanted = left.shift();
      return all.find((row) => labelOf(row) === wanted);
    },
    showInputBox: () => Promise.resolve(left.shift()),
  });
  return offered;
}

describe('New LLM Benchmark', function () {
  this.timeout(60_000);
  let loadlens: LoadlensApi;
  let mock: MockServer;
  const written: vscode.Uri[] = [];

  before(async () => {
    loadlens = await api();
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.01 });
    await set('mock.port', Number(new URL(mock.url).port));
  });

  afterEach(() => void Object.assign(window, real));

  after(async () => {
    await set('mock.port', undefined);
    await mock.close();
    for (const file of written) await vscode.workspace.fs.delete(file);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const create = async (): Promise<vscode.TextDocument> => {
    await vscode.commands.executeCommand('loadlens.newLlmBenchmark');
    const document = window.activeTextEditor?.document;
    assert.ok(document);
    written.push(document.uri);
    return document;
  };

  it('finds a server on this machine and writes a file that runs', async () => {
    const offered = answerWith(['Mock server', 'Chat']);
    const document = await create();
    assert.ok(offered[0]?.includes('Another URL…'));
    assert.deepEqual(offered[1], ['Chat', 'Documents', 'Shared system prompt', 'Long responses', 'Conversations']);
    assert.match(document.uri.path, /\/llm\.endpoints$/);
    assert.match(document.getText(), new RegExp(`^@base = ${mock.url}/v1$`, 'm'));
    assert.match(document.getText(), /^\{"model": "mock", /m);
    assert.match(document.getText(), new RegExp(`^# @metrics ${mock.url}/metrics$`, 'm'));
    await vscode.commands.executeCommand('loadlens.runFile', document.uri);
    const [run] = loadlens.runs();
    assert.equal(run?.successes, 60);
    assert.equal(run?.outputTokens, 60 * 128);
    assert.deepEqual(
      run?.objectives.map(({ objective, outcome }) => [objective.text, outcome]),
      [
        ['ttft.p95 < 2s', 'pass'],
        ['tpot.p95 < 200ms', 'pass'],
        ['errors < 1%', 'pass'],
      ],
    );
  });

  it('keeps an existing file, and asks for the name of a model that is not listed', async () => {
    const silent: Server = createServer((_, response) => response.writeHead(404).end());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    assert.ok(typeof address === 'object' && address !== null);
    answerWith(['Another URL…', `127.0.0.1:${address.port}`, 'my-model', 'Documents']);
    const document = await create();
    silent.close();
    assert.match(document.uri.path, /\/llm-2\.endpoints$/);
    assert.match(document.getText(), new RegExp(`^@base = http://127\\.0\\.0\\.1:${address.port}/v1$`, 'm'));
    assert.match(document.getText(), /"model": "my-model"/);
    assert.match(document.getText(), /add a line: # @metrics http/);
  });

  it('writes nothing if the user leaves', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    answerWith(['Mock server']);
    await vscode.commands.executeCommand('loadlens.newLlmBenchmark');
    assert.equal(window.activeTextEditor, undefined);
  });
});
