import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the GPT-2 server is unless somebody chooses otherwise: the same from the editor and from the command line. */
export const gpt2Defaults = { port: 5001, model: 'synthetic', dtype: 'q8', maxBatch: 16 } as const;

/**
 * Switches of Node for the server's process. HTTP leaves little that lasts; with Node's own size of the young generation some
 * 100 MB of what it left come and go. It holds for the model's thread as well, in the place of its own limit.
 */
export const gpt2Switches = ['--max-semi-space-size=4'];

/** Precisions that the GPT-2 server has. */
export const gpt2Dtypes = ['fp32', 'q8', 'q4'] as const;

/** More threads than this only wait for each other at the size of a GPT-2. */
const mostUsefulThreads = 8;

/** As many threads as a machine with so many processors has use for. */
export const threadsFor = (processors: number): number => Math.max(1, Math.min(mostUsefulThreads, processors));

/** Where models are kept between two starts: the user's folder for what can be made again. */
export function modelCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  const home = homedir();
  const caches = {
    darwin: join(home, 'Library/Caches'),
    win32: env['LOCALAPPDATA'] ?? join(home, 'AppData/Local'),
  }[platform];
  return join(caches ?? (env['XDG_CACHE_HOME'] || join(home, '.cache')), 'loadlens', 'gpt2');
}
