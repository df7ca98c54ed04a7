import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { readRecord } from '../../src/core/record/read-run.ts';
import { readLoad } from '../../src/core/scale-out/load.ts';
import { closedLoop } from '../core/record/fixtures.ts';
import { reportOf } from '../core/scale-out/shared.ts';
import { freshFolder, type Outcome, runCli, start } from './spawn.ts';

describe('loadlens export and import artillery', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');
  const cli = (args: readonly string[], env: Record<string, string> = {}): ReturnType<typeof runCli> =>
    runCli(args, { cwd: folder.path, env });
  const url = 'http://127.0.0.1:5000/tokenizer?output_tokens=3\n';

  it('writes a project with bodies and without secrets', async () => {
    write('body.json', '{"a": 1}');
    write(
      'endpoints.txt',
      `# @requests 100\n# @concurrency 6\nPOST http://127.0.0.1:5000/\nAuthorization: Bearer {{$secret my-key}}\nX-Who: {{$env WHO}}\n@body.json\n`,
    );
    const env = { LOADLENS_SECRET_MY_KEY: 'geheim-4711', WHO: 'kein-mensch' };
    const { code, stdout, stderr } = await cli(['export', 'artillery', '--workers', '3', '--seed', '9'], env);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /Wrote an Artillery project with 3 workers to artillery\./);
    const load = readLoad(JSON.parse(read('artillery/load.json')));
    assert.deepEqual([load.shares, load.plan.requests, load.plan.concurrency, load.plan.seed], [3, 100, 6, 9]);
    assert.equal(Buffer.from(load.files['body.json'] ?? '', 'base64').toString(), '{"a": 1}');
    for (const file of readdirSync(join(folder.path, 'artillery')))
      assert.doesNotMatch(read(`artillery/${file}`), /geheim-4711|kein-mensch/, file);
    assert.ok(existsSync(join(folder.path, 'artillery', 'loadlens.mjs')));
  });

  it('sends the same requests from a worker as a run: files named by a variable, values of .env and of the environment', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const { authorization, 'x-who': who } = request.headers;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push([authorization, who, body].join(' | '));
        response.end('fine');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    write('blue.json', '{"stage": "blue"}');
    write('.env', 'TOKEN="from the file"\n');
    const head = `POST http://127.0.0.1:${port}/\nAuthorization: Token {{$dotenv TOKEN}}\nX-Who: {{$processEnv WHO}}\n`;
    write('api.http', `${head}\n< ./{{$env STAGE}}.json\n`);
    const env = { STAGE: 'blue', WHO: 'environment' };
    const amount = ['-n', '2', '-c', '1'];
    const expected = 'Token from the file | environment | {"stage": "blue"}';
    try {
      const ran = await cli(['run', 'api.http', '-q', ...amount, '--json', 'run.json'], env);
      assert.deepEqual([ran.code, ran.stderr], [0, '']);
      assert.deepEqual(seen.splice(0), [expected, expected]);
      assert.doesNotMatch(read('run.json'), /from the file/);

      const exported = await cli(['export', 'artillery', 'api.http', '--workers', '1', ...amount], env);
      assert.deepEqual([exported.code, exported.stderr], [0, '']);
      for (const file of readdirSync(join(folder.path, 'artillery')))
        assert.doesNotMatch(read(`artillery/${file}`), /from the file/, file);
      // As another machine has the project: with neither the folder nor its .env.
      const share = `import { runShare } from './loadlens.mjs';\nawait runShare('test', () => {});\n`;
      const worker = (values: Record<string, string>): Promise<Outcome> =>
        start(process.execPath, ['--input-type=module', '-e', share], {
          cwd: join(folder.path, 'artillery'),
          env: values,
        }).finished;
      const sent = await worker({ ...env, TOKEN: 'from the file' });
      assert.deepEqual([sent.code, sent.stderr], [0, '']);
      assert.deepEqual(seen.splice(0), [expected, expected]);

      const without = await worker(env);
      assert.equal(without.code, 1);
      assert.match(without.stderr, /api\.http:1: Environment variable TOKEN isn't set\. Set TOKEN/);
      assert.deepEqual(seen, []);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("rejects a folder that isn't empty", async () => {
    write('endpoints.txt', url);
    mkdirSync(join(folder.path, 'artillery'));
    write('artillery/mine.txt', 'mine');
    const taken = await cli(['export', 'artillery']);
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /Folder artillery isn't empty\./);
    assert.deepEqual(readdirSync(join(folder.path, 'artillery')), ['mine.txt']);
    const file = await cli(['export', 'artillery', '--out', 'endpoints.txt']);
    assert.deepEqual([file.code, read('endpoints.txt')], [2, url]);
    assert.match(file.stderr, /endpoints\.txt isn't a folder/);
    mkdirSync(join(folder.path, 'empty'));
    assert.equal((await cli(['export', 'artillery', '--out', 'empty'])).code, 0);
  });

  it("rejects a load that can't run", async () => {
    write('endpoints.txt', 'https://example.com/\n');
    const asked = await cli(['export', 'artillery']);
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /--allow-host example\.com:443/);
    assert.ok(!existsSync(join(folder.path, 'artillery')));
    assert.equal((await cli(['export', 'artillery', '--allow-host', 'example.com'])).code, 0);

    write('bad.txt', 'GET nowhere\n');
    assert.equal((await cli(['export', 'artillery', 'bad.txt', '--out', 'b'])).code, 2);
    write('few.txt', url);
    const few = await cli(['export', 'artillery', 'few.txt', '--out', 'b', '--workers', '6']);
    assert.match(few.stderr, /6 workers can't share 5 requests in flight/);
    const plain = await cli(['export', 'artillery', 'few.txt', '--out', 'b', '-H', 'Authorization: Bearer abc']);
    assert.match(plain.stderr, /would be written to a file in plain text/);
    assert.ok(!existsSync(join(folder.path, 'b')));
  });

  it('imports a run, with reports and exit codes', async () => {
    write('endpoints.txt', `# @requests 400\n# @concurrency 8\n# @slo p95 < 1s\n\n${url}`);
    assert.equal((await cli(['export', 'artillery'])).code, 0);
    const load = readLoad(JSON.parse(read('artillery/load.json')));
    const samples = closedLoop(100, 2, (index) => ({ latencyMs: 10 + index / 10 }));
    const four = Array.from({ length: 4 }, () => ({ samples }));
    write('artillery/report.json', JSON.stringify(reportOf(load, four)));
    const whole = await cli([
      'import',
      'artillery',
      'artillery/report.json',
      '--json',
      'run.json',
      '--html',
      'run.html',
    ]);
    assert.equal(whole.code, 0);
    assert.match(whole.stdout, /^[A-Z][^*]*\n\n\*\*\* Results \*\*\*\nStatus codes:\n {2}200: 400 times\n/);
    assert.match(whole.stderr, /^Wrote run\.json\nWrote run\.html\n$/);
    const record = readRecord(JSON.parse(read('run.json')));
    assert.deepEqual([record.requestsSent, record.status], [400, 'completed']);
    assert.ok(read('run.html').includes(record.id));

    write('elsewhere.json', JSON.stringify(reportOf(load, four.slice(1), 1)));
    const missing = await cli(['import', 'artillery', 'elsewhere.json', '--project', 'artillery']);
    assert.equal(missing.code, 1);
    assert.match(
      missing.stderr,
      /^error: The benchmark stopped unexpectedly\. 1 of 4 shares didn't report\. .*\nhint: {2}Check the output of the project/,
    );
    assert.match(missing.stdout, /1 of 4 shares didn't report/);

    const slow = closedLoop(100, 2, () => ({ latencyMs: 3_000 }));
    write('elsewhere.json', JSON.stringify(reportOf(load, [...four.slice(1), { samples: slow }])));
    assert.equal((await cli(['import', 'artillery', 'elsewhere.json', '--project', 'artillery'])).code, 99);
  });

  it('reports what is wrong with a report', async () => {
    write('endpoints.txt', url);
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await cli(['import', 'artillery', ...args]);
      assert.deepEqual([code, stdout], [2, '']);
      return stderr;
    };
    assert.match(await refused('report.json'), /Can't read file report\.json: ENOENT/);
    write('report.json', '{');
    assert.match(await refused('report.json'), /report\.json isn't valid JSON/);
    write('report.json', '{"schema": "loadlens.run/1"}');
    assert.match(await refused('report.json'), /^error: report\.json is already a Loadlens result\.\nhint: {2}/);
    write('report.json', '{}');
    assert.match(await refused('report.json'), /File load\.json not found in/);
    await cli(['export', 'artillery', '--out', 'p']);
    assert.match(await refused('report.json', '--project', 'p'), /isn.t an Artillery report/);
  });
});
