import { ExitCode } from '../../core/errors.ts';
import { startMockServer } from '../../servers/mock/server.ts';

/** The options of `loadlens serve mock`, as the argument parser hands them over. */
export interface ServeMockOptions {
  readonly port: number;
  readonly maxConcurrentRequests: number;
  readonly timeScale: number;
  readonly host: string;
}

/**
 * `loadlens serve mock`: serves until SIGINT or SIGTERM, or until a parent with a channel to it is gone.
 * Throws a LoadlensError when the address can't be had.
 */
export async function serveMockCommand(options: ServeMockOptions): Promise<ExitCode> {
  const server = await startMockServer(options);
  const limit = options.maxConcurrentRequests;
  process.stdout.write(
    `Mock server listening on ${server.url} (limit ${limit} concurrent ${limit === 1 ? 'request' : 'requests'})\n`,
  );
  await new Promise<void>((resolve) => {
    // `disconnect` comes when a parent that watches over this process is gone.
    for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(end, () => resolve());
  });
  await server.close();
  if (process.connected) process.disconnect();
  return ExitCode.done;
}
