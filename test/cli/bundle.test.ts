import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshFolder, start } from './spawn.ts';

const bundle = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

describe('the bundled command line', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  const run = (...args: string[]): ReturnType<typeof start> =>
    start(process.execPath, [bundle, ...args], { cwd: folder.path });

  it('finds the GPT-2 server, which is a separate bundle', async () => {
    const args = ['--port', '0', '--model', 'synthetic-tiny', '--threads', '1', '--cache-dir', folder.path];
    const running = run('serve', 'gpt2', ...args);
    const outcome = await Promise.race([running.printed(/listening on/), running.finished]);
    assert.equal(typeof outcome, 'string', JSON.stringify(outcome));
    running.child.kill('SIGTERM');
    assert.equal((await running.finished).code, 0);
  });

  it('finds the engine for Artillery projects', async () => {
    writeFileSync(join(folder.path, 'endpoints.txt'), 'http://127.0.0.1:9/\n');
    const { code, stderr } = await run('export', 'artillery', '--workers', '1').finished;
    assert.deepEqual([code, stderr.includes('error:')], [0, false], stderr);
    assert.ok(existsSync(join(folder.path, 'artillery/loadlens.mjs')));
  });

  it('finds the file of the second event loop', async () => {
    writeFileSync(join(folder.path, 'endpoints.txt'), 'http://127.0.0.1:9/\n');
    const { code, stdout } = await run('run', '--workers', '2', '-n', '4', '-c', '2', '--cold-start').finished;
    assert.equal(code, 1);
    assert.ok(stdout.includes('connection refused'), stdout);
  });

  it('contains no field descriptions, which only the published schemas need', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const schemas = globSync('docs/*.schema.json', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const texts = schemas.flatMap((schema) => schema.match(/(?<="description": ")[^"\\]{30,}/g) ?? []);
    assert.ok(texts.length > 200, String(texts.length));
    const files = globSync('dist/**/*.{js,cjs}', { cwd: root, exclude: (name) => name.includes('node_modules') });
    const bundled = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    assert.deepEqual(
      texts.filter((text) => bundled.includes(text)),
      [],
    );
  });
});
