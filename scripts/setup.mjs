// Installs the packages of the lock file. Runs on Node 20.20 or newer, before anything is installed.
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
  giveUp(`Loadlens needs Node 20.20 or newer. This is Node ${process.versions.node}. Update Node, then try again.`);

process.chdir(resolve(import.meta.dirname, '..'));
const stamp = 'node_modules/.loadlens-setup';
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing packages (once) …');
  // Includes these groups explicitly: NODE_ENV=production or the user's settings may omit them.
  const { error, status } = spawnSync('npm', ['ci', '--include=dev', '--include=optional', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) giveUp(`npm failed to start (${error.message}). Check that npm, a part of Node, is in PATH.`);
  if (status !== 0) giveUp('Package installation failed. Check the connection to the npm registry, then try again.');
  writeFileSync(stamp, wanted);
}
