import assert from 'node:assert/strict';
import manifest from '../../package.json' with { type: 'json' };
import { describeFailure } from '../../src/cli/failure.ts';
import { nodeProblem } from '../../src/cli/node-version.ts';
import { ExitCode, LoadlensError } from '../../src/core/errors.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { ask } from '../servers/mock/client.ts';
import { freshFolder, runCli, start, startCli } from './spawn.ts';

describe('loadlens', () => {
  const folder = freshFolder();
  const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder.path });

  it('shows its version', async () => {
    assert.deepEqual(await run('--version'), { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('has help for each command', async () => {
    for (const [args, words] of [
      [[], ['run', 'serve']],
      [
        ['run'],
        ['--requests', '--concurrency', '--targets', '--duration', '--seed', '--warmup', '--timeout', '--header'],
      ],
      [['run'], ['--json', '--html', '--csv', '--md', '--quiet', '--allow-host', '--slo', 'Exit codes']],
      [['serve'], ['mock']],
      [
        ['serve', 'mock'],
        ['--port', '--max-concurrent-requests', '--time-scale', '--host'],
      ],
    ] as const) {
      const { code, stdout } = await run(...args, '--help');
      assert.equal(code, 0);
      for (const word of words) assert.ok(stdout.includes(word), `${args.join(' ')}: ${word}`);
    }
  });

  it('exits with 2 and the help without arguments, and with 2 for an unknown command', async () => {
    const nothing = await run();
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /^Usage: loadlens/);
    const unknown = await run('ran');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^error: unknown command 'ran'\n\(Did you mean run\?\)\nhint: {2}Use --help/);
  });

  it('rejects Node versions that are too old', () => {
    for (const version of ['18.20.8', '20.19.4', '20.9.0', '8.0.0']) {
      assert.equal(nodeProblem(version), `Node 20.20 or later is required. This is Node ${version}.`);
    }
    for (const version of ['20.20.0', '20.21.1', '22.0.0', '24.1.0-nightly'])
      assert.equal(nodeProblem(version), undefined);
  });

  it('shows a stack only if requested', () => {
    const mended = new LoadlensError('It is broken.', { hint: 'Mend it.' });
    assert.deepEqual(describeFailure(mended, false), {
      text: 'error: It is broken.\nhint:  Mend it.\n',
      exitCode: ExitCode.usage,
    });
    assert.match(
      describeFailure(mended, true).text,
      /^error: It is broken\.\nhint: {2}Mend it\.\nLoadlensError: .*\n +at /,
    );
    const bug = describeFailure(new TypeError('x is undefined'), false);
    assert.match(
      bug.text,
      /^error: x is undefined\nhint: {2}This is a bug\. Rerun with LOADLENS_DEBUG=1 and report it\.\n$/,
    );
    assert.equal(bug.exitCode, ExitCode.nothingMeasured);
  });

  it('exits immediately at the second signal', async () => {
    const interrupt = new URL('../../src/cli/interrupt.ts', import.meta.url).href;
    const script = `
      import { onInterrupt } from '${interrupt}';
      setInterval(() => undefined, 1000);
      onInterrupt({ first: () => console.log('first'), second: () => console.log('second') });
      console.log('ready');`;
    const running = start(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder.path });
    await running.printed(/ready/);
    running.child.kill('SIGINT');
    await running.printed(/first/);
    running.child.kill('SIGTERM');
    assert.deepEqual(await running.finished, { code: 130, stdout: 'ready\nfirst\nsecond\n', stderr: '' });
  });

  describe('serve mock', () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`serves until ${signal}, then cuts off waiting requests`, async () => {
        const args = ['serve', 'mock', '--port', '0', '--max-concurrent-requests', '2', '--time-scale', '0.5'];
        const running = startCli(args, { cwd: folder.path });
        const line = await running.printed(/\n/);
        const [, url] = /^Mock server listening on (http:\/\/127\.0\.0\.1:\d+) \(limit 2 concurrent requests\)\n$/.exec(
          line,
        )!;
        const server = { url: url! };
        assert.equal((await ask(server, '/hello')).status, 200);
        const held = assert.rejects(ask(server, '/sleeper?sleep_length=3600'));
        while (!(await ask(server, '/metrics')).text.includes('in_flight 1\n'));
        running.child.kill(signal);
        const { code, stderr } = await running.finished;
        assert.equal(code, 0);
        assert.equal(stderr, '');
        await held;
      });
    }

    it('reports a port in use in one sentence', async () => {
      const server = await startMockServer({ port: 0, maxConcurrentRequests: 1, timeScale: 1 });
      try {
        assert.deepEqual(await run('serve', 'mock', '--port', `${server.port}`), {
          code: 2,
          stdout: '',
          stderr:
            `error: Port ${server.port} on 127.0.0.1 is in use.\n` +
            'hint:  Stop the other process, or use --port to select another port (0 selects a free one).\n',
        });
      } finally {
        await server.close();
      }
    });

    for (const [option, value, range] of [
      ['--port', '65536', 'a whole number from 0 to 65535'],
      ['--port', 'x', 'a whole number from 0 to 65535'],
      ['--max-concurrent-requests', '0', 'a whole number from 1 to 1000000'],
      ['--time-scale', '101', 'a number from 0 to 100'],
    ] as const) {
      it(`rejects ${option} ${value}`, async () => {
        const { code, stderr } = await run('serve', 'mock', option, value);
        assert.equal(code, 2);
        assert.ok(stderr.includes(`argument '${value}' is invalid. Expected ${range}.`), stderr);
        assert.ok(stderr.includes(option));
      });
    }
  });
});
