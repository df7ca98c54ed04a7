import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../src/core/record/read-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { ask, until } from '../servers/mock/client.ts';
import { freshFolder, runCli, startCli } from './spawn.ts';

describe('loadlens run', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  let mock: MockServer;
  const startMock = async (options: { limit?: number; timeScale?: number } = {}): Promise<void> => {
    mock = await startMockServer({
      port: 0,
      maxConcurrentRequests: options.limit ?? 100,
      timeScale: options.timeScale ?? 0.01,
    });
  };
  beforeEach(() => startMock());
  afterEach(() => mock.close());

  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');
  const readJson = (name: string): RunRecord => readRecord(JSON.parse(read(name)));
  const tokenizer = (tokens: number): string => `${mock.url}/tokenizer?output_tokens=${tokens}\n`;
  const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['run', ...args], { cwd: folder.path });

  it('has the defaults of the reference, and prints its lines in the same order', async () => {
    write('endpoints.txt', tokenizer(3));
    const { code, stdout, stderr } = await run();
    assert.equal(code, 0);
    assert.equal(stderr, '');
    const number = String.raw`\d+\.\d{4}`;
    const lines = [
      String.raw`\*\*\* Results \*\*\*`,
      'Status codes:',
      '  200: 10 times',
      'Success ratio: 100.00%',
      '--- - --- - ---',
      `Total time: ${number} seconds`,
      String.raw`Median latency: ${number}  \|  Average latency: ${number} seconds`,
      String.raw`Shortest request time: ${number} seconds  \|  Longest request time: ${number} seconds`,
      '--- - --- - ---',
      `Throughput: ${number} requests per second`,
      String.raw`Avg Output Tokens: 3.0000  \|  Output Token Throughput: ${number} tokens per second`,
    ];
    // The verdict comes first; a busy machine adds a sentence to it.
    assert.match(stdout, new RegExp(`^Completed: All 10 requests succeeded\\.[^*]*\n\n${lines.join('\n')}\n`));
    assert.deepEqual(mock.stats().byStatus, { 200: 10 });
  });

  it('requests streams or complete responses from language models, whatever the file says', async () => {
    const request = `POST ${mock.url}/v1/completions\n{"prompt": "x", "max_tokens": 3}\n`;
    write('endpoints.txt', `${tokenizer(3)}\n# @stream false\n${request}\n# @stream true\n${request}`);
    for (const [args, streamed] of [
      [[], 1],
      [['--stream'], 2],
      [['--no-stream'], 0],
    ] as const) {
      const { code, stderr } = await run('-n', '30', '--json', 'out.json', ...args);
      assert.equal(code, 0, stderr);
      const { perTarget } = readJson('out.json');
      assert.equal(perTarget.filter(({ ttftMs }) => ttftMs !== undefined).length, streamed, args.join(' '));
    }
  });

  it('sets variables of the file', async () => {
    write('endpoints.txt', `@tokens = 3\n@path = tokenizer\n${mock.url}/{{path}}?output_tokens={{tokens}}\n`);
    const { code, stderr } = await run('--var', 'tokens=7', '--json', 'out.json');
    assert.equal(code, 0, stderr);
    assert.equal(readJson('out.json').avgOutputTokens, 7);
    const unknown = await run('--var', 'token=7');
    assert.equal(unknown.code, 2);
    assert.equal(
      unknown.stderr,
      'error: endpoints.txt has no variable "token".\nhint:  Did you mean tokens? Variables of the file: tokens, path.\n',
    );
    assert.match((await run('--var', 'tokens')).stderr, /Expected name=value on one line/);
  });

  it('has the same counts as the mock server', async () => {
    await mock.close();
    await startMock({ limit: 4 });
    write('endpoints.txt', tokenizer(3) + tokenizer(30) + `${mock.url}/nothing\n${mock.url}/tokenizer\n`);
    const { code } = await run('-n', '300', '-c', '9', '--seed', '7', '--json', 'out.json');
    assert.equal(code, 0);
    const record = readJson('out.json');
    const metrics = (await ask(mock, '/metrics')).text;
    for (const status of ['200', '400', '404', '429']) {
      const counted = new RegExp(String.raw`mock_requests_total\{status="${status}"\} (\d+)`).exec(metrics)?.[1];
      assert.equal(record.statusCodes[status], Number(counted), status);
    }
    assert.equal(record.requestsSent, 300);
    assert.equal(record.plan.seed, 7);
    assert.equal(record.plan.concurrency, 9);
    assert.equal(record.successes, record.statusCodes['200']);
  });

  it('sends at an arrival rate, and shows the backlog', async () => {
    write('endpoints.txt', `# @rate 5\n${tokenizer(3)}`);
    const { code } = await run('--stages', '200ms:0..100, 100ms:100', '--arrivals', 'constant', '--json', 'out.json');
    assert.equal(code, 0);
    const record = readJson('out.json');
    assert.equal(record.plan.loadModel, 'open');
    assert.equal(record.plan.concurrency, 1_000);
    assert.deepEqual(record.plan.stages, [
      { fromPerS: 0, toPerS: 100, durationS: 0.2 },
      { fromPerS: 100, toPerS: 100, durationS: 0.1 },
    ]);
    assert.equal(record.requestsSent, 20);
    assert.equal(record.backlog?.unsent, 0);
  });

  for (const [args, said] of [
    [['--rate', '5', '-c', '2'], "--concurrency and --rate can't be combined."],
    [['--by', 'rate'], '--by rate has no effect without --find-capacity.'],
    [['--burstiness', '0.5'], '--burstiness has no effect in the closed model.'],
    [['--max-in-flight', '3'], '--max-in-flight has no effect in the closed model.'],
    [['--arrivals', 'poisson', '--levels', '1,2'], '--arrivals has no effect in the closed model.'],
    [['--rate', 'inf', '-n', '5', '--burstiness', '2'], '--burstiness has no effect with an infinite rate.'],
    [['--trace-speed', '2'], '--trace-speed has no effect because no trace sets the times of requests.'],
    [['--rate', '5', '--stages', '1s:1'], "--rate and --stages can't be combined."],
    [['--stages', '1s:1', '--levels', '1,2'], "--stages can't be combined with a sweep or a search."],
  ] as const) {
    it(`rejects ${args.join(' ')}`, async () => {
      write('endpoints.txt', tokenizer(3));
      const { code, stderr } = await run(...args);
      assert.equal(code, 2);
      assert.ok(stderr.includes(said), stderr);
    });
  }

  it('sends the warm-up without counting it', async () => {
    write('endpoints.txt', tokenizer(3));
    const { code } = await run('--warmup', '5', '--json', 'out.json');
    assert.equal(code, 0);
    assert.deepEqual(readJson('out.json').statusCodes, { 200: 10 });
    assert.equal(readJson('out.json').warmupSent, 5);
    assert.deepEqual(mock.stats().byStatus, { 200: 15 });
  });

  it('lets options override the file, and the file override the defaults', async () => {
    write('some.txt', `# @requests 7\n# @concurrency 2\n# @seed 3\n\n${tokenizer(3)}`);
    const { code } = await run('--targets', 'some.txt', '--requests', '8', '--timeout', '2s', '--json', 'out.json');
    assert.equal(code, 0);
    const { plan, source } = readJson('out.json');
    assert.deepEqual([plan.requests, plan.concurrency, plan.seed, plan.timeoutMs, plan.warmup], [8, 2, 3, 2000, 0]);
    assert.equal(source?.file, 'some.txt');
  });

  it('uses the specified transport', async () => {
    write('endpoints.txt', tokenizer(3));
    for (const [args, named, used] of [
      [[], undefined, 'raw'],
      [['--transport', 'undici'], 'undici', 'undici'],
      [['--transport', 'raw'], 'raw', 'raw'],
    ] as const) {
      const { code, stdout } = await run(...args, '--json', 'out.json');
      const { plan, client, successes } = readJson('out.json');
      assert.deepEqual([code, plan.transport, client.transport, successes], [0, named, used, 10]);
      assert.match(stdout, used === 'raw' ? /transport +built-in HTTP client/ : /transport +undici/);
    }
    assert.equal((await run('--transport', 'http2')).code, 2);
  });

  it('sends for a duration', async () => {
    write('endpoints.txt', tokenizer(3));
    const { code } = await run('--duration', '300ms', '--json', 'out.json');
    assert.equal(code, 0);
    const { plan, requestsSent } = readJson('out.json');
    assert.equal(plan.requests, null);
    assert.equal(plan.durationS, 0.3);
    assert.equal(requestsSent, mock.stats().served);
  });

  describe('exit codes', () => {
    it('1 if nothing responds', async () => {
      write('endpoints.txt', tokenizer(3));
      await mock.close();
      const { code, stdout, stderr } = await run('--json', 'out.json');
      assert.equal(code, 1);
      assert.equal(
        stderr,
        `Wrote out.json\nerror: No request got a complete response: ${new URL(mock.url).host} refused the connection (10).\n` +
          'hint:  Nothing listens at this address. Start the server or fix the port. To try one, run loadlens serve mock.\n',
      );
      assert.match(stdout, /^No response: All 10 requests failed: [^*]*\n\n\*\*\* Results \*\*\*\n/);
      assert.deepEqual(readJson('out.json').errors, { refused: 10 });
      await startMock();
    });

    it('2 for a file with problems, which are listed one per line, and nothing runs', async () => {
      write('bad.txt', `${tokenizer(3)}ftp://127.0.0.1/\n\n# @weight no\n${tokenizer(30)}`);
      const { code, stdout, stderr } = await run('bad.txt');
      assert.equal(code, 2);
      assert.equal(stdout, '');
      const lines = stderr.trimEnd().split('\n');
      assert.equal(lines.length, 3);
      assert.match(lines[0]!, /^bad\.txt:2:1: error: \S.*\. \S.*\.$/);
      assert.match(lines[1]!, /^bad\.txt:4:\d+: error: \S.*\. \S.*\.$/);
      assert.equal(lines[2], '2 errors. Nothing was sent.');
      assert.equal(mock.stats().served, 0);
    });

    it('2 for a file without targets', async () => {
      write('endpoints.txt', '# nothing yet\n');
      const { code, stdout } = await run();
      assert.equal(code, 2);
      assert.equal(stdout, '');
    });

    it('2 for a missing file', async () => {
      const { code, stderr } = await run();
      assert.equal(code, 2);
      assert.equal(
        stderr,
        'error: File endpoints.txt not found.\n' +
          'hint:  Create it with one URL per line, or specify another file: loadlens run my-endpoints.txt\n',
      );
    });

    it('2 for a folder', async () => {
      const { code, stderr } = await run('.');
      assert.equal(code, 2);
      assert.match(stderr, /^error: \. is a folder\.\nhint: {2}Name an endpoints file in it/);
    });

    it('2 for a URL instead of a file', async () => {
      const { code, stderr } = await run('https://example.com/x');
      assert.equal(code, 2);
      assert.equal(
        stderr,
        'error: https://example.com/x is a URL, not an endpoints file.\n' +
          'hint:  Write the URL to endpoints.txt, then run: loadlens run endpoints.txt\n',
      );
    });

    it('2 for two files', async () => {
      const { code, stderr } = await run('a.txt', '--targets', 'b.txt');
      assert.equal(code, 2);
      assert.match(stderr, /^error: Two endpoints files specified: a\.txt and b\.txt\.\nhint: {2}/);
    });

    for (const [args, sentence] of [
      [['--requests', '0'], /--requests <n>' argument '0' is invalid\. Expected a whole number from 1 to 10,000,000\./],
      [['--concurrency', 'many'], /--concurrency <n>' .* Expected a whole number from 1 to 10,000\./],
      [['--seed', '-1'], /--seed/],
      [['--duration', '30'], /--duration <time>' .* Expected a time with a unit, such as 30s or 500ms/],
      [['--timeout', '2h'], /--timeout <time>' .* up to 1h\./],
      [['--header', 'nothing'], /--header <header>' .* Expected a name and a value in ASCII/],
      [['--header', 'Connection: close'], /Connection can't be set: Loadlens sets it for each request\./],
      [['--slo', 'p95 500ms'], /--slo <objectives>' .* isn't an objective/],
      [['--verbose'], /unknown option '--verbose'/],
      [['a.txt', 'b.txt'], /too many arguments/],
    ] as const) {
      it(`2 for ${args.join(' ')}`, async () => {
        const { code, stdout, stderr } = await run(...args);
        assert.equal(code, 2);
        assert.equal(stdout, '');
        assert.match(stderr, /^error: /);
        assert.match(stderr, sentence);
      });
    }

    it("2 for a host other than this machine that isn't allowed", async () => {
      write('endpoints.txt', 'http://192.0.2.1:8080/\n');
      const { code, stderr } = await run('-n', '500');
      assert.equal(code, 2);
      assert.match(stderr, /^error: Sending 500 requests at concurrency 5 to 192\.0\.2\.1:8080 requires permission\./);
      assert.match(stderr, /\nhint: {2}If you're allowed to, add --allow-host 192\.0\.2\.1:8080\n/);
    });

    it("99 if an objective isn't met, which is named", async () => {
      write('endpoints.txt', tokenizer(3));
      const { code, stdout, stderr } = await run('-n', '60', '--slo', 'p95 < 1ms, errors < 1%', '--json', 'out.json');
      assert.equal(code, 99);
      assert.match(stderr, /^Wrote out\.json\n1 of 2 objectives not met: p95 < 1ms was [\d.]+ ms\.\n$/);
      assert.match(stdout, /p95 < 1ms/);
      assert.deepEqual(
        readJson('out.json').objectives.map(({ objective, outcome }) => [objective.text, outcome]),
        [
          ['p95 < 1ms', 'fail'],
          ['errors < 1%', 'pass'],
        ],
      );
    });

    it('99 if requests of an open model were queued, however fast their responses were', async () => {
      await mock.close();
      await startMock({ timeScale: 1 });
      write('endpoints.txt', `${mock.url}/sleeper?sleep_length=0.05\n`);
      const slos = ['--slo', 'response.p95 < 300ms', '--slo', 'p95 < 300ms'];
      const { code, stdout } = await run(
        '--rate',
        '60',
        '-n',
        '60',
        '--max-in-flight',
        '1',
        ...slos,
        '--json',
        'out.json',
      );
      assert.equal(code, 99);
      assert.match(stdout, /response\.p95 < 300ms/);
      assert.deepEqual(
        readJson('out.json').objectives.map(({ objective, outcome }) => [objective.text, outcome]),
        [
          ['response.p95 < 300ms', 'fail'],
          ['p95 < 300ms', 'pass'],
        ],
      );
    });

    it('99 if there are too few samples to judge an objective', async () => {
      write('endpoints.txt', `# @slo p99 < 10s\n\n${tokenizer(3)}`);
      const { code, stdout, stderr } = await run('--quiet');
      assert.equal(code, 99);
      assert.equal(stderr, "1 of 1 objective not met: p99 < 10s doesn't have enough data.\n");
      assert.match(stdout, /not enough data/i);
    });

    it('0 if every objective is met', async () => {
      write('endpoints.txt', `# @slo p95 < 10s, errors < 1%\n\n${tokenizer(3)}`);
      assert.equal((await run('-n', '100')).code, 0);
    });

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`130 for ${signal}, with the partial result`, async () => {
        await mock.close();
        await startMock({ timeScale: 0.1 });
        write('endpoints.txt', tokenizer(3));
        const running = startCli(['run', '-n', '100000', '--json', 'out.json', '--md', 'out.md'], { cwd: folder.path });
        await until(() => mock.stats().served >= 10);
        running.child.kill(signal);
        const { code, stdout } = await running.finished;
        assert.equal(code, 130);
        const record = readJson('out.json');
        assert.equal(record.status, 'cancelled');
        assert.ok(record.requestsSent >= 5 && record.requestsSent <= mock.stats().served, `${record.requestsSent}`);
        assert.equal(record.statusCodes['200'], record.requestsSent);
        assert.deepEqual(record.errors, {});
        assert.match(stdout, new RegExp(`^  200: ${record.requestsSent} times$`, 'm'));
        assert.ok(existsSync(join(folder.path, 'out.md')));
        await until(() => mock.stats().inFlight === 0);
      });
    }
  });

  describe('reports', () => {
    it('writes every format, and leaves no temporary files', async () => {
      write('endpoints.txt', tokenizer(3));
      write('out.json', 'old');
      const { code, stderr } = await run('--json', 'out.json', '--html', 'o.html', '--csv', 'o.csv', '--md', 'o.md');
      assert.equal(code, 0);
      assert.equal(stderr, 'Wrote out.json\nWrote o.html\nWrote o.csv\nWrote o.md\n');
      assert.equal(readJson('out.json').responses, 10);
      assert.match(read('o.html'), /^<!doctype html>/i);
      assert.match(read('o.csv'), /requestsSent,10/i);
      assert.match(read('o.md'), /^#/);
      assert.deepEqual(readdirSync(folder.path).toSorted(), ['endpoints.txt', 'o.csv', 'o.html', 'o.md', 'out.json']);
    });

    for (const [quiet, text] of [
      [[], /\n\*\*\* Results \*\*\*\n[^]*\nWrote o\.csv\n$/],
      [['--quiet'], /^$/],
    ] as const) {
      it(`are written to standard output for -, without other text there ${quiet.join(' ')}`, async () => {
        write('endpoints.txt', tokenizer(3));
        const { code, stdout, stderr } = await run('--json', '-', '--csv', 'o.csv', ...quiet);
        assert.equal(code, 0);
        assert.equal(readRecord(JSON.parse(stdout)).responses, 10);
        assert.match(stderr, text);
        assert.deepEqual(readdirSync(folder.path).toSorted(), ['endpoints.txt', 'o.csv']);
      });
    }

    it('are checked before anything is sent', async () => {
      write('endpoints.txt', tokenizer(3));
      const { code, stderr } = await run('--json', 'missing/out.json');
      assert.equal(code, 2);
      assert.match(stderr, /^error: --json: folder \S+missing not found\.\nhint: {2}/);
      assert.equal(mock.stats().served, 0);
    });

    it('writes nothing to standard error with --quiet, including warnings', async () => {
      write('endpoints.txt', `GET ${mock.url}/hello\nAuthorization: Bearer written-into-the-file\n`);
      const loud = await run('--json', 'out.json');
      assert.equal(loud.code, 0);
      assert.match(loud.stderr, /^endpoints\.txt:2:\d+: warning: \S.*\. \S.*\.\nWrote out\.json\n$/);
      const quiet = await run('--json', 'out.json', '--quiet');
      assert.equal(quiet.code, 0);
      assert.equal(quiet.stderr, '');
      assert.match(quiet.stdout, /^Completed: [^*]*\n\n\*\*\* Results/);
    });
  });

  it('ends quietly if its reader closes the pipe', async () => {
    write('endpoints.txt', tokenizer(3));
    const running = startCli(['run', '--json', 'out.json'], { cwd: folder.path });
    running.child.stdout?.destroy();
    const { code, stderr } = await running.finished;
    assert.equal(code, 0);
    assert.equal(stderr, 'Wrote out.json\n');
    assert.equal(readJson('out.json').responses, 10);
  });
});
