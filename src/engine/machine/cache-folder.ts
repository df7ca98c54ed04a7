import { homedir } from 'node:os';
import { join } from 'node:path';

/** Returns a folder in Loadlens's folder for files that can be made again. */
export function cacheFolder(
  place: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  const home = homedir();
  const caches = {
    darwin: join(home, 'Library/Caches'),
    win32: env['LOCALAPPDATA'] || join(home, 'AppData/Local'),
  }[platform];
  return join(caches ?? (env['XDG_CACHE_HOME'] || join(home, '.cache')), 'loadlens', place);
}
