import { spawn } from 'node:child_process';

/** A mock server in a child process, which ends when this process ends. */
export interface MockProcess {
  readonly url: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/**
 * Starts a mock server on a free port. Rejects if it doesn't start.
 * @param commandLine the file that starts the command line, as arguments for Node
 * @param limit maximum number of concurrent requests
 */
export async function startMockProcess(commandLine: readonly string[], limit: number): Promise<MockProcess> {
  const server = spawn(
    process.execPath,
    [...commandLine, 'serve', 'mock', '--port', '0', '--max-concurrent-requests', `${limit}`],
    // Nothing is sent over the IPC channel. The server ends when it closes.
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const closed = new Promise((resolve) => server.once('close', resolve));
  const close = async (): Promise<void> => {
    server.kill();
    await closed;
  };
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    server.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /listening on (\S+) .*\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`The mock server stopped unexpectedly (exit code ${code}).`)));
  });
  return { url, pid: server.pid, close };
}
