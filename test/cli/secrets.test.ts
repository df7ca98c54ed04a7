import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { readComparison } from '../../src/core/record/comparisons/read-comparison.ts';
import { readRecord } from '../../src/core/record/read-run.ts';
import { freshFolder, runCli } from './spawn.ts';

describe('values from outside the file', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');

  it('are masked in every report if they are secrets', async () => {
    const seen: string[] = [];
    const echo: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const text = `${request.url} ${request.headers.authorization} ${String(request.headers['x-api-key'])} ${body}`;
        seen.push(text);
        response.writeHead(500).end(text);
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    assert.ok(typeof address === 'object' && address);
    write('body.json', '{"from":"a file"}');
    write(
      'endpoints.txt',
      [
        `POST http://127.0.0.1:${address.port}/a?key={{$env LENS_TEST_VALUE}}`,
        'Authorization: Bearer {{$secret open-ai}}',
        '@body.json',
        '',
        `GET http://127.0.0.1:${address.port}/b`,
        '',
      ].join('\n'),
    );
    try {
      const { code, stdout, stderr } = await runCli(
        [
          'run',
          '-H',
          'X-Api-Key: given-on-the-line',
          '--json',
          'o.json',
          '--html',
          'o.html',
          '--csv',
          'o.csv',
          '--md',
          'o.md',
        ],
        {
          cwd: folder.path,
          env: { LENS_TEST_VALUE: 'value-of-the-environment', LOADLENS_SECRET_OPEN_AI: 'value-of-the-secret' },
        },
      );
      // Its responses fail, so that reports have samples of them.
      assert.equal(code, 1);
      assert.ok(
        seen.includes('/a?key=value-of-the-environment Bearer value-of-the-secret given-on-the-line {"from":"a file"}'),
      );
      assert.ok(seen.includes('/b undefined given-on-the-line '));
      for (const text of [stdout, stderr, ...['o.json', 'o.html', 'o.csv', 'o.md'].map(read)]) {
        assert.doesNotMatch(text, /value-of-the|given-on/);
      }
      assert.ok(
        readRecord(JSON.parse(read('o.json'))).failureSamples.some(
          ({ text }) => text === '/a?key=*** *** *** {"from":"a file"}',
        ),
      );
    } finally {
      echo.closeAllConnections();
      echo.close();
    }
  });

  it('are masked if they are private variables or their --var replacements', async () => {
    // half of the requests succeed, since a comparison without a success is an error
    let requests = 0;
    const echo: Server = createServer((request, response) => {
      response.writeHead(requests++ % 2 ? 200 : 500).end(`${request.url} ${String(request.headers['x-thing'])}`);
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    assert.ok(typeof address === 'object' && address);
    write('http-client.env.json', '{"dev": {"open": "seen"}}');
    write('http-client.private.env.json', '{"dev": {"one": "first-private", "two": "second-private"}}');
    write('endpoints.txt', `http://127.0.0.1:${address.port}/{{open}}/{{one}}?b={{two}}\nX-Thing: {{two}}\n`);
    try {
      const args = '--environment dev --var two=given-instead --json o.json --html o.html --csv o.csv --md o.md'.split(
        ' ',
      );
      const { code, stdout, stderr } = await runCli(['run', ...args], { cwd: folder.path });
      assert.equal(code, 0, stderr);
      for (const text of [stdout, stderr, ...['o.json', 'o.html', 'o.csv', 'o.md'].map(read)]) {
        assert.doesNotMatch(text, /-private|given-instead/);
      }
      const { targets, failureSamples } = readRecord(JSON.parse(read('o.json')));
      assert.equal(targets[0]?.name, 'GET /seen/***?b=***');
      assert.equal(targets[0].url, `http://127.0.0.1:${address.port}/seen/***?b=***`);
      assert.equal(failureSamples[0]?.text, '/seen/***?b=*** ***');
      const pairs = '--pairs 8 --slice 100ms --environment dev --b two=given-instead --json ab.json'.split(' ');
      assert.equal((await runCli(['ab', ...pairs], { cwd: folder.path })).code, 0);
      const compared = readComparison(JSON.parse(read('ab.json')));
      assert.deepEqual(compared.b.variables, { two: '***' });
      assert.doesNotMatch(read('ab.json'), /-private|given-instead/);
    } finally {
      echo.closeAllConnections();
      echo.close();
    }
  });

  it('are reported by variable name if a secret has no value', async () => {
    write(
      'endpoints.txt',
      `http://127.0.0.1:9/\n\nGET http://127.0.0.1:9/\nAuthorization: Bearer {{$secret open-ai}}\n`,
    );
    const { code, stderr } = await runCli(['run'], { cwd: folder.path });
    assert.equal(code, 2);
    assert.equal(
      stderr,
      'error: endpoints.txt:3: Secret open-ai not found.\n' +
        'hint:  Set the environment variable LOADLENS_SECRET_OPEN_AI.\n',
    );
  });
});
