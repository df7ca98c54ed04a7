// What tests need beside the packages of the lock file comes from the npm registry into a cache folder outside the clone.
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where it is kept. */
export const cacheRoot = (): string =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'loadlens');

/**
 * Runs npm in a folder. Scripts stay off: nothing is compiled. `nodeFolder` goes first in the path, for npm picks releases by
 * the Node it runs on.
 */
export function npm(folder: string, args: readonly string[], nodeFolder: string): void {
  const options = ['--save-exact', '--ignore-scripts', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error'];
  // The settings of the npm that runs the tests do not belong here.
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
