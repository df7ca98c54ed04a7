import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli } from './spawn.ts';

describe('reports for pipelines', function () {
  this.timeout(90_000);
  const folder = freshFolder();
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.01 });
  });
  after(() => mock.close());

  it('have the line of the failed target, and a summary', async () => {
    mkdirSync(join(folder.path, 'load'));
    writeFileSync(
      join(folder.path, 'load/endpoints.txt'),
      `# @requests 60\n# @slo errors < 50%\n\n# @name hello\n# @slo p50 < 0.01ms\n${mock.url}/hello\n`,
    );
    const env = { GITHUB_WORKSPACE: folder.path, GITHUB_STEP_SUMMARY: join(folder.path, 'summary.md') };
    writeFileSync(env.GITHUB_STEP_SUMMARY, 'Before.\n');
    const { code, stderr } = await runCli(
      ['run', 'endpoints.txt', '-q', '--github', '--junit', 'junit.xml', '--md', 'out.md'],
      { cwd: join(folder.path, 'load'), env },
    );
    assert.equal(code, 99, stderr);
    assert.match(
      stderr,
      /^::error file=load\/endpoints\.txt,line=6,title=Loadlens%3A hello p50 < .*::hello p50 < .* was /,
    );
    const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');
    assert.equal(read('summary.md'), `Before.\n${read('load/out.md')}\n`);
    assert.match(read('load/junit.xml'), /name="errors &lt; 50%" file="load\/endpoints\.txt" line="2" time="0" \/>/);
    assert.match(
      read('load/junit.xml'),
      /classname="hello" name="p50 &lt; .*" line="6" time="0"><failure message="was /,
    );
  });

  it('include each level of a sweep', async () => {
    writeFileSync(join(folder.path, 'endpoints.txt'), `# @slo p50 < 0.01ms\n\n${mock.url}/hello\n`);
    const { code, stderr } = await runCli(['run', '--levels', '1,2', '-n', '20', '--junit', '-', '--github'], {
      cwd: folder.path,
      env: { GITHUB_STEP_SUMMARY: '' },
    });
    assert.equal(code, 99, stderr);
    assert.match(stderr, /::error file=endpoints\.txt,line=1,title=Loadlens%3A objectives::objectives: /);
    assert.match(stderr, /--github: GITHUB_STEP_SUMMARY is not set, so there is no step summary\.\n/);
  });
});
