import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as vscode from 'vscode';
import { waitFor } from '../../support/wait-for.ts';
import { isSweep } from '../../../src/core/report/formats/results.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { api, forgetMockServer, lenses, openFile, set, type, useMockServer } from './support.ts';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);

describe('a run in the editor', () => {
  let loadlens: LoadlensApi;
  let port = 0;
  const url = (route: string): string => `http://127.0.0.1:${port}${route}`;
  const served = async (): Promise<string> => (await fetch(url('/metrics'))).text();

  before(async () => {
    loadlens = await api();
    port = await useMockServer();
  });

  after(forgetMockServer);

  it('starts the mock server it needs, sends the requests of the file, and keeps the record', async () => {
    const text = [
      '# @requests 40',
      '# @concurrency 4',
      '',
      '# @name a',
      url('/hello'),
      '',
      '# @name b',
      url('/tokenizer?output_tokens=3'),
    ];
    const document = await openFile('run.endpoints', text.join('\n'));
    await run('runFile', document.uri);
    const [record] = loadlens.runs();
    assert.ok(record);
    assert.equal(record.name, 'run.endpoints');
    assert.equal(record.status, 'completed');
    assert.deepEqual(record.statusCodes, { 200: 40 });
    assert.equal(record.plan.concurrency, 4);
    assert.equal(record.source?.file, 'run.endpoints');
    assert.match(await served(), /40/);
  });

  it('uses the active file and its options by default', async () => {
    await openFile('active.endpoints', ['# @requests 6', '# @concurrency 2', '', url('/hello')].join('\n'));
    await run('runBenchmark');
    const [record] = loadlens.runs();
    assert.deepEqual([record?.name, record?.plan.requests, record?.plan.concurrency], ['active.endpoints', 6, 2]);
  });

  it('shows its figures above the targets', async () => {
    const [file] = await vscode.workspace.findFiles('run.endpoints');
    assert.ok(file);
    const document = await vscode.workspace.openTextDocument(file);
    const titles = await lenses(document);
    assert.match(titles[1] ?? '', new RegExp(`Stop mock server \\(:${port}, \\d+ in flight\\)`));
    assert.match(titles[2] ?? '', /^4: ▶ Run · p95 ~?\S+ \S+ · \S+ req\/s · just now$/);
  });

  it("requests streams from language models by the setting if the target doesn't say", async () => {
    let files = 0;
    const ask = async (request: string): Promise<number | undefined> => {
      files += 1;
      const document = await openFile(`streamed-${files}.endpoints`, ['# @requests 2', '', request].join('\n'));
      await run('runFile', document.uri);
      return loadlens.runs()[0]?.ttftMs?.count;
    };
    const request = `POST ${url('/v1/completions')}\n{"prompt": "x", "max_tokens": 2}`;
    assert.equal(await ask(request), undefined);
    await set('llm.stream', 'stream');
    assert.equal(await ask(request), 2);
    assert.equal(await ask(`# @stream false\n${request}`), undefined);
    await set('llm.stream', 'whole');
    assert.equal(await ask(request.replace('"x"', '"x", "stream": true')), undefined);
    await set('llm.stream', undefined);
  });

  it('shows above the targets whether objectives were met', async () => {
    const text = [
      '# @requests 80',
      '# @slo errors < 1%',
      '',
      '# @name kept',
      '# @slo p95 < 20s',
      url('/hello'),
      '',
      '# @name missed',
      '# @slo p50 < 0.001ms, p99.9 < 20s',
      url('/hello'),
    ];
    const document = await openFile('slo.endpoints', text.join('\n'));
    await run('runFile', document.uri);
    const titles = await lenses(document);
    assert.match(titles[0] ?? '', /^0: ▶ Run Benchmark · 80 requests × 5 · ✓$/);
    assert.match(titles[2] ?? '', / · (?:✓|\? p95) · just now$/);
    assert.match(titles[4] ?? '', / · ✗ p50 · just now$/);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(9, 5),
    );
    const said = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)));
    assert.match(said.join('\n'), /✗ p50 &lt; 0\.001ms|✗ p50 < 0\.001ms/);
    assert.match(said.join('\n'), /\? p99\.9/);
  });

  it('uses the text in the editor, saved or not', async () => {
    const document = await openFile('unsaved.endpoints', `${url('/hello')}\n`);
    await type(document, ['# @requests 3', '', '# @name typed', url('/hello'), ''].join('\n'));
    assert.equal(document.isDirty, true);
    await run('runEndpoint', document.uri, 'typed');
    const [record] = loadlens.runs();
    assert.equal(record?.name, 'typed');
    assert.equal(record?.requestsSent, 3);
    assert.deepEqual(record?.source, { file: 'unsaved.endpoints', unsaved: true });
    // A busy workbench may decline to save.
    await waitFor('the document is saved', async () => document.save());
    await run('runEndpoint', document.uri, 'typed');
    assert.deepEqual(loadlens.runs()[0]?.source, { file: 'unsaved.endpoints' });
  });

  it('shows the response to a single request, and stores no result', async () => {
    const count = loadlens.results().length;
    const document = await openFile('once.endpoints', `# @name tokens\n${url('/tokenizer?output_tokens=3')}\n`);
    await run('sendOnce', document.uri, 'tokens');
    const shown = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'loadlens-response');
    const text = shown?.getText() ?? '';
    assert.match(text, new RegExp(`^# GET ${url('/tokenizer')}\\?output_tokens=3\\n# \\S+ \\S+: connect `));
    assert.match(text, /\nHTTP\/1\.1 200 OK\n/);
    assert.match(text, /\ncontent-type: application\/json\n/);
    assert.match(text, /\n {2}"output_tokens": 3/);
    assert.equal(loadlens.results().length, count);
  });

  it('is repeated by Run Again, and from a record of the history', async () => {
    const [last] = loadlens.runs();
    assert.ok(last);
    await run('runAgain');
    const first = loadlens.runs().find((record) => record.name === 'run.endpoints');
    await run('runAgain', first?.id);
    const [again, before] = loadlens.runs();
    assert.equal(before?.name, 'typed');
    assert.equal(again?.name, 'run.endpoints');
    assert.deepEqual(again?.plan, first?.plan);
  });

  it('uses the current file with Run Again, and the original plan with Repeat Exactly', async () => {
    const document = await openFile('again.endpoints', ['# @requests 9', '', url('/hello')].join('\n'));
    await run('runFile', document.uri);
    const [first] = loadlens.runs();
    await type(document, ['# @requests 5', '# @slo p95 < 20s', '', url('/hello')].join('\n'));
    await run('runAgain', first?.id);
    await run('repeatExactly', first?.id);
    const [exact, again] = loadlens.runs();
    assert.deepEqual([again?.plan.requests, again?.plan.objectives.length], [5, 1]);
    assert.deepEqual(exact?.plan, first?.plan);
    await type(document, ['# @requests 5', '', url('/other')].join('\n'));
    await run('repeatExactly', first?.id);
    assert.equal(loadlens.runs()[0]?.id, exact?.id);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('measures a sweep with the default answers, and repeats it from the history', async () => {
    const document = await openFile('sweep.endpoints', ['# @requests 8', '', url('/hello')].join('\n'));
    const before = loadlens.results().length;
    const running = run('runSweep', document.uri);
    await waitFor('the sweep is answered and done', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return loadlens.results().length > before;
    });
    await running;
    const [sweep] = loadlens.results();
    assert.ok(sweep !== undefined && isSweep(sweep));
    assert.equal(sweep.name, 'sweep.endpoints');
    assert.equal(sweep.status, 'completed');
    assert.deepEqual(
      sweep.levels.map((level) => [level.plan.concurrency, level.statusCodes, level.source?.file]),
      [1, 2, 4, 8].map((concurrency) => [concurrency, { 200: 8 }, 'sweep.endpoints']),
    );
    // The server is ours, so its use is part of the record.
    assert.ok(sweep.levels.every(({ server }) => server !== undefined));
    await run('runAgain', sweep.id);
    const [again] = loadlens.results();
    assert.ok(again !== undefined && isSweep(again));
    assert.notEqual(again.id, sweep.id);
    assert.deepEqual(
      again.levels.map(({ plan }) => plan),
      sweep.levels.map(({ plan }) => plan),
    );
    await run('deleteRun');
    assert.equal(loadlens.results().length, before + 2);
  });

  it('measures a sweep over arrival rates, and repeats it', async () => {
    const document = await openFile('rates.endpoints', ['# @requests 8', '# @warmup 1', '', url('/hello')].join('\n'));
    const before = loadlens.results().length;
    const running = run('runSweep', document.uri, { rates: [20, 40, null] });
    await waitFor('the sweep is answered and done', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return loadlens.results().length > before;
    });
    await running;
    const [sweep] = loadlens.results();
    assert.ok(sweep !== undefined && isSweep(sweep));
    assert.equal(sweep.status, 'completed');
    assert.deepEqual(sweep.rates, { planned: [20, 40, null], skipped: [] });
    assert.deepEqual(
      sweep.levels.map(({ plan, statusCodes, warmupSent }) => [
        plan.stages?.[0]?.toPerS ?? plan.atOnce,
        statusCodes,
        warmupSent,
      ]),
      [20, 40, true].map((rate) => [rate, { 200: 8 }, 1]),
    );
    // Without an ID, the request comes from the memory of the workspace.
    for (const id of [sweep.id, undefined]) {
      await run('runAgain', id);
      const [again] = loadlens.results();
      assert.ok(again !== undefined && isSweep(again) && again.id !== sweep.id);
      assert.deepEqual(
        [again.rates, again.levels.map(({ plan }) => plan)],
        [sweep.rates, sweep.levels.map(({ plan }) => plan)],
      );
    }
  });

  it("doesn't start for a file with a problem", async () => {
    const count = loadlens.runs().length;
    const document = await openFile('broken.endpoints', `${url('/hello')}\nhtp://x\n`);
    await run('runFile', document.uri);
    assert.equal(loadlens.runs().length, count);
  });

  it("ends immediately when it's canceled, and keeps what was measured", async () => {
    const document = await openFile(
      'slow.endpoints',
      ['# @requests 100', '# @concurrency 2', '', url('/sleeper?sleep_length=20')].join('\n'),
    );
    const running = run('runFile', document.uri);
    await waitFor('two requests in flight', async () => /in_flight\S* 2$/m.test(await served()));
    await run('cancelRun');
    await running;
    await loadlens.whenIdle();
    const [record] = loadlens.runs();
    assert.equal(record?.status, 'cancelled');
    assert.equal(record?.requestsCancelled, 2);
    await waitFor('no request in flight', async () => /in_flight\S* 0$/m.test(await served()));
  });

  it('shows its result in the only panel', async () => {
    await run('showResults');
    const panels = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputWebview);
    assert.equal(panels.length, 1);
  });

  it('records which server responded in place of the mock server', async () => {
    const other = createServer((_, response) => response.writeHead(200, { server: 'nginx' }).end('fine'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    await run('stopMockServer');
    await set('mock.port', address.port);
    const text = ['# @requests 4', '', `http://127.0.0.1:${address.port}/hello`];
    const document = await openFile('other.endpoints', text.join('\n'));
    await run('runFile', document.uri);
    await set('mock.port', port);
    other.closeAllConnections();
    other.close();
    const [record] = loadlens.runs();
    assert.equal(record?.successes, 4);
    assert.deepEqual(record.server?.notes, [
      `nginx responds on 127.0.0.1:${address.port}, not the Loadlens mock server.`,
    ]);
  });

  it('stops the mock server by its command', async () => {
    await run('stopMockServer');
    await assert.rejects(fetch(url('/health')));
  });
});
