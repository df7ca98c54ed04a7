// Brings a clone into working order: packages as the lock file has them. Runs on Node 20.20 and newer, before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

function giveUp(sentence) {
  console.error(sentence);
  process.exit(2);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20))
  giveUp(`Loadlens needs Node 20.20 or newer; this is ${process.versions.node}. Install a newer one, then try again.`);

process.chdir(resolve(import.meta.dirname, '..'));
const stamp = 'node_modules/.loadlens-setup';
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing packages (once) …');
  // Named groups, because NODE_ENV=production or a user's settings would leave them out.
  const { error, status } = spawnSync('npm', ['ci', '--include=dev', '--include=optional', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) giveUp(`npm could not be started (${error.message}). It comes with Node: check that it is in PATH.`);
  if (status !== 0)
    giveUp('The packages could not be installed. Check the connection to the npm registry, then try again.');
  writeFileSync(stamp, wanted);
}
