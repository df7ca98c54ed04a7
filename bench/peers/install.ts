import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Installs Debian packages of programs that are missing, where the system is Debian's and the user may. Returns why those are
 * missing that still are.
 */
export function installMissing(missing: readonly { readonly name: string; readonly debianPackage: string }[]): string {
  if (missing.length === 0) return '';
  if (!existsSync('/usr/bin/apt-get')) return 'it is not installed, and there is no apt-get to install it with.';
  if (process.getuid?.() !== 0) return 'it is not installed, and only root can install it with apt-get.';
  console.log(`Installing ${missing.map(({ name }) => name).join(', ')} …`);
  apt('update', '-qq');
  // One by one: a package that is not to be had must not keep the others out.
  const failures = missing.map(({ debianPackage }) =>
    apt('install', '-y', '-qq', '--no-install-recommends', debianPackage),
  );
  return `apt-get could not install it (${failures.find((failure) => failure !== '') ?? 'no reason given'}).`;
}

/** The last line of what it complained about; empty when it did its work. */
function apt(...args: readonly string[]): string {
  const { status, stderr } = spawnSync('apt-get', args, {
    // With this run level, packages start no service.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return status === 0 ? '' : (stderr.trim().split('\n').at(-1) ?? 'no reason given');
}
