// Kills runs of the command line (SIGKILL) at random times. Each must leave a readable record.
// Takes about seconds × kills / (2 × parallel): 200 kills of 30 s runs, 16 in parallel, take 4 minutes.
//   node esbuild.mjs && node bench/kills-cli.ts [kills=200] [seed=1] [parallel=16] [seconds=30]
// Times count from the first snapshot, which is written before the first request. A tenth more runs are killed during their
// start, within 1 s: those that leave no snapshot must have sent nothing. They're counted separately.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededUnits } from '../src/core/values/pick.ts';
import { isRun, isSweep, readResult, runsOf } from '../src/core/report/formats/results.ts';

const [kills = 200, seed = 1, parallel = 16, seconds = 30] = process.argv.slice(2).map(Number);
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const unit = seededUnits(seed);
/** How old each snapshot was at the kill, ms. */
const ages: number[] = [];
/** The kills whose requests have arrived. */
const heardOf = new Set<number>();

const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (data: Buffer) => {
    heardOf.add(Number(/^GET \/(\d+)\//.exec(data.toString('latin1'))?.[1]));
    setTimeout(() => socket.write(response), 20);
  });
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');
const url = `http://127.0.0.1:${address.port}`;

/** Every third run is a sweep of two levels. */
const argsOf = (kill: number): string[] =>
  kill % 3 === 2 ? ['--levels', '1,2', '--duration', `${seconds / 2}s`] : ['--duration', `${seconds}s`, '-c', '2'];

interface Outcome {
  /** Killed while it starts. */
  readonly starts: boolean;
  readonly atMs: number;
  readonly requests: number | 'nothing yet';
}

async function killOne(kill: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-kill-'));
  try {
    writeFileSync(join(folder, 'endpoints.txt'), `${url}/${kill}/a\n${url}/${kill}/b\n`);
    const child = spawn(process.execPath, [cli, 'run', '-q', '--json', 'out.json', ...argsOf(kill)], {
      cwd: folder,
      stdio: 'ignore',
    });
    const starts = kill >= kills;
    if (!starts) while (child.exitCode === null && !existsSync(join(folder, 'out.json.partial'))) await sleep(20);
    const atMs = unit(kill) * (starts ? 1 : seconds - 1) * 1_000;
    await sleep(atMs);
    const signal = await endOf(child);
    if (signal !== 'SIGKILL') throw new Error(`kill ${kill}: the run ended before the kill`);
    const requests = requestsLeft(join(folder, 'out.json'), kill);
    if (requests === 'nothing yet' && !starts) throw new Error(`kill ${kill}: no snapshot is left`);
    if (requests === 'nothing yet' && heardOf.has(kill))
      throw new Error(`kill ${kill}: requests left before a snapshot`);
    return { starts, atMs, requests };
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

/** Reads the snapshot like every command and the editor do. */
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

/** Kills of runs that start, beside the others. */
const starting = Math.ceil(kills / 10);
const outcomes: Outcome[] = [];
const failures: string[] = [];
let next = 0;
async function killOneAfterTheOther(): Promise<void> {
  while (next < kills + starting) {
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

const running = outcomes.filter(({ starts }) => !starts);
const withNumbers = running.filter(({ requests }) => typeof requests === 'number' && requests > 0);
const early = outcomes.filter(({ requests }) => requests === 'nothing yet');
const latestMs = Math.max(0, ...early.map(({ atMs }) => atMs));
console.log(`${kills} kills within ${seconds} s, seed ${seed}, ${parallel} at a time`);
console.log(`readable: ${running.length}, of them with requests: ${withNumbers.length}`);
console.log(
  `${starting} kills while the run starts, readable: ${outcomes.length - running.length - early.length}, with nothing sent and nothing left: ${early.length}, the latest ${latestMs.toFixed(0)} ms after the start of its process`,
);
console.log(`age of the snapshots: up to ${(Math.max(0, ...ages) / 1_000).toFixed(1)} s`);
console.log(`lost: ${failures.length}`);
for (const failure of failures) console.log(`  ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
