import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A mock server in a process of its own. */
export interface MockProcess {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the mock server on a free port, with these options of `loadlens serve mock`. */
export async function startMock(options: readonly string[]): Promise<MockProcess> {
  const child = spawn(process.execPath, [cli, 'serve', 'mock', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [origin] = /http:\/\/[\d.]+:\d+/.exec(line) ?? [];
    if (origin === undefined) continue;
    return {
      origin,
      port: Number(new URL(origin).port),
      async close() {
        child.kill('SIGTERM');
        await exit;
      },
    };
  }
  throw new Error('The mock server ended before it listened.');
}
