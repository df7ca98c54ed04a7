// The browser that shows the workbench and the panel in tests.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Quiet, and able to run as root in a container. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a Chromium or Chrome: `CHROMIUM` first, then PATH. Undefined when there is none. */
function findChromium(): string | undefined {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (!executable(chosen)) throw new Error(`CHROMIUM is set to ${chosen}, which can't be run. Correct or unset it.`);
    return chosen;
  }
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin'];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(executable);
}

/** As findChromium, but installs Debian's package when there is none and that is possible. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0)
    throw new Error(
      'The tests need Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.',
    );
  console.log('Installing Chromium (once) …');
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  const installed = findChromium();
  if (!installed) throw new Error('Chromium was installed but is not in PATH. Set CHROMIUM to its path.');
  return installed;
}

function apt(...args: readonly string[]): void {
  const result = spawnSync('apt-get', args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return;
  const reason = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`apt-get ${args[0] ?? ''} failed: ${reason}. Install Chromium yourself or set CHROMIUM to its path.`);
}
