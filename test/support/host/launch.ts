// Starts a real VS Code workbench on the loopback interface: a code-server process and a Chromium page that shows it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright-core';
import { chromiumArgs, ensureChromium } from './chromium.ts';
import { type HostVersion, installHost, wantedHost } from './install.ts';

/** What to start. */
export interface LaunchOptions {
  /** Folder to open. */
  readonly folder: string;
  /** Built extensions (.vsix) to install before the start. */
  readonly vsix?: readonly string[];
  /** Extensions to load from source, and the test bundle to run with them. */
  readonly extensionDevelopmentPaths?: readonly string[];
  readonly extensionTestsPath?: string;
  /** User settings on top of quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Browser profile to keep: here a workbench in a browser holds its workspace state. */
  readonly profile?: string;
  /** Server data (settings, installed extensions) to keep. */
  readonly dataFolder?: string;
  /** 0 picks a free one. Browser storage belongs to an origin, so a kept profile needs a fixed port. */
  readonly port?: number;
  readonly version?: HostVersion;
  /** Every console line of the workbench. */
  readonly onLog?: (type: string, args: readonly unknown[]) => void;
  /** Exit code of the tests at `extensionTestsPath`. */
  readonly onTestsDone?: (code: number) => void;
}

/** A running workbench. */
export interface Workbench {
  readonly page: Page;
  readonly port: number;
  /** Settings, logs and installed extensions of the server. */
  readonly dataFolder: string;
  /** Replaces the user settings; what is opened afterwards has them. */
  writeSettings(settings: Readonly<Record<string, unknown>>): void;
  /** Opens another folder in the same page. */
  open(folder: string): Promise<void>;
  /** The document inside the open webview. */
  webview(): FrameLocator;
  /** Ends browser and server and removes temporary folders. Safe to call twice. */
  close(): Promise<void>;
}

const quietSettings = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  // An editor or webview that loads takes the focus, which would close a palette between the steps of a test.
  'workbench.quickOpen.closeOnFocusLost': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // On in browsers by default; it would save between the steps of a test.
  'files.autoSave': 'off',
};

/** The full set of built-in extensions makes every start several seconds slower. */
const builtinExtensions = ['theme-defaults', 'theme-seti', 'json', 'configuration-editing'];

/** Starts server and browser and opens the folder. Throws, with nothing left behind, when one of them does not come up. */
export async function launch(options: LaunchOptions): Promise<Workbench> {
  const executablePath = ensureChromium();
  const host = installHost(options.version ?? wantedHost());
  const temporary = mkdtempSync(path.join(tmpdir(), 'vsc-'));
  const removeTemporary = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  const dataFolder = options.dataFolder ?? path.join(temporary, 'data');
  const writeSettings = (settings: Readonly<Record<string, unknown>>): void => {
    const folder = path.join(dataFolder, 'data/User');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  };
  const server = serverCommand(host, temporary, dataFolder);
  let serverProcess: ChildProcess | undefined;
  let context: BrowserContext | undefined;
  let browser: Browser | undefined;
  const killAtExit = (): void => {
    if (serverProcess) killGroup(serverProcess, 'SIGKILL');
    removeTemporary();
  };
  process.once('exit', killAtExit);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      await (browser ?? context)?.close().catch(() => undefined);
      if (serverProcess) await stop(serverProcess);
      removeTemporary();
      process.removeListener('exit', killAtExit);
    })());

  try {
    writeSettings(options.settings ?? {});
    for (const file of options.vsix ?? []) await install(server, file);
    serverProcess = server.start([
      '--host=127.0.0.1',
      `--port=${options.port ?? 0}`,
      '--without-connection-token',
      // Without it a built workbench silently ignores extensionDevelopmentPath and extensionTestsPath.
      ...(options.extensionTestsPath ? ['--enable-smoke-test-driver'] : []),
    ]);
    const port = await listening(serverProcess);
    const env = { ...process.env, TMPDIR: path.join(temporary, 'tmp') };
    const launchOptions = { executablePath, headless: true, args: chromiumArgs, env };
    const viewport = { width: 1400, height: 900 };
    if (options.profile)
      context = await chromium.launchPersistentContext(options.profile, { ...launchOptions, viewport });
    else {
      browser = await chromium.launch(launchOptions);
      context = await browser.newContext({ viewport });
    }
    const page = context.pages()[0] ?? (await context.newPage());
    if (options.onLog) await page.exposeFunction('codeAutomationLog', options.onLog);
    if (options.onTestsDone) await page.exposeFunction('codeAutomationExit', options.onTestsDone);
    const open = async (folder: string): Promise<void> => {
      await page.goto(workbenchUrl(port, folder, options), { waitUntil: 'commit' });
    };
    await open(options.folder);
    const webview = (): FrameLocator => page.frameLocator('iframe.webview').frameLocator('#active-frame');
    return { page, port, dataFolder, writeSettings, open, webview, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ServerCommand {
  start(args: readonly string[]): ChildProcess;
}

function serverCommand(host: { node: string; vscode: string }, temporary: string, dataFolder: string): ServerCommand {
  const builtins = path.join(temporary, 'builtin');
  for (const name of builtinExtensions)
    cpSync(path.join(host.vscode, 'extensions', name), path.join(builtins, name), { recursive: true });
  const scratch = path.join(temporary, 'tmp');
  mkdirSync(scratch);
  const { CODE_SERVER_PARENT_PID: _, ...inherited } = process.env;
  // An empty gallery keeps the workbench from looking extensions up on the internet.
  const env = { ...inherited, EXTENSIONS_GALLERY: '{"serviceUrl":""}', TMPDIR: scratch, XDG_RUNTIME_DIR: scratch };
  const common = [
    path.join(host.vscode, 'out/server-main.js'),
    `--server-data-dir=${dataFolder}`,
    `--builtin-extensions-dir=${builtins}`,
    '--accept-server-license-terms',
    '--telemetry-level=off',
  ];
  return {
    // A process group of its own: ending it takes extension hosts and what they started along.
    start: (args) => spawn(host.node, [...common, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
  };
}

async function install(server: ServerCommand, vsix: string): Promise<void> {
  const child = server.start(['--install-extension', vsix]);
  let output = '';
  child.stdout?.on('data', (data) => (output += String(data)));
  child.stderr?.on('data', (data) => (output += String(data)));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`Installing ${vsix} failed:\n${output}`);
}

/** Resolves with the port once the server accepts connections. */
function listening(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (data: unknown): void => {
      if (output.length < 100_000) output += String(data);
      const port = /agent listening on (\d+)/.exec(output)?.[1];
      if (port) resolve(Number(port));
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    const fail = (what: string): void => reject(new Error(`The VS Code server ${what}:\n${output}`));
    server.once('error', reject);
    server.once('exit', (code) => fail(`ended with ${code}`));
    setTimeout(() => fail('did not start within 60 s'), 60_000).unref();
  });
}

function workbenchUrl(port: number, folder: string, options: LaunchOptions): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = [
    ...(options.extensionDevelopmentPaths ?? []).map((file) => ['extensionDevelopmentPath', remote(file)]),
    ...(options.extensionTestsPath ? [['extensionTestsPath', remote(options.extensionTestsPath)]] : []),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({ folder: path.resolve(folder), payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = once(server, 'exit');
    server.kill('SIGTERM');
    const impatient = setTimeout(() => killGroup(server, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(impatient);
  }
  killGroup(server, 'SIGKILL');
}
