// Kills runs of the command line without warning at random instants and reads what each has left. Takes about seconds × kills /
// parallel, so 100 kills of 30 s runs, ten at a time, take five minutes.
//   node esbuild.mjs && node bench/kills-cli.ts [kills=100] [seed=1] [parallel=10] [seconds=30]
// Instants count from the first snapshot, which is written before anything is sent. Every tenth run is killed while it starts,
// within a second of its process: if that's before the first snapshot, there is nothing to read and nothing is lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededUnits } from '../src/core/values/pick.ts';
import { isRun, isSweep, readResult, runsOf } from '../src/core/report/results.ts';

const [kills = 100, seed = 1, parallel = 10, seconds = 30] = process.argv.slice(2).map(Number);
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const unit = seededUnits(seed);
/** How old each snapshot was at the kill, ms. */
const ages: number[] = [];

const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', () => setTimeout(() => socket.write(response), 20));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');
const url = `http://127.0.0.1:${address.port}`;

/** Every third run is a sweep of two levels. */
const argsOf = (kill: number): string[] =>
  kill % 3 === 2 ? ['--levels', '1,2', '--duration', `${seconds / 2}s`] : ['--duration', `${seconds}s`, '-c', '2'];

interface Outcome {
  readonly atMs: number;
  readonly requests: number | 'nothing yet';
}

async function killOne(kill: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-kill-'));
  try {
    writeFileSync(join(folder, 'endpoints.txt'), `${url}/a\n${url}/b\n`);
    const child = spawn(process.execPath, [cli, 'run', '-q', '--json', 'out.json', ...argsOf(kill)], {
      cwd: folder,
      stdio: 'ignore',
    });
    const starts = kill % 10 === 9;
    if (!starts) while (child.exitCode === null && !existsSync(join(folder, 'out.json.partial'))) await sleep(20);
    const atMs = unit(kill) * (starts ? 1 : seconds - 1) * 1_000;
    await sleep(atMs);
    const signal = await endOf(child);
    if (signal !== 'SIGKILL') throw new Error(`kill ${kill}: the run had ended by itself`);
    const requests = requestsLeft(join(folder, 'out.json'), kill);
    if (requests === 'nothing yet' && !starts) throw new Error(`kill ${kill}: no snapshot is left`);
    return { atMs, requests };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function endOf(child: ChildProcess): Promise<string | null> {
  if (child.exitCode !== null) return null;
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  child.kill('SIGKILL');
  return ended;
}

/** Reads the snapshot as every command and the editor read results. */
function requestsLeft(path: string, kill: number): Outcome['requests'] {
  if (existsSync(path)) throw new Error(`kill ${kill}: there is a result of a run that was killed`);
  if (!existsSync(`${path}.partial`)) return 'nothing yet';
  ages.push(Date.now() - statSync(`${path}.partial`).mtimeMs);
  const result = readResult(JSON.parse(readFileSync(`${path}.partial`, 'utf8')));
  if (result.status !== 'crashed') throw new Error(`kill ${kill}: the status is ${result.status}`);
  const runs = [...runsOf(result), ...(isSweep(result) && result.unfinished ? [result.unfinished] : [])];
  if (isRun(result) && result.targetCount !== 2) throw new Error(`kill ${kill}: targets are missing`);
  return runs.reduce((sum, { requestsSent }) => sum + requestsSent, 0);
}

const outcomes: Outcome[] = [];
const failures: string[] = [];
let next = 0;
async function killOneAfterTheOther(): Promise<void> {
  while (next < kills) {
    const kill = next++;
    try {
      outcomes.push(await killOne(kill));
    } catch (error) {
      failures.push(String(error));
    }
  }
}
await Promise.all(Array.from({ length: parallel }, killOneAfterTheOther));
server.close();

const early = outcomes.filter(({ requests }) => requests === 'nothing yet');
const latestMs = Math.max(0, ...early.map(({ atMs }) => atMs));
const withNumbers = outcomes.filter(({ requests }) => typeof requests === 'number' && requests > 0);
console.log(`${kills} kills within ${seconds} s, seed ${seed}, ${parallel} at a time`);
console.log(`readable: ${outcomes.length - early.length}, of them with requests: ${withNumbers.length}`);
console.log(
  `killed before the first snapshot: ${early.length}, the latest ${latestMs.toFixed(0)} ms after the start of its process`,
);
console.log(`age of the snapshots: up to ${(Math.max(0, ...ages) / 1_000).toFixed(1)} s`);
console.log(`lost: ${failures.length}`);
for (const failure of failures) console.log(`  ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
