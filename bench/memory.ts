// Does memory stay flat? Sends a million requests (or what fits into 85 s) to a server of its own and compares resident memory
// at 100,000 requests with the end: `node bench/memory.ts`. Exit code 1 when it grew by more than 32 MB.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runBenchmark } from '../src/engine/run.ts';

const requests = 1_000_000;
const from = 100_000;
const mostGrowthMb = 32;

const server = spawn(process.execPath, [fileURLToPath(new URL('peers/delay-server.ts', import.meta.url)), '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = await once(server.stdout, 'data');
const request = { method: 'GET', url: `http://127.0.0.1:${String(port).trim()}/`, headers: [] };
const start = { line: 0, character: 0 };

/** Number of requests and resident memory at each snapshot. */
const seen: { requests: number; rssMb: number }[] = [];
const record = await runBenchmark(
  {
    name: 'memory',
    plan: {
      loadModel: 'closed',
      requests,
      durationS: 85,
      concurrency: 50,
      seed: 1,
      warmup: 0,
      timeoutMs: 10_000,
      drainMs: 10_000,
      maxRedirects: 0,
      coldStart: false,
      objectives: [],
    },
    targets: [{ ...request, name: 'it', weight: 1, objectives: [], range: { start, end: start } }],
    requests: [request],
    secrets: [],
    file: null,
  },
  {
    signal: new AbortController().signal,
    version: '0.0.0',
    onSnapshot: ({ summary }) => {
      if (summary.requestsSent < (seen.at(-1)?.requests ?? -from) + from) return;
      const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
      seen.push({ requests: summary.requestsSent, rssMb });
      console.log(`${summary.requestsSent} requests: ${rssMb} MB`);
    },
  },
);
server.kill();

const early = seen.find((snapshot) => snapshot.requests >= from);
const endMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
const growthMb = early ? endMb - early.rssMb : Number.NaN;
console.log(`${record.requestsSent} requests: ${endMb} MB; ${growthMb} MB more than at ${early?.requests} requests`);
if (!(growthMb <= mostGrowthMb)) process.exitCode = 1;
