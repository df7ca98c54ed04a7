// Installs what tests need beyond the lock file from the npm registry, into a cache folder outside the clone.
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';

/** Returns the cache folder. */
export const cacheRoot = (): string =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'loadlens');

/**
 * Runs npm in a folder, without install scripts. `nodeFolder` comes first in PATH, because npm selects releases by the Node that
 * it runs on.
 */
export function npm(folder: string, args: readonly string[], nodeFolder: string): void {
  const options = ['--save-exact', '--ignore-scripts', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error'];
  // Without the settings of the npm that runs the tests.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache$)/i.test(name)));
  const result = spawnSync('npm', [...args, ...options], {
    cwd: folder,
    env: { ...env, PATH: `${nodeFolder}${path.delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (result.status !== 0)
    throw new Error(
      `npm ${args.join(' ')} failed. Check the connection to the npm registry, then run the tests again.`,
    );
}
