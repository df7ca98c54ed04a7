import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/processes/cache-folder.ts';
import { threadsFor } from '../../src/processes/gpt2-defaults.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli, startCli } from './spawn.ts';

describe('loadlens serve gpt2', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  const tiny = 'serve gpt2 --port 0 --model synthetic-tiny --threads 1 --cache-dir'.split(' ');
  const args = (...more: string[]): string[] => [...tiny, folder.path, ...more];
  const run = (...more: string[]): ReturnType<typeof runCli> => runCli(args(...more), { cwd: folder.path });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`builds the model, serves until ${signal}, and waits for the current step`, async () => {
      const running = startCli(args('--max-batch', '4'), { cwd: folder.path });
      const line = await running.printed(/\n/);
      const [, url = ''] = /^GPT-2 server listening on (http:\/\/127\.0\.0\.1:\d+) \(.*\)\n$/.exec(line) ?? [];
      assert.ok(line.endsWith('(model synthetic-tiny with random weights, q8, 1 thread, batches up to 4)\n'));
      const answer = await fetch(`${url}/tokenizer?output_tokens=3`);
      assert.deepEqual([answer.status, (await answer.json()).output_tokens], [200, 3]);
      const held = fetch(`${url}/tokenizer?output_tokens=1000`).then((cut) => cut.text());
      held.catch(() => undefined);
      while (!/running\S* 1\n/.test(await (await fetch(`${url}/metrics`)).text()));
      running.child.kill(signal);
      const { code, stderr } = await running.finished;
      assert.deepEqual([code, stderr], [0, '']);
      await assert.rejects(held);
    });
  }

  for (const interrupted of [false, true]) {
    it(`exits immediately if its model failed${interrupted ? ', also after Ctrl+C' : ''}`, async () => {
      const now = join(folder.path, 'now');
      const injectFault = new URL('../support/inject-fault.mjs', import.meta.url).href;
      const env = {
        NODE_OPTIONS: `--import ${injectFault}`,
        LOADLENS_TEST_FAULT: 'throw gpt2-serve',
        LOADLENS_TEST_FAULT_FILE: now,
      };
      const running = startCli(args(), { cwd: folder.path, env });
      await running.printed(/\n/);
      writeFileSync(now, '');
      const failedAtMs = performance.now();
      if (interrupted) running.child.kill('SIGINT');
      const { code, stderr } = await running.finished;
      // Waiting for the thread that is gone took ten seconds.
      assert.ok(performance.now() - failedAtMs < 9_000);
      if (interrupted && code === 0) return;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^error: The GPT-2 server stopped unexpectedly: on purpose\.\nhint: {2}/m);
    });
  }

  it('can be stopped during the start', async () => {
    const running = startCli(args('--model', 'synthetic'), { cwd: folder.path });
    while (!readdirSync(folder.path).some((name) => name.includes('making')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill('SIGINT');
    assert.deepEqual(await running.finished, { code: 0, stdout: '', stderr: '' });
  });

  it("suggests the synthetic model if Hugging Face can't be reached", async () => {
    const { code, stdout, stderr } = await runCli(args('--model', 'openai-community/gpt2'), {
      cwd: folder.path,
      env: { HF_ENDPOINT: 'http://127.0.0.1:1' },
    });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^error: Model openai-community\/gpt2 isn't on this machine, and .* be reached\.\nhint: {2}/);
    assert.match(stderr, /the model "synthetic"/);
  });

  it('reports a port in use in one sentence', async () => {
    const server = await startMockServer({ port: 0, maxConcurrentRequests: 1, timeScale: 1 });
    try {
      const { code, stderr } = await run('--port', `${server.port}`);
      assert.equal(code, 2);
      assert.match(stderr, /^error: Port \d+ on 127\.0\.0\.1 is in use\.\nhint: {2}Stop the other process/);
    } finally {
      await server.close();
    }
  });

  for (const [option, value, words] of [
    ['--dtype', 'fp64', 'Allowed choices are fp32, q8, q4.'],
    ['--threads', '0', 'Expected a whole number from 1 to 64.'],
    ['--max-batch', '65', 'Expected a whole number from 1 to 64.'],
    ['--port', '65536', 'Expected a whole number from 0 to 65535.'],
  ] as const) {
    it(`rejects ${option} ${value}`, async () => {
      const { code, stderr } = await run(option, value);
      assert.equal(code, 2);
      assert.ok(stderr.includes(`argument '${value}' is invalid. ${words}`), stderr);
    });
  }

  it("stores models in the system's cache folder", () => {
    assert.equal(cacheFolder('gpt2', { XDG_CACHE_HOME: '/x' }, 'linux'), join('/x', 'loadlens/gpt2'));
    assert.match(cacheFolder('gpt2', {}, 'linux'), /\.cache\/loadlens\/gpt2$/);
    assert.match(cacheFolder('gpt2', {}, 'darwin'), /Library\/Caches\/loadlens\/gpt2$/);
    assert.equal(cacheFolder('gpt2', { LOCALAPPDATA: '/local' }, 'win32'), join('/local', 'loadlens/gpt2'));
  });

  it('uses as many threads as are useful', () => {
    assert.deepEqual([0, 1, 2, 8, 64].map(threadsFor), [1, 1, 2, 8, 8]);
  });
});
