import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import type { RunRecord } from '../../src/core/record/run.ts';
import { cliPath, freshFolder, start } from '../cli/spawn.ts';
import { waitFor } from '../support/wait-for.ts';

/** Answers after `?ms=` with the status of `?code=`; under /reset it drops the connection. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  if (pathname === '/reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const body = JSON.stringify({ choices: [{ text: 'a b c' }], usage: { completion_tokens: 3 } });
  setTimeout(
    () => {
      response.writeHead(Number(searchParams.get('code') ?? 200), { 'content-type': 'application/json' }).end(body);
    },
    Number(searchParams.get('ms') ?? 1),
  );
}

const injectFault = new URL('../support/inject-fault.mjs', import.meta.url).href;

/** What is run, and what it ends with. */
interface Case {
  readonly name: string;
  /** The target's path. */
  readonly path: string;
  readonly args: readonly string[];
  /** What goes wrong; see inject-fault.mjs. */
  readonly fault?: string;
  /** Number of requests before the fault; absent: 30. */
  readonly faultAfter?: number;
  /** So many files may be open. */
  readonly files?: number;
  /** Sent half a second after the first request, or after so many. */
  readonly signal?: NodeJS.Signals;
  readonly signalAfter?: number;
  /** Null: the signal ended it. */
  readonly code: number | null;
  /** What stands on standard error. */
  readonly says: RegExp;
  /** Of the result, where one is written. */
  readonly status?: 'completed' | 'cancelled' | 'crashed';
  /** What limited the run beside its server. */
  readonly bound?: 'client';
  /** The result's file, or what it begins with where the rest is a time; `out.json` unless set. */
  readonly result?: string;
  /** Why it stopped unexpectedly, null where nothing could tell; a sender thread that ended unless set. */
  readonly reason?: string | null;
  /** How many levels the result has. */
  readonly levels?: number;
  /** How many runs the result of a suite has. */
  readonly runs?: number;
}

/** What is read of the result of a run, sweep, or suite. */
interface Result extends Pick<RunRecord, 'status' | 'stopReason'>, Partial<Pick<RunRecord, 'requestsSent' | 'client'>> {
  readonly levels?: readonly unknown[];
  readonly runs?: readonly unknown[];
}

function readResult(folder: string, name: string): Result {
  const files = readdirSync(join(folder, dirname(name))).map((file) => join(dirname(name), file));
  const [file, ...others] = files.filter(
    (one) => one === name || (name.endsWith('_') && /^\S+\.json$/.test(one) && one.startsWith(name)),
  );
  assert.ok(file !== undefined && others.length === 0, `${name} among ${files.join(', ')}`);
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const run = ['run', 'endpoints.txt', '--json', 'out.json', '-q'];
const suite = (kind: string): readonly string[] => ['suite', kind, '--quick', '-q', '--model', 'm', '--timeout', '5s'];
const twoThreads = ['--duration', '20s', '-c', '4', '--workers', '2'];
const nothing = /^$/;
const threadEnded = 'A sender thread stopped unexpectedly: the thread exited with code 1.';
const crashed =
  /^error: The benchmark stopped unexpectedly\. A sender thread stopped unexpectedly: the thread exited with code 1\.\nhint: /;

const cases: readonly Case[] = [
  { name: 'a run that is done', path: '/', args: run, code: 0, says: nothing, status: 'completed' },
  { name: 'redirects alone', path: '/?code=302', args: run, code: 0, says: nothing, status: 'completed' },
  {
    name: 'error responses alone',
    path: '/?code=500',
    args: [...run, '--slo', 'p95 < 10s'],
    code: 1,
    says: /^error: No request succeeded: \d+ × 500: .+\.\nhint: {2}/,
    status: 'completed',
  },
  {
    name: 'a run that a limit of this machine cut short',
    path: '/?ms=50',
    args: [...run, '-n', '600', '-c', '200', '--cold-start'],
    files: 90,
    code: 0,
    says: nothing,
    status: 'completed',
    bound: 'client',
  },
  { name: 'failures alone', path: '/reset', args: run, code: 1, says: /^error: No request/, status: 'completed' },
  {
    name: 'a sender thread that ended',
    path: '/?ms=5',
    args: [...run, ...twoThreads],
    fault: 'end sender 1',
    code: 1,
    says: crashed,
    status: 'crashed',
  },
  {
    name: 'a sender thread that ended, before a missed objective',
    path: '/?ms=5',
    args: [...run, ...twoThreads, '--slo', 'p95 < 1ms'],
    fault: 'end sender 1',
    code: 1,
    says: crashed,
    status: 'crashed',
  },
  {
    name: 'a sender thread that threw',
    path: '/?ms=5',
    args: [...run, ...twoThreads],
    fault: 'throw sender',
    code: 1,
    says: /^error: The benchmark stopped unexpectedly\. A sender thread stopped unexpectedly: on purpose\.\nhint: /,
    status: 'crashed',
    reason: 'A sender thread stopped unexpectedly: on purpose.',
  },
  {
    name: 'an error that nothing caught',
    path: '/?ms=5',
    args: [...run, '--duration', '20s'],
    fault: 'throw main',
    code: 1,
    says: /^error: The benchmark stopped unexpectedly\. Internal error: on purpose\.\nhint: /,
    status: 'crashed',
    reason: 'Internal error: on purpose.',
  },
  {
    name: 'a thread that ended beside those that send',
    path: '/?ms=5',
    args: [...run, '--duration', '20s', '--rate', '50'],
    fault: 'end helper 2',
    code: 1,
    says: /^error: The benchmark stopped unexpectedly\. Internal error: A helper thread stopped unexpectedly: the thread exited with code 1\.\nhint: /,
    status: 'crashed',
    reason: 'Internal error: A helper thread stopped unexpectedly: the thread exited with code 1.',
  },
  {
    name: 'a canceled run',
    path: '/?ms=5',
    args: [...run, ...twoThreads],
    signal: 'SIGTERM',
    code: 130,
    says: nothing,
    status: 'cancelled',
  },
  {
    name: 'a run canceled in its warm-up',
    path: '/?ms=100',
    args: [...run, ...twoThreads, '--warmup', '1000'],
    signal: 'SIGTERM',
    code: 130,
    says: nothing,
    status: 'cancelled',
  },
  {
    name: 'a missed objective',
    path: '/?ms=20',
    args: [...run, '-n', '80', '--slo', 'p95 < 1ms'],
    code: 99,
    says: /^1 of 1 objective not met: p95 < 1ms was /,
    status: 'completed',
  },
  { name: 'bad usage', path: '/', args: [...run, '-c', '0'], code: 2, says: /^error: .*argument '0' is invalid/ },
  { name: 'a bad file', path: ' x y', args: run, code: 2, says: /^endpoints\.txt:1:/ },
  {
    name: 'a sender thread that ended in the second of three levels',
    path: '/?ms=5',
    args: [...run, '--levels', '2,4,8', '--duration', '1s', '--workers', '2', '--cool-down', '0ms'],
    fault: 'end sender 2',
    code: 1,
    says: crashed,
    status: 'crashed',
    levels: 1,
  },
  {
    name: 'levels with failures alone',
    path: '/reset',
    args: [...run, '--levels', '1,2', '-n', '4'],
    code: 1,
    says: /^error: No request/,
    status: 'completed',
    levels: 2,
  },
  {
    name: 'canceled levels',
    path: '/?ms=5',
    args: [...run, '--levels', '1,2', '--duration', '10s'],
    signal: 'SIGINT',
    code: 130,
    says: nothing,
    status: 'cancelled',
    levels: 0,
  },
  {
    name: 'levels that all miss an objective',
    path: '/?ms=20',
    args: [...run, '--levels', '1,2', '-n', '60', '--slo', 'p95 < 1ms'],
    code: 99,
    says: /^No level meets all objectives\.$/m,
    status: 'completed',
    levels: 2,
  },
  {
    name: 'levels with error responses alone',
    path: '/?code=429',
    args: [...run, '--levels', '1,2', '-n', '20'],
    code: 1,
    says: /^error: No request succeeded: \d+ × 429: .+\.\nhint: {2}/,
    status: 'completed',
    levels: 2,
  },
  {
    name: 'a search that lost a sender thread',
    path: '/?ms=5',
    args: [...run, '--find-capacity', 'p95 < 1s', '--sweep', '2..8', '--duration', '1s', '--workers', '2'],
    fault: 'end sender 2',
    code: 1,
    says: crashed,
    status: 'crashed',
    levels: 1,
  },
  {
    name: 'a search that finds no level',
    path: '/?ms=20',
    args: [...run, '--find-capacity', 'p95 < 1ms', '--sweep', '1..2', '-n', '120'],
    code: 99,
    says: /^No level meets all objectives\.$/m,
    status: 'completed',
  },
  { name: 'a throughput suite', path: '/v1/completions', args: suite('throughput'), code: 0, says: nothing },
  {
    name: 'a throughput suite that was refused',
    path: '/v1/completions?code=401',
    args: suite('throughput'),
    code: 1,
    says: /^error: No request succeeded: \d+ × 401: .+\.\nhint: {2}Check the credentials: /,
  },
  {
    name: 'a throughput suite with failures alone',
    path: '/reset',
    args: suite('throughput'),
    code: 1,
    says: /^error: No request/,
  },
  {
    name: 'a throughput suite that misses a goal',
    path: '/v1/completions',
    args: [...suite('throughput'), '--goal', 'single tokens/s > 1000000000'],
    code: 99,
    says: /^1 of 1 goal not met/,
  },
  {
    name: 'a canceled throughput suite',
    path: '/v1/completions?ms=200',
    args: suite('throughput'),
    signal: 'SIGINT',
    code: 130,
    says: nothing,
  },
  {
    name: 'a latency suite that was refused',
    path: '/v1/completions?code=503',
    args: [...suite('latency'), '--context', '1024'],
    code: 1,
    says: /^error: No request succeeded: \d+ × 503: .+\.\nhint: {2}See the log of the server; /,
  },
  {
    name: 'a throughput suite that failed by itself',
    path: '/v1/completions?ms=300',
    args: suite('throughput'),
    fault: 'throw main',
    faultAfter: 9,
    code: 1,
    says: /^error: The benchmark stopped unexpectedly\. Internal error: on purpose\.\nhint: /,
    status: 'crashed',
    reason: 'Internal error: on purpose.',
    result: 'results/throughput_m_',
    runs: 1,
  },
  {
    name: 'a throughput suite whose process is killed',
    path: '/v1/completions?ms=300',
    args: suite('throughput'),
    signal: 'SIGKILL',
    signalAfter: 9,
    code: null,
    says: nothing,
    status: 'crashed',
    reason: null,
    result: 'results/throughput_m.json.partial',
    runs: 1,
  },
  {
    name: 'a memory suite with failures alone',
    path: '',
    args: ['suite', 'memory', '--quick', '-q', '--server', 'mock', '--timeout', '1ms'],
    code: 1,
    says: /^error: No request got a complete response: \S+ timed out \(320\)\. .+\nhint: {2}Lower the concurrency /,
    status: 'completed',
    result: 'results/memory_mock_',
    runs: 40,
  },
  {
    name: 'a memory suite of a server that it did not start',
    path: '/v1/completions',
    args: suite('memory'),
    code: 2,
    says: /^error: .*\nhint: {2}Use --server gpt2 or --server mock\.\n$/,
  },
];

describe('the exit code', function () {
  this.timeout(120_000);
  const folder = freshFolder();
  let server: Server;
  let url: string;
  let served = 0;
  before(async () => {
    server = createServer((request, response) => {
      served += 1;
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const { name, path, args, fault, signal, code, says, status, reason, levels, ...more } of cases) {
    it(`is ${code ?? 'none'} for ${name}`, async () => {
      writeFileSync(join(folder.path, 'endpoints.txt'), `${url}${path}\n`);
      const ofServer = args[0] === 'suite' && !args.includes('--server');
      const whole = ofServer ? [...args, '--server', `${url}${path}`] : args;
      const now = join(folder.path, 'now');
      const env: Record<string, string> =
        fault === undefined
          ? {}
          : { NODE_OPTIONS: `--import ${injectFault}`, LOADLENS_TEST_FAULT: fault, LOADLENS_TEST_FAULT_FILE: now };
      served = 0;
      const command = [process.execPath, cliPath, ...whole];
      const limited = ['sh', '-c', `ulimit -n ${more.files}; exec "$@"`, 'sh', ...command];
      const [program = '', ...rest] = more.files === undefined ? command : limited;
      const running = start(program, rest, { cwd: folder.path, env });
      if (fault !== undefined) {
        await waitFor('the clock runs', () => served > (more.faultAfter ?? 30));
        writeFileSync(now, '');
      }
      if (signal !== undefined) {
        await waitFor('enough requests', () => served > (more.signalAfter ?? 0));
        await new Promise((resolve) => setTimeout(resolve, 500));
        running.child.kill(signal);
      }
      const ended = await running.finished;
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, says);
      if (status === undefined) return;
      const record = readResult(folder.path, more.result ?? 'out.json');
      assert.equal(record.status, status);
      const crashReason = reason === undefined ? threadEnded : (reason ?? undefined);
      assert.equal(record.stopReason, status === 'crashed' ? crashReason : undefined);
      if (levels !== undefined) assert.equal(record.levels?.length, levels);
      if (fault !== undefined && levels === undefined && more.runs === undefined)
        assert.ok((record.requestsSent ?? 0) > 0);
      if (more.runs !== undefined) assert.equal(record.runs?.length, more.runs);
      if (more.bound !== undefined) assert.equal(record.client?.bound, more.bound);
    });
  }
});
