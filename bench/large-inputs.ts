// Measures the memory of a run of a large file with all reports. The goal is a peak of less than 400 MB resident.
//   node esbuild.mjs && node bench/large-inputs.ts [targets=250000] [requests=1000000]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [targets = 250_000, requests = 1_000_000] = process.argv.slice(2).map(Number);
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const tellMemory = fileURLToPath(new URL('shared/tell-memory.mjs', import.meta.url));

const response = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', () => socket.write(response));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');

const folder = mkdtempSync(join(tmpdir(), 'loadlens-large-'));
const reports = ['json', 'html', 'csv', 'md'] as const;
try {
  const lines = Array.from(
    { length: targets },
    (_, i) => `http://127.0.0.1:${address.port}/customers/${i}/orders?r=${i % 7}`,
  );
  writeFileSync(join(folder, 'endpoints.txt'), lines.join('\n'));
  const files = reports.flatMap((name) => [`--${name}`, `out.${name}`]);
  const args = ['--import', tellMemory, cli, 'run', '-q', '-n', String(requests), '-c', '32', ...files];
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit', 'ignore', 'pipe'],
  });
  let told = '';
  child.stdio[4]?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(`${targets} targets, ${requests} requests: exit code ${code} after ${seconds.toFixed(1)} s`);
  console.log(`resident memory at its peak: ${(Number(told) / 1024).toFixed(0)} MiB`);
  for (const name of reports)
    console.log(`out.${name}: ${(statSync(join(folder, `out.${name}`)).size / 1e6).toFixed(2)} MB`);
  process.exitCode = code ?? 1;
} finally {
  rmSync(folder, { recursive: true });
  server.close();
}
