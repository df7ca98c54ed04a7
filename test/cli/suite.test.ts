import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { renderCalibration } from '../../src/cli/calibrate/store.ts';
import { readThroughputSuite } from '../../src/core/record/suites/read-suite.ts';
import type { ThroughputSuite } from '../../src/core/record/suites/suite.ts';
import { readEnvironment } from '../../src/engine/machine/environment.ts';
import { cacheFolder } from '../../src/processes/cache-folder.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { response, startScriptedServer } from '../support/scripted-server.ts';
import { freshFolder, runCli, startCli } from './spawn.ts';

describe('loadlens suite throughput', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.01 });
  });
  after(() => mock.close());
  const suite = (...args: string[]): ReturnType<typeof runCli> =>
    runCli(['suite', 'throughput', ...args], { cwd: folder.path });
  const files = (extension: string): string[] =>
    readdirSync(join(folder.path, 'results')).filter((name) => name.endsWith(extension));
  const readResult = (name: string): ThroughputSuite =>
    readThroughputSuite(JSON.parse(readFileSync(join(folder.path, 'results', name), 'utf8')));
  const address = (): string => `${mock.url}/v1/completions?ttft_ms=10&icl_ms=1`;

  it('measures the reference workload, and names its report like the reference', async () => {
    const { code, stdout } = await suite('--quick', '--server', address(), '--model', 'my/model');
    assert.equal(code, 0, stdout);
    const [name = ''] = files('.json');
    assert.match(name, /^throughput_my-model_\d{8}_\d{6}\.json$/);
    assert.deepEqual([files('.md').length, files('.html').length], [1, 1]);
    const result = readResult(name);
    assert.deepEqual(
      result.levels.map(({ concurrency, requests, tokens, failed }) => [concurrency, requests, tokens, failed]),
      [
        [1, 5, 150, 0],
        [2, 6, 180, 0],
        [4, 8, 240, 0],
      ],
    );
    assert.deepEqual(
      result.runs.map(({ warmupSent, tokenSource }) => [warmupSent, tokenSource]),
      [
        [2, 'usage'],
        [2, 'usage'],
        [2, 'usage'],
      ],
    );
    assert.match(stdout, /No earlier result of this suite/);
    assert.match(stdout, /Single request throughput:\n {2}requests +5, 0 failed/);
  });

  it('compares the result with earlier results in the folder, and ignores other files', async () => {
    assert.equal((await suite('--quick', '--server', address(), '--model', 'm')).code, 0);
    writeFileSync(join(folder.path, 'results', 'throughput_broken_20200101_000000.json'), '{');
    // The name of a file is exact to the second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { code, stdout } = await suite('--quick', '--server', address(), '--model', 'm');
    assert.equal(code, 0);
    assert.match(stdout, /the median of 1 earlier result/);
  });

  it('starts the mock server itself, and shows its resource use', async () => {
    const { code, stdout } = await suite('--quick', '--server', 'mock');
    assert.equal(code, 0, stdout);
    const result = readResult(files('.json')[0]!);
    assert.equal(result.model.server, 'mock');
    if (process.platform !== 'win32') assert.ok((result.levels[0]?.rssMiB ?? 0) > 10);
    assert.match(stdout, /MiB resident/);
  });

  it('includes the calibration of this machine', async () => {
    const env = { XDG_CACHE_HOME: folder.path, LOCALAPPDATA: folder.path, HOME: folder.path };
    const kept = cacheFolder('calibration.json', env);
    mkdirSync(dirname(kept), { recursive: true });
    const off = { injectedMs: 50, p50Ms: 0.3, p99Ms: 1.2, serverP50Ms: 0.02, serverP99Ms: 0.1 };
    const levels = [1, 10].map((concurrency) => ({ concurrency, latencyMs: off, ttftMs: off, iclMs: off }));
    const calibration = { measuredAt: '2026-11-22T20:15:37.999Z', levels };
    writeFileSync(kept, renderCalibration(calibration, readEnvironment(manifest.version)));
    const { stdout } = await runCli(['suite', 'throughput', '--quick', '--server', address()], {
      cwd: folder.path,
      env,
    });
    for (const run of readResult(files('.json')[0]!).runs) assert.deepEqual(run.environment.calibration, calibration);
    assert.match(stdout, /measurement error +latency p50 \+300 µs, p99 \+1\.20 ms; with 10 in flight/);
  });

  it('measures the reference mock server at /tokenizer', async () => {
    const { code } = await suite('--quick', '--server', `${mock.url}/tokenizer`);
    assert.equal(code, 0);
    assert.equal(readResult(files('.json')[0]!).levels[2]?.tokens, 240);
  });

  it("exits with 99 if a goal isn't met", async () => {
    const { code, stdout, stderr } = await suite(
      '--quick',
      '--server',
      address(),
      '--goal',
      'single tokens/s > 1000000',
    );
    assert.equal(code, 99);
    assert.match(stderr, /^1 of 1 goal not met: single tokens\/s > 1000000\.\n$/m);
    assert.match(stdout, /single tokens\/s +> 1000000 +[\d,]+ +fail/);
  });

  it('accepts the old option for goals with a warning', async () => {
    const { code, stderr } = await suite('--quick', '--server', address(), '--target', 'single tokens/s > 1000000');
    assert.equal(code, 99);
    assert.match(stderr, /^--target is deprecated\. Use --goal\.\n1 of 1 goal not met/);
  });

  it('exits with 1 if nothing responds, and with 2 for invalid options', async () => {
    const unanswered = await suite('--quick', '--server', 'http://127.0.0.1:9/v1/completions');
    assert.equal(unanswered.code, 1);
    assert.match(
      unanswered.stderr,
      /^error: No request got a complete response: 127\.0\.0\.1:9 refused the connection /m,
    );
    for (const [args, message] of [
      [[], /--server/],
      [['--server', 'ftp://x'], /isn't a server that a suite can measure/],
      [['--server', 'http://example.com/v1/completions'], /to example\.com:80 requires permission/],
      [['--server', 'mock', '--goal', 'speed > 3'], /Expected a metric and a bound/],
    ] as const) {
      const { code, stderr } = await suite(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });

  it('accepts a self-signed certificate only with --insecure', async () => {
    const body = '{"choices":[{"text":"a b","finish_reason":"stop"}],"usage":{"completion_tokens":2}}';
    const json = 'content-type: application/json\r\n';
    const server = await startScriptedServer(({ socket }) => void socket.write(response(body, json)), { tls: true });
    try {
      const args = ['--quick', '--server', `${server.url}/v1/completions`, '--model', 'm'];
      const refused = await suite(...args);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /TLS failed: .+\nhint: .+ accept it with --insecure/);
      const accepted = await suite(...args, '--insecure', '--out', 'accepted');
      assert.equal(accepted.code, 0, accepted.stderr);
      assert.match(accepted.stdout, /No request failed\./);
    } finally {
      await server.close();
    }
  });

  it("keeps the finished levels if it's interrupted", async () => {
    const slow = `${mock.url}/v1/completions?ttft_ms=10&icl_ms=600`;
    const running = startCli(['suite', 'throughput', '--server', slow], { cwd: folder.path });
    const served = mock.stats().served;
    while (mock.stats().served < served + 13) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.finished;
    assert.equal(code, 130);
    assert.match(stdout, /Suite canceled\. Results cover 1 of 4 levels\./);
    assert.equal(readResult(files('.json')[0]!).levels.length, 1);
  });
});

describe('the other suites', function () {
  this.timeout(60_000);
  const folder = freshFolder();

  it('measures latency by prompt and response length', async () => {
    const mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.01 });
    try {
      const address = `${mock.url}/v1/completions?ttft_ms=2&icl_ms=0.1`;
      const args = ['suite', 'latency', '--quick', '--server', address, '--model', 'm', '--context', '1024'];
      const { code, stdout } = await runCli(args, { cwd: folder.path });
      assert.equal(code, 0, stdout);
      assert.match(stdout, /\n {2}128 +64 +3 +\S+ [mµ]?s ± \S+ [mµ]s +\S+ ± \S+ +\S+ [mµ]?s ± \S+ [mµ]s\n/);
      assert.match(stdout, /768 \(of 1,024\) +256 +3/);
      const names = readdirSync(join(folder.path, 'results')).toSorted();
      assert.deepEqual(
        names.map((name) => name.replace(/\d{8}_\d{6}/, 'at')),
        ['latency_m_at.html', 'latency_m_at.json', 'latency_m_at.md'],
      );
    } finally {
      await mock.close();
    }
  });

  it('measures the memory only of servers that it started', async () => {
    const args = ['suite', 'memory', '--server', 'http://127.0.0.1:9/v1/completions'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /measures only servers that it starts/);
  });
});
