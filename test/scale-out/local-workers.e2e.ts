import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readRecord } from '../../src/core/record/read-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli } from '../cli/spawn.ts';
import { artilleryModules } from '../support/suites/artillery.ts';
import { exportProject, type Project } from './project.ts';

/** A module inside Artillery. */
const inArtillery = (file: string): string => pathToFileURL(join(artilleryModules(), 'artillery/dist/lib', file)).href;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What must be the same, however many workers there were. */
const exactOf = (record: RunRecord) => ({
  status: record.status,
  plan: record.plan,
  sent: record.requestsSent,
  codes: record.statusCodes,
  errors: record.errors,
  bytes: record.bytesReceived,
  tokens: [record.outputTokens, record.tokenSource],
  streams: record.streams,
  times: [record.latencyMs, record.ttfbMs, record.ttftMs, record.iclMs].map((times) => times?.count),
  targets: record.perTarget.map(({ name, requestsSent, statusCodes }) => [name, requestsSent, statusCodes]),
  warmup: record.warmupSent,
  timeline: sum(record.timeline.responses),
});

describe('an exported project on local workers of Artillery', () => {
  const folder = freshFolder();
  let mock: MockServer;
  beforeEach(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 1_000, timeScale: 0.01 });
  });
  afterEach(() => mock.close());

  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  const readRun = (name: string): RunRecord => readRecord(JSON.parse(readFileSync(join(folder.path, name), 'utf8')));
  /** The load of the file, sent by one process. */
  const runAlone = async (...options: string[]): Promise<RunRecord> => {
    const { code, stderr } = await runCli(['run', '--json', 'alone.json', '-q', ...options], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    return readRun('alone.json');
  };
  const runShared = async (project: Project, cpus: number): Promise<RunRecord> => {
    const { code, stdout, stderr } = await project.run(cpus);
    assert.equal(code, 0, stdout + stderr);
    const imported = await project.importRun('--json', 'shared.json');
    assert.equal(imported.code, 0, imported.stdout + imported.stderr);
    return readRun('shared.json');
  };

  it('sends the same requests as one process, in several threads, and Artillery adds up every counter exactly', async () => {
    write(
      'endpoints.txt',
      `# @requests 1003
# @concurrency 10
# @warmup 7

# @name three
${mock.url}/tokenizer?output_tokens=3

# @name five
# @weight 3
${mock.url}/tokenizer?output_tokens=5

# @name nothing
${mock.url}/nothing
`,
    );
    const alone = await runAlone();
    const byAlone = mock.stats().byStatus;
    const project = await exportProject(folder.path, 'p', ['--workers', '3']);
    const shared = await runShared(project, 4);

    assert.deepEqual(
      Object.entries(mock.stats().byStatus),
      Object.entries(byAlone).map(([status, count]) => [status, 2 * count]),
    );
    assert.deepEqual(exactOf(shared), exactOf(alone));

    const workers = project.told();
    assert.equal(new Set(workers.map(({ threadId }) => threadId)).size, 3);
    const sums: Record<string, number> = {};
    for (const [name, value] of workers.flatMap(({ told }) => told)) sums[name] = (sums[name] ?? 0) + value;
    const { counters } = project.report().aggregate;
    assert.deepEqual(
      Object.fromEntries(Object.entries(counters).filter(([name]) => name.startsWith('loadlens.'))),
      sums,
    );
    const answers = Object.entries(sums).filter(([name]) => name.startsWith('loadlens.run.ok.10.'));
    assert.equal(sum(answers.map(([, count]) => count)), shared.successes);
  });

  it('sends at an arrival rate and reads streams, with several shares in one thread', async () => {
    write(
      'endpoints.txt',
      `# @rate 100
# @duration 2s

POST ${mock.url}/v1/chat/completions
Content-Type: application/json

{"model": "mock", "stream": true, "max_tokens": 5, "messages": [{"role": "user", "content": "Hello"}]}
`,
    );
    const alone = await runAlone();
    const project = await exportProject(folder.path, 'p', ['--workers', '2']);
    const shared = await runShared(project, 1);
    assert.equal(new Set(project.told().map(({ threadId }) => threadId)).size, 1);
    assert.deepEqual(exactOf(shared), exactOf(alone));
    assert.equal(shared.requestsSent, 200);
    assert.equal(shared.backlog?.unsent, 0);
  });

  it('takes secrets from the environment, and reports why a share is missing', async () => {
    write('endpoints.txt', `# @requests 40\n${mock.url}/tokenizer?output_tokens=3\nX-Key: {{$secret key}}\n`);
    process.env['LOADLENS_SECRET_KEY'] = 'geheim-4711';
    const project = await exportProject(folder.path, 'p', ['--workers', '2']);
    delete process.env['LOADLENS_SECRET_KEY'];

    assert.equal((await project.run(3)).code, 0);
    const nothing = await project.importRun();
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /None of 2 shares reported\..*2 × “endpoints\.txt:2: Secret key not found\./);
    assert.deepEqual(mock.stats().byStatus, {});

    const env = { LOADLENS_SECRET_KEY: 'geheim-4711', LOADLENS_TEST_FAILS: '1' };
    assert.equal((await project.run(3, env)).code, 0);
    const half = await project.importRun('--json', 'half.json');
    assert.equal(half.code, 1);
    assert.deepEqual(mock.stats().byStatus, { 200: 40 });
    const record = readRun('half.json');
    assert.deepEqual([record.status, record.requestsSent], ['crashed', 20]);
    assert.match(record.stopReason ?? '', /^1 of 2 shares didn't report\. .* 1 × “Failed on purpose\.”/);
    assert.doesNotMatch(readFileSync(join(project.folder, 'report.json'), 'utf8'), /geheim-4711/);
  });

  it('sends one share from each process if processes are the workers', async () => {
    write('endpoints.txt', `# @requests 101\n# @concurrency 4\n${mock.url}/tokenizer?output_tokens=3\n`);
    const project = await exportProject(folder.path, 'a', ['--workers', '2']);
    // What a cloud does: the same files on two machines, each with a name.
    const reports = await Promise.all(
      [project, project.copy('b')].map(async (machine, index) => {
        const { code, stdout, stderr } = await machine.run(3, { SQS_TAGS: `[{"key":"workerId","value":"${index}"}]` });
        assert.equal(code, 0, stdout + stderr);
        return machine.report().aggregate.counters;
      }),
    );
    const counters: Record<string, number> = {};
    for (const [name, value] of reports.flatMap((one) => Object.entries(one)))
      counters[name] = (counters[name] ?? 0) + value;
    write('a/report.json', JSON.stringify({ aggregate: { counters } }));
    const { code, stdout } = await project.importRun('--json', 'cloud.json');
    assert.equal(code, 0, stdout);
    const record = readRun('cloud.json');
    assert.deepEqual([record.status, record.plan.requests, record.plan.concurrency], ['completed', 102, 4]);
    assert.equal(record.requestsSent, 102);
    assert.match(record.environment.host, /^2 Artillery workers on /);
  });

  it('is complete for workers elsewhere, which get every file and install nothing', async () => {
    write('endpoints.txt', `# @requests 40\n${mock.url}/tokenizer?output_tokens=3\n`);
    const project = await exportProject(folder.path, 'p');
    // Artillery's own list of what it takes along, which makes no connection.
    const { createGlobalObject } = await import(inArtillery('artillery-global.js'));
    await createGlobalObject();
    const { createBOM } = await import(inArtillery('platform/aws-ecs/legacy/bom.js'));
    const script = join(project.folder, 'artillery.yml');
    const bom = await new Promise<{ files: { noPrefix: string }[]; modules: string[] }>((resolve, reject) =>
      createBOM(script, [], { flags: {}, scenarioPath: script }, (error: Error | null, list: never) =>
        error ? reject(error) : resolve(list),
      ),
    );
    assert.deepEqual(bom.files.map(({ noPrefix }) => noPrefix).toSorted(), [
      'artillery.yml',
      'hook.mjs',
      'load.json',
      'loadlens.mjs',
      'package.json',
    ]);
    assert.deepEqual(bom.modules, []);
  });
});
