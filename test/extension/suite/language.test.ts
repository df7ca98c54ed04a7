import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { directives, directiveText } from '../../../src/core/endpoints/directives/directives.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, codeLenses, lenses, openFile, type } from './support.ts';

const whole = [
  '# @requests 50',
  '',
  '# @name first',
  'http://127.0.0.1:5000/hello',
  '',
  'https://example.com/x',
  '',
].join('\n');

const hovers = async (document: vscode.TextDocument, line: number): Promise<string> => {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(line, 5),
  );
  return found.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value))).join('\n');
};

const completions = async (document: vscode.TextDocument, line: number, character: number): Promise<string[]> => {
  const found = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    new vscode.Position(line, character),
  );
  return found.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
};

const commandsOf = async (document: vscode.TextDocument): Promise<(vscode.Command | undefined)[]> =>
  (await codeLenses(document)).map(({ command }) => command);

/** Presses the first lens on a line. */
const press = async (document: vscode.TextDocument, line: number): Promise<void> => {
  const lens = (await codeLenses(document)).find(({ range }) => range.start.line === line);
  const { command = '', arguments: values = [] } = lens?.command ?? {};
  await vscode.commands.executeCommand(command, ...(values as unknown[]));
};

/** Returns the letters and digits of a text, as Markdown escapes the others. */
const plain = (text: string): string => text.replaceAll(/\W+/g, '');

describe('an endpoints file in the editor', () => {
  before(api);
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('is recognized by its name', async () => {
    for (const name of ['a.endpoints', 'b.endpoints.txt']) {
      assert.equal((await openFile(name, whole)).languageId, 'endpoints');
    }
    assert.equal((await openFile('notes.txt', whole)).languageId, 'plaintext');
  });

  it('has a CodeLens for the file, one for the mock server, and one per target', async () => {
    const document = await openFile('lens.endpoints', whole);
    assert.deepEqual(await lenses(document), [
      '0: ▶ Run Benchmark · 50 requests × 5',
      '0: Start mock server',
      '3: ▶ Run',
      '3: Send Once',
      '5: ▶ Run',
      '5: Send Once',
    ]);
  });

  it('offers the mock server only if a target is on this machine', async () => {
    const document = await openFile('far.endpoints', 'https://example.com/x\n');
    assert.deepEqual(await lenses(document), ['0: ▶ Run Benchmark · 10 requests × 5', '0: ▶ Run', '0: Send Once']);
  });

  it('keeps its CodeLenses while a line is typed', async () => {
    const document = await openFile('typing.endpoints', 'http://127.0.0.1:5000/hello\n');
    const count = (await lenses(document)).length;
    for (const text of [
      'http://127.0.0.1:5000/hel lo\n',
      'http://127.0.0.1:50009999/hello\n',
      'htp://127.0.0.1\n',
      'http:///x\n',
    ]) {
      await type(document, text);
      assert.equal((await lenses(document)).length, count, text);
    }
  });

  it('says which problem to fix instead of a run, at its target and for the whole file', async () => {
    const text =
      '@v = {{none}}\n\nhttps://example.com/x\n\n# @weight 0\nhttps://example.com/y\nhttps://example.com/{{v}}';
    const document = await openFile('error.endpoints', `${text}\n`);
    const undefinedVariable = 'Variable "none" isn\'t defined';
    assert.deepEqual(await lenses(document), [
      `0: Fix 2 problems to run · Line 1: ${undefinedVariable}`,
      '2: ▶ Run',
      '2: Send Once',
      '5: Fix line 5 to run · "0" isn\'t a valid value of @weight',
      '5: Send Once',
      `6: Fix line 1 to run · ${undefinedVariable}`,
      '6: Send Once',
    ]);
    const { selection } = vscode.window.activeTextEditor!;
    assert.equal(selection.active.line, 0);
    await press(document, 5);
    await waitFor('the line of the problem', () => vscode.window.activeTextEditor?.selection.active.line === 4);
    await press(document, 6);
    await waitFor('the line of the variable', () => vscode.window.activeTextEditor?.selection.active.line === 0);
  });

  it('shortens the text that it quotes, and then the reason', async () => {
    const document = await openFile('long.endpoints', `https://example.com/a b${'/c'.repeat(50)}\n`);
    assert.equal(
      (await lenses(document))[1],
      '0: Fix line 1 to run · URL "https://example.com/a b/…" contains a space',
    );
    await type(document, `https://example.com/\nX-${'y'.repeat(70)}: ü\n`);
    for (const one of await lenses(document)) assert.ok(one.length < 100, one);
  });

  it('shows a problem of all targets at the top only', async () => {
    const document = await openFile('general.endpoints', '# @requests 0\n\nhttps://example.com/x\n');
    assert.deepEqual(await lenses(document), [
      '0: Fix line 1 to run · "0" isn\'t a valid value of @requests',
      '2: ▶ Run',
      '2: Send Once',
    ]);
    await type(
      document,
      'https://example.com/x\n\n# @think 2s\nPOST https://example.com/v1/completions\n\n{"prompt":"a"}\n',
    );
    const [top] = await commandsOf(document);
    assert.equal(top?.title, 'Fix line 3 to run · @think has no conversations');
    assert.equal(
      top?.tooltip,
      '@think has no conversations. Add # @conversations with a file of them, such as chats.jsonl, or # @turns to generate them.',
    );
    await press(document, 0);
    await waitFor('the line of the problem', () => vscode.window.activeTextEditor?.selection.active.line === 2);
  });

  it('ends its CodeLenses after 1,000 targets, and says so', async () => {
    const targets = Array.from({ length: 1002 }, (_, at) => `https://example.com/${at}`);
    const document = await openFile('many.endpoints', targets.join('\n'));
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      2000,
    );
    assert.equal(found.length, 2002);
    assert.equal(found.at(-1)?.range.start.line, 1000);
    assert.equal(found.at(-1)?.command?.title, 'Lenses end after 1,000 targets · ▶ Run Target at Cursor');
  });

  it('has no CodeLens if the setting is off', async () => {
    const document = await openFile('off.endpoints', whole);
    const settings = vscode.workspace.getConfiguration('loadlens');
    await settings.update('codeLens.enabled', false, vscode.ConfigurationTarget.Global);
    assert.deepEqual(await lenses(document), []);
    await settings.update('codeLens.enabled', undefined, vscode.ConfigurationTarget.Global);
  });

  it('shows problems with their position and fix, and removes them again', async () => {
    const document = await openFile('bad.endpoints', 'http://127.0.0.1:5000/\nhtp://x\n');
    const problems = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    await waitFor('one problem', () => problems().length === 1);
    const [problem] = problems();
    assert.equal(problem?.range.start.line, 1);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problem?.source, 'Loadlens');
    assert.match(problem?.message ?? '', /http:\/\/ or https:\/\//);
    await type(document, 'http://127.0.0.1:5000/\n');
    await waitFor('no problem', () => problems().length === 0);
  });

  it('offers quick fixes for problems', async () => {
    const document = await openFile('fix.endpoints', '# @reqests 5\n\nGTE http://127.0.0.1:5000/\nlocalhost:5999/x\n');
    const fixes = (line: number, character: number): Thenable<vscode.CodeAction[]> =>
      vscode.commands.executeCommand(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(line, character, line, character),
        vscode.CodeActionKind.QuickFix.value,
      );
    await waitFor('two problems', () => vscode.languages.getDiagnostics(document.uri).length === 2);
    assert.deepEqual(await fixes(1, 0), []);
    for (const [line, title] of [
      [0, 'Write @requests'],
      [2, 'Write GET'],
    ] as const) {
      const [fix, ...others] = await fixes(line, 2);
      assert.deepEqual([fix?.title, others], [title, []]);
      assert.ok(await vscode.workspace.applyEdit(fix!.edit!));
    }
    assert.equal(document.getText(), '# @requests 5\n\nGET http://127.0.0.1:5000/\nlocalhost:5999/x\n');
    await waitFor('no problem', () => vscode.languages.getDiagnostics(document.uri).length === 0);
  });

  it('offers the placeholder that a misspelled one in a body was meant to be', async () => {
    const text = '@prompt = Hello\n\nPOST http://127.0.0.1:5000/v1/completions\n\n{"prompt": "{{promt}}"}\n';
    const document = await openFile('promt.endpoints', text);
    await waitFor('a problem', () => vscode.languages.getDiagnostics(document.uri).length === 1);
    const [problem] = vscode.languages.getDiagnostics(document.uri);
    assert.equal(problem?.message, 'Variable "promt" isn\'t defined. Did you mean {{prompt}}?');
    const [fix] = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.equal(fix?.title, 'Write {{prompt}}');
    assert.ok(await vscode.workspace.applyEdit(fix.edit!));
    assert.equal(document.getText(), text.replace('promt', 'prompt'));
    await waitFor('no problem', () => vscode.languages.getDiagnostics(document.uri).length === 0);
  });

  it('reports a missing prompts or body file', async () => {
    const lines = ['# @prompts prompts.txt', 'POST http://127.0.0.1:5000/v1/completions', '@body.json', ''];
    const document = await openFile('missing.endpoints', lines.join('\n'));
    const problems = (): (readonly [number, unknown])[] =>
      vscode.languages.getDiagnostics(document.uri).map(({ range, code }) => [range.start.line, code] as const);
    await waitFor('two problems', () => problems().length === 2);
    assert.deepEqual(
      problems().toSorted(([a], [b]) => a - b),
      [
        [0, 'missing-file'],
        [2, 'missing-file'],
      ],
    );
    await openFile('prompts.txt', 'Hello\n');
    await openFile('missing.endpoints', lines.join('\n'));
    await waitFor('one problem', () => problems().length === 1);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('reports directives with which a run would end', async () => {
    const document = await openFile(
      'pairs.endpoints',
      '# @think 2s\nPOST http://127.0.0.1:5000/v1/completions\n\n{"prompt":"Hello"}\n',
    );
    const problems = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    await waitFor('one problem', () => problems().length === 1);
    assert.deepEqual(
      problems().map(({ range, code, message }) => [range.start.line, code, message]),
      [
        [
          0,
          'not-runnable',
          '@think has no conversations. Add # @conversations with a file of them, such as chats.jsonl, or # @turns to generate them.',
        ],
      ],
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('reports an invalid entry of a conversations file', async () => {
    await openFile('chats.jsonl', '{"turns":["Hello"]}\n{"prompt":"Hello"}\n');
    const document = await openFile(
      'chats.endpoints',
      '# @conversations chats.jsonl\nPOST http://127.0.0.1:5000/v1/chat/completions\n',
    );
    await waitFor('a problem', () => vscode.languages.getDiagnostics(document.uri).length === 1);
    const [problem] = vscode.languages.getDiagnostics(document.uri);
    assert.equal(problem?.code, 'bad-conversations');
    assert.equal(problem?.range.start.line, 0);
    assert.match(problem?.message ?? '', /^chats\.jsonl:2 isn't a conversation\. Expected/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('explains directives, and shows a request with its secrets masked', async () => {
    const document = await openFile(
      'hover.endpoints',
      [
        '# @requests 50',
        '',
        '@host = http://127.0.0.1:5000',
        'POST {{host}}/a',
        'Authorization: Bearer {{$secret KEY}}',
        '',
      ].join('\n'),
    );
    assert.match(await hovers(document, 0), /Number of requests in a run/);
    const request = await hovers(document, 3);
    assert.match(request, /POST http:\/\/127\.0\.0\.1:5000\/a/);
    assert.match(request, /Bearer \{\{\$secret KEY\}\}/);
    assert.match(request, /Not run yet/);
  });

  it('completes directives, methods, headers, their values, and variables', async () => {
    const document = await openFile(
      'complete.endpoints',
      ['# @', 'PO', '@host = http://127.0.0.1:5000', 'POST {{', 'Cont', 'Content-Type: ', ''].join('\n'),
    );
    assert.ok((await completions(document, 0, 3)).includes('@concurrency'));
    assert.ok((await completions(document, 1, 2)).includes('POST'));
    const offered = await completions(document, 3, 7);
    for (const name of ['$env', '$secret', '$guid', 'host']) assert.ok(offered.includes(name), name);
    assert.ok((await completions(document, 4, 4)).includes('Content-Type'));
    assert.ok((await completions(document, 5, 14)).includes('application/json'));
  });

  it('completes objectives, and only directives that have an effect at that position', async () => {
    const lines = ['# @slo ', '# @slo p95 < 500', '', 'https://example.com/', '', '# @', 'https://example.com/2'];
    const document = await openFile('slo-complete.endpoints', lines.join('\n'));
    const metrics = await completions(document, 0, 7);
    assert.deepEqual(
      [metrics.includes('p95'), metrics.includes('errors'), metrics.includes('example')],
      [true, true, false],
    );
    assert.deepEqual(await completions(document, 1, 16), ['500ms', '500s', '500m', '500h']);
    const inTarget = await completions(document, 5, 3);
    assert.deepEqual([inTarget.includes('@weight'), inTarget.includes('@concurrency')], [true, false]);
  });

  it('completes and explains every directive', async () => {
    const lines = directives.map(({ name, example }) => `# @${name} ${example}`);
    const document = await openFile('every.endpoints', ['# @', ...lines, '', 'https://example.com/'].join('\n'));
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(0, 3),
    );
    for (const [index, directive] of directives.entries()) {
      const { name, example } = directive;
      const item = items.find(({ label }) => label === `@${name}`);
      assert.ok(item?.insertText instanceof vscode.SnippetString, name);
      assert.equal(item.insertText.value.replaceAll('\\', ''), `@${name} \${1:${example}}`);
      assert.equal(item.documentation, directiveText(directive));
      assert.ok(plain(await hovers(document, index + 1)).includes(plain(directiveText(directive))), name);
    }
  });

  it('lists its targets as symbols', async () => {
    const lines = ['# @requests 5', '', '# @name first', 'https://example.com/x', '', 'https://example.com/y'];
    const document = await openFile('symbols.endpoints', lines.join('\n'));
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(({ name, detail, range, selectionRange }) => [
        name,
        detail,
        range.start.line,
        selectionRange.start.line,
      ]),
      [
        ['first', 'GET https://example.com/x', 2, 3],
        ['GET /y', 'GET https://example.com/y', 5, 5],
      ],
    );
  });

  it('folds at ###', async () => {
    const document = await openFile(
      'fold.endpoints',
      '### a\nhttp://127.0.0.1:5000/\n\n### b\nhttp://127.0.0.1:5999/\n',
    );
    const ranges = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.deepEqual(
      ranges.map(({ start, end }) => [start, end]),
      [
        [0, 1],
        [3, 4],
      ],
    );
  });
});
