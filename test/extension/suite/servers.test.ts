import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import {
  createBundledServer,
  serverFor,
  type BundledServer,
} from '../../../src/extension/services/child-processes/bundled-server.ts';
import { gpt2Server } from '../../../src/extension/services/child-processes/gpt2-server.ts';
import { mockServer } from '../../../src/extension/services/child-processes/mock-server.ts';
import { freePort } from '../../../src/side-servers/ready.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, lenses, openFile, set } from './support.ts';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);
const log = vscode.window.createOutputChannel('Loadlens servers', { log: true });

describe('the GPT-2 server', () => {
  const models = mkdtempSync(path.join(tmpdir(), 'models-'));
  let loadlens: LoadlensApi;
  let port = 0;
  let document: vscode.TextDocument;
  const url = (route: string): string => `http://127.0.0.1:${port}${route}`;

  before(async () => {
    loadlens = await api();
    port = await freePort();
    await set('gpt2.port', port);
    await set('gpt2.model', 'synthetic-tiny');
    await set('gpt2.threads', 1);
    await set('gpt2.cacheFolder', models);
    document = await openFile('gpt2.endpoints', `# @requests 4\n\n${url('/tokenizer?output_tokens=3')}\n`);
  });

  after(async () => {
    await run('stopGpt2Server');
    for (const name of ['port', 'model', 'threads', 'cacheFolder']) await set(`gpt2.${name}`, undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(models, { recursive: true, force: true });
  });

  it('has a CodeLens in a file with targets on its port', async () => {
    assert.equal((await lenses(document))[1], '0: Start GPT-2 server');
    const other = await openFile('mock.endpoints', 'http://127.0.0.1:5000/hello\n');
    assert.equal((await lenses(other))[1], '0: Start mock server');
    for (const [i, address] of ['127.0.0.1:4999/hello', '127.0.0.1:5000/orders', '[::1]:5000/hello'].entries()) {
      const none = await openFile(`none-${i}.endpoints`, `http://${address}\n`);
      assert.deepEqual(await lenses(none), ['0: ▶ Run Benchmark · 10 requests × 5', '0: ▶ Run', '0: Send Once']);
    }
  });

  it('builds its model, serves, says that the weights are random, and stops', async () => {
    await run('startGpt2Server');
    const answer = await fetch(url('/v1/models'));
    assert.equal(answer.status, 200);
    assert.equal((await lenses(document))[1], `0: Stop GPT-2 server (:${port}, 0 running, random weights)`);
    await run('stopGpt2Server');
    await assert.rejects(fetch(url('/health')));
    assert.equal((await lenses(document))[1], '0: Start GPT-2 server');
  });

  it('is measured by the throughput suite, which starts and stops it', async () => {
    const before = loadlens.results().length;
    const running = run('runThroughputSuite');
    // It is the first answer to the first question, and quick the first to the second.
    await waitFor('the suite', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return loadlens.results().length > before;
    });
    await running;
    const [suite] = loadlens.results();
    assert.ok(suite !== undefined && 'suite' in suite);
    assert.equal(suite.status, 'completed');
    assert.equal(suite.model.name, 'gpt2-synthetic-tiny');
    assert.equal(suite.model.synthetic, true);
    assert.deepEqual(
      suite.levels.map(({ concurrency, requests, failed, tokens }) => [concurrency, requests, failed, tokens]),
      [
        [1, 5, 0, 150],
        [2, 6, 0, 180],
        [4, 8, 0, 240],
      ],
    );
    assert.ok(suite.levels.every(({ rssMiB }) => rssMiB !== null && rssMiB > 0));
    await assert.rejects(fetch(url('/health')));
  });

  it('is offered to a run that needs it, and started on confirmation', async () => {
    const { window } = vscode;
    const ask = window.showInformationMessage;
    const asked: unknown[][] = [];
    const answerWith = (label: string | undefined): void => {
      Object.assign(window, {
        showInformationMessage: (...args: unknown[]) => {
          asked.push(args);
          return Promise.resolve(label);
        },
      });
    };
    const count = loadlens.runs().length;
    try {
      answerWith(undefined);
      await run('runFile', document.uri);
      assert.equal(loadlens.runs().length, count);
      assert.deepEqual(asked[0], [
        `Nothing listens on 127.0.0.1:${port}, where gpt2.endpoints sends its requests.`,
        { modal: true },
        'Start GPT-2 Server and Run',
        'Run Without It',
      ]);
      answerWith('Start GPT-2 Server and Run');
      await run('runFile', document.uri);
    } finally {
      Object.assign(window, { showInformationMessage: ask });
    }
    const [record] = loadlens.runs();
    assert.equal(record?.name, 'gpt2.endpoints');
    assert.deepEqual(record.statusCodes, { 200: 4 });
  });
});

describe('a bundled server', () => {
  const extension = vscode.extensions.getExtension('loadlens.loadlens');
  const fixture = (name: string): string => path.join(extension?.extensionPath ?? '', 'test/fixtures/processes', name);
  const made: BundledServer[] = [];
  const gpt2 = (entry: string): BundledServer => {
    const server = createBundledServer(gpt2Server(entry), log);
    made.push(server);
    return server;
  };

  before(() => set('gpt2.model', 'synthetic-tiny'));
  after(async () => {
    for (const server of made) server.dispose();
    await set('gpt2.model', undefined);
    // Two services share one context key here; the real one has the last word.
    await vscode.commands.executeCommand('setContext', 'loadlens.gpt2Missing', false);
  });

  it('that exits unexpectedly is reported, with its last output', async () => {
    const server = gpt2(fixture('dying-server.mjs'));
    const crash = new Promise<string>((resolve) => server.onDidCrash(resolve));
    assert.equal(await server.launch(), true);
    assert.equal(await crash, 'The GPT-2 server stopped unexpectedly (exit code 5). out of memory · giving up');
    assert.equal(server.state().kind, 'stopped');
  });

  it("that is stopped during the start hasn't failed, and shows its progress until then", async () => {
    const server = gpt2(fixture('slow-server.mjs'));
    const starting = server.launch();
    await waitFor('progress', () => {
      const state = server.state();
      return state.kind === 'starting' && state.step === 'Converting the model 40 %';
    });
    await server.end();
    assert.equal(await starting, false);
    assert.equal(server.state().kind, 'stopped');
  });

  it("that isn't in the package says so, and no target is treated as its own", async () => {
    const mock = createBundledServer(mockServer(fixture('slow-server.mjs')), log);
    made.push(mock);
    const server = gpt2(fixture('nowhere.mjs'));
    assert.equal(server.state().kind, 'missing');
    await assert.rejects(server.launch(), /^LoadlensError: The GPT-2 server is not in this package of Loadlens\.$/);
    assert.equal(serverFor([mock, server], new URL(`http://127.0.0.1:${mock.port()}/hello`)), mock);
    assert.equal(serverFor([mock, server], new URL(`http://127.0.0.1:${server.port()}/v1/completions`)), undefined);
    assert.equal(serverFor([mock, server], new URL('http://192.0.2.1/')), undefined);
  });
});

describe('a server whose port is in use', () => {
  const taken = createServer((_, response) => response.setHeader('server', 'nginx/1.2').end());
  let port = 0;
  const { window } = vscode;
  const { showErrorMessage, showInformationMessage } = window;
  const said: unknown[][] = [];
  const answerWith = (...labels: string[]): void => {
    const show = (...args: unknown[]) => {
      said.push(args);
      return Promise.resolve(labels.find((label) => args.includes(label)));
    };
    Object.assign(window, { showErrorMessage: show, showInformationMessage: show });
  };

  before(async () => {
    await api();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const address = taken.address();
    assert.ok(typeof address === 'object' && address);
    ({ port } = address);
    await set('mock.port', port);
  });

  after(async () => {
    Object.assign(window, { showErrorMessage, showInformationMessage });
    await run('stopMockServer');
    taken.closeAllConnections();
    taken.close();
    const settings = vscode.workspace.getConfiguration('loadlens');
    await settings.update('mock.port', undefined, vscode.ConfigurationTarget.Workspace);
    await set('mock.port', undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('starts on another port, and the open file is updated', async () => {
    const document = await openFile('taken.endpoints', `http://127.0.0.1:${port}/hello\n`);
    answerWith('Use Another Port', 'Update File');
    await run('startMockServer');
    await waitFor('the file', () => !document.getText().includes(`:${port}/`));
    const free = vscode.workspace.getConfiguration('loadlens').get<number>('mock.port');
    assert.equal(document.getText(), `http://127.0.0.1:${free}/hello\n`);
    assert.ok((await fetch(`http://127.0.0.1:${free}/hello`)).ok);
    assert.deepEqual(said.splice(0), [
      [
        `Port ${port} is in use by nginx/1.2. Choose another port for the mock server.`,
        'Use Another Port',
        'Open Setting',
      ],
      [`The mock server listens on port ${free}. taken.endpoints uses port ${port}.`, 'Update File'],
    ]);
  });

  it('is shown as the mock server of another window if it is one', async () => {
    const other = createBundledServer(mockServer('nowhere.js'), log);
    const document = await openFile('elsewhere.endpoints', `http://127.0.0.1:${other.port()}/hello\n`);
    assert.match((await lenses(document))[1] ?? '', /^0: Stop mock server/);
    await other.look();
    assert.deepEqual(other.state(), { kind: 'elsewhere', isOwn: true, name: 'loadlens-mock' });
    await run('stopMockServer');
    await other.look();
    assert.deepEqual(other.state(), { kind: 'stopped' });
    other.dispose();
  });
});
