// Artillery, for the tests of exported projects: 460 MB, so it is no devDependency and in no lock file.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { artilleryVersion } from '../../../src/core/scale-out/project.ts';
import { cacheRoot, npm } from '../npm.ts';

const folder = (): string => path.join(cacheRoot(), `artillery-${artilleryVersion}`);

/** Where its packages are, once it is installed. */
export const artilleryModules = (): string => path.join(folder(), 'node_modules');

/** Whether it is. A folder only gets its name once it is complete. */
export const hasArtillery = (): boolean => existsSync(artilleryModules());

/** Installs it when it is missing: beside its final place and renamed, so that nothing half done is left. */
export function installArtillery(): void {
  if (hasArtillery()) return;
  mkdirSync(cacheRoot(), { recursive: true });
  const work = mkdtempSync(path.join(cacheRoot(), '.installing-'));
  try {
    writeFileSync(path.join(work, 'package.json'), '{ "name": "loadlens-artillery", "private": true }');
    npm(work, ['install', `artillery@${artilleryVersion}`], path.dirname(process.execPath));
    renameSync(work, folder());
  } catch (error) {
    // Another process may have been faster: then its installation is as good as ours.
    if (!hasArtillery()) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
