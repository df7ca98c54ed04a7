import { spawn } from 'node:child_process';

/** A mock server in a process of its own. It also ends when this process does. */
export interface MockProcess {
  readonly url: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Starts one by the command line, given as arguments for Node, on a free port. Rejects when it does not come up. */
export async function startMockProcess(commandLine: readonly string[], limit: number): Promise<MockProcess> {
  const server = spawn(
    process.execPath,
    [...commandLine, 'serve', 'mock', '--port', '0', '--max-concurrent-requests', `${limit}`],
    // The channel carries nothing: its end is what tells the server that nobody is left.
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
