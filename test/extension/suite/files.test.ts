import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import * as vscode from 'vscode';
import { waitFor } from '../../support/wait-for.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { api, openFile, set } from './support.ts';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);

describe('files in the editor', () => {
  let loadlens: LoadlensApi;
  let port = 0;
  const bodies: string[] = [];
  const echo: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      const { authorization = '', cookie = '' } = request.headers;
      response
        .writeHead(401)
        .end(`no: ${request.url} ${authorization} ${cookie} ${String(request.headers['x-api-key'])}`);
    });
  });

  before(async () => {
    loadlens = await api();
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    assert.ok(typeof address === 'object' && address);
    ({ port } = address);
  });

  after(async () => {
    echo.closeAllConnections();
    echo.close();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('masks credentials in the file if the server echoes them', async () => {
    const document = await openFile(
      'echo.endpoints',
      [
        '# @requests 2',
        '',
        `GET http://127.0.0.1:${port}/a?api_key=key-in-the-query`,
        'Authorization: Bearer bearer-of-the-file',
        'Cookie: session=cookie-of-the-file',
        'X-Api-Key: key-of-the-file',
      ].join('\n'),
    );
    await run('runFile', document.uri);
    const [record] = loadlens.runs();
    assert.equal(record?.failureSamples[0]?.text, 'no: /a?api_key=*** *** *** ***');
    assert.doesNotMatch(JSON.stringify(record), /of-the-file|in-the-query/);
  });

  it('reads a body file with a placeholder in its path', async () => {
    process.env['LOADLENS_TEST_STAGE'] = 'stage';
    await openFile('body-stage.json', '{"stage": 1}');
    const document = await openFile(
      'stage.endpoints',
      `# @requests 1\n\nPOST http://127.0.0.1:${port}/\n< ./body-{{$env LOADLENS_TEST_STAGE}}.json\n`,
    );
    await run('runFile', document.uri);
    assert.equal(bodies.at(-1), '{"stage": 1}');
  });

  it('runs a target next to another that has an error', async () => {
    const text = `# @name good\nGET http://127.0.0.1:${port}/good\n\nGET http://127.0.0.1:${port}/{{none}}\n`;
    const document = await openFile('beside.endpoints', text);
    const before = loadlens.runs().length;
    await run('runEndpoint', document.uri, 'good');
    assert.equal(loadlens.runs().length, before + 1);
    assert.equal(loadlens.runs()[0]?.name, 'good');
  });

  it('underlines the path of a missing file', async () => {
    const text = `###\nPOST http://127.0.0.1:${port}/a.json\n\n<   ./no such.json\n\n###\n# @prompts none.txt\nPOST http://127.0.0.1:${port}/v1/completions\n\n{"model": "x"}\n`;
    const document = await openFile('missing.http.endpoints', text);
    await waitFor(
      'the problems',
      () => vscode.languages.getDiagnostics(document.uri).filter(({ code }) => code === 'missing-file').length === 2,
    );
    const marked = vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ code }) => code === 'missing-file')
      .map(({ range }) => document.getText(range));
    assert.deepEqual(marked.toSorted(), ['./no such.json', 'none.txt']);
  });

  it('creates an endpoints file for the port of the mock server', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const file = vscode.Uri.joinPath(folder.uri, 'endpoints.txt');
    const kept = await vscode.workspace.fs.readFile(file);
    await vscode.workspace.fs.delete(file);
    await set('mock.port', 5055);
    try {
      await run('createEndpointsFile');
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
      assert.match(text, /@mock = http:\/\/127\.0\.0\.1:5055$/m);
      assert.doesNotMatch(text, /5000/);
    } finally {
      await set('mock.port', undefined);
      await vscode.workspace.fs.writeFile(file, kept);
    }
  });

  it('uses variables of the selected environment', async () => {
    await openFile('http-client.env.json', `{"dev": {"host": "http://127.0.0.1:${port}"}}`);
    const document = await openFile('env.endpoints', '# @requests 1\n\nGET {{host}}/env\n');
    const before = loadlens.runs().length;
    await set('environment', 'dev');
    try {
      await run('runFile', document.uri);
      assert.equal(loadlens.runs().length, before + 1);
    } finally {
      await set('environment', undefined);
    }
  });
});
