import { ExitCode } from '../../core/errors.ts';
import { type MockServerOptions, startMockServer } from '../../servers/mock/server.ts';

/**
 * Runs `loadlens serve mock` until SIGINT or SIGTERM, or until a parent process with an IPC channel ends. Returns the exit code.
 * @throws LoadlensError if it can't listen on the address
 */
export async function serveMockCommand(options: MockServerOptions): Promise<ExitCode> {
  const server = await startMockServer(options);
  const limit = options.maxConcurrentRequests;
  process.stdout.write(
    `Mock server listening on ${server.url} (limit ${limit} concurrent ${limit === 1 ? 'request' : 'requests'})\n`,
  );
  await new Promise<void>((resolve) => {
    // `disconnect`: the parent process has ended.
    for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(end, () => resolve());
  });
  await server.close();
  if (process.connected) process.disconnect();
  return ExitCode.done;
}
