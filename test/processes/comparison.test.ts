import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  readBenchmarkEvent,
  type BenchmarkCommand,
  type BenchmarkEvent,
  type ComparisonInput,
} from '../../src/processes/messages.ts';
import { freshFolder } from '../cli/spawn.ts';
import { runInput } from '../support/run-input.ts';
import { isAlive, makeSlowerCommit, type SlowerCommit } from '../support/slower-commit.ts';
import { waitFor } from '../support/wait-for.ts';

const entry = fileURLToPath(new URL('../../src/processes/benchmark.ts', import.meta.url));

const pairs = (events: readonly BenchmarkEvent[]): number => events.filter(({ type }) => type === 'pairEnded').length;

/** How long a busy machine may take to start two servers and to measure, ms. */
const patienceMs = 60_000;

describe('a comparison in the benchmark process', function () {
  this.timeout(180_000);
  const folder = freshFolder();
  let commit: SlowerCommit;
  let files: string[] = [];

  beforeEach(() => {
    commit = makeSlowerCommit(folder.path);
    files = commit.files();
  });

  const start = () => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      env: { ...process.env, XDG_CACHE_HOME: join(folder.path, 'cache') },
    });
    const events: BenchmarkEvent[] = [];
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.on('message', (message) => events.push(readBenchmarkEvent(message)));
    const say = (command: BenchmarkCommand): void => void child.send(command);
    return { child, events, say, said: () => said, exit: once(child, 'exit') };
  };

  const input = (command = 'node server.mjs {port}', pairs = 8): ComparisonInput => {
    const plan = { requests: null, durationS: 0.1, concurrency: 2 };
    const side = (ref: string) => ({
      input: runInput(['http://127.0.0.1:3000/x'], { plan }),
      variables: {},
      server: { ref, command, ready: '/health' },
    });
    return { a: side('main'), b: side('.'), pairs, rules: { threshold: 0.03, level: 0.05 }, folder: commit.path };
  };

  const nothingLeft = async (): Promise<void> => {
    await commit.checkNothingLeft(files);
    assert.deepEqual(readdirSync(join(folder.path, 'cache/loadlens/ab')), []);
  };

  it('reports the servers it starts, its slices and pairs, and one record', async () => {
    const { events, say, said, exit } = start();
    say({ type: 'comparison', input: input() });
    assert.deepEqual(await exit, [0, null], `${said()}${JSON.stringify(events.at(-1))}`);
    await nothingLeft();
    const last = events.at(-1);
    assert.ok(last?.type === 'comparison' && last.record !== null);
    const { status, a, b } = last.record;
    assert.deepEqual([status, a.slices.length, b.slices.length], ['completed', 8, 8]);
    assert.deepEqual([a.server?.ref, b.server?.ref], ['main', '.']);
    assert.notEqual(a.targets[0]?.url, b.targets[0]?.url);
    assert.equal(pairs(events), 8);
    // A pause of a busy machine repeats a slice.
    const slices = new Set(events.flatMap((event) => (event.type === 'slice' ? [`${event.pair}${event.side}`] : [])));
    assert.deepEqual([[...slices].slice(0, 2), slices.size], [['0a', '0b'], 18]);
    const stages = events.flatMap((event) => (event.type === 'stage' ? [event.text] : []));
    assert.match(stages[0] ?? '', /^Checking out A \(main, [0-9a-f]{8}\)…$/);
    assert.equal(stages.at(-1), 'Stopping servers…');
  });

  it('keeps complete pairs on cancel, and has no result before the first', async () => {
    const { events, say, exit } = start();
    say({ type: 'comparison', input: input(undefined, 100) });
    await waitFor('a pair', () => pairs(events) > 0, patienceMs);
    say({ type: 'cancel' });
    assert.deepEqual(await exit, [0, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'comparison');
    assert.equal(last.record?.status, 'cancelled');
    assert.ok(last.record.a.slices.length > 0);
    assert.equal(last.record.a.slices.length, last.record.b.slices.length);

    const early = start();
    early.say({ type: 'comparison', input: input('node server.mjs 0') });
    await waitFor('a server', () => commit.started().length === 6, patienceMs);
    early.say({ type: 'cancel' });
    await early.exit;
    assert.deepEqual(early.events.at(-1), { type: 'comparison', record: null });
    await nothingLeft();
  });

  it('reports why a server stopped', async () => {
    const { events, say, said, exit } = start();
    say({ type: 'comparison', input: input('echo "no such file"; exit 7') });
    assert.deepEqual(await exit, [1, null]);
    const last = events.at(-1);
    assert.ok(last?.type === 'failure');
    assert.equal(last.message, 'The server of A stopped unexpectedly (exit code 7).');
    await waitFor('its output', () => said().includes('no such file'));
    await nothingLeft();
  });

  it('removes everything when its parent exits, and leftovers of a killed process', async () => {
    const measuring = async (): Promise<{ child: ChildProcess; exit: Promise<unknown[]> }> => {
      const { child, events, say, exit } = start();
      say({ type: 'comparison', input: input(undefined, 100) });
      await waitFor('a pair', () => pairs(events) > 0, patienceMs);
      return { child, exit };
    };
    const orphan = await measuring();
    orphan.child.disconnect();
    await orphan.exit;
    await nothingLeft();

    const killed = await measuring();
    killed.child.kill('SIGKILL');
    await killed.exit;
    assert.ok(commit.started().some(({ pid }) => isAlive(pid)));
    const tidy = start();
    tidy.say({ type: 'tidy' });
    assert.deepEqual(await tidy.exit, [0, null]);
    await nothingLeft();
  });
});
