import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/side-servers/ready.ts';
import { installMissing } from '../peers/install.ts';
import { serverCore } from '../shared/cores.ts';

/** A server that responds immediately: nginx on loopback with one worker on a separate core. */
export interface Nginx {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** The version of nginx; a sentence in `missing` when there is none and it could not be installed. */
export function findNginx(): { readonly version?: string; readonly missing?: string } {
  const installed = askVersion();
  if (installed !== undefined) return { version: installed };
  const refusal = installMissing([{ name: 'nginx', debianPackage: 'nginx-light' }]);
  const version = askVersion();
  return version === undefined ? { missing: `nginx (Debian: nginx-light) is missing: ${refusal}` } : { version };
}

function askVersion(): string | undefined {
  return /nginx\/(\S+)/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr ?? '')?.[1];
}

/** Starts it; it must be installed. */
export async function startNginx(): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-nginx-'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
worker_rlimit_nofile 12000; events { worker_connections 10240; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port}; location / { return 200 "ok"; } }
}`,
  );
  const child = spawn('taskset', ['-c', String(serverCore), 'nginx', '-c', file, '-p', folder], { stdio: 'ignore' });
  await listening(port, child);
  return {
    url: `http://127.0.0.1:${port}/`,
    pid: child.pid ?? 0,
    async close() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error('nginx does not listen.');
}
