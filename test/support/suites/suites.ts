// Runs suites of tests one after the other and adds up their results.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasArtillery, installArtillery } from './artillery.ts';
import { type Counts, countsVariable, readCounts } from './counts.ts';
import { nativePartProblem } from '../../../src/servers/gpt2/runtime/native.ts';
import { ensureChromium } from '../host/chromium.ts';
import { findHost, installHost, wantedHost } from '../host/install.ts';
import { endProcessesOf } from './leftovers.ts';

interface Suite {
  readonly what: string;
  readonly timeoutMinutes: number;
  /** Arguments for Node. */
  command(grep: string | undefined): readonly string[];
  /** Preparations that the suite needs. */
  readonly prepare?: readonly (keyof typeof preparations)[];
}

const mocha = 'node_modules/mocha/bin/mocha.js';
const reporter = [
  '--reporter',
  './test/support/suites/counting-reporter.ts',
  ...(process.stdout.isTTY ? [] : ['--no-color']),
];
const plainMocha = (grep: string | undefined, ...args: readonly string[]): readonly string[] => [
  mocha,
  ...reporter,
  ...(grep ? ['--grep', grep] : []),
  ...args,
];

const suites: Readonly<Record<string, Suite>> = {
  unit: {
    what: 'core, engine, servers, command line, webview',
    timeoutMinutes: 40,
    prepare: ['build'],
    command: (grep) => plainMocha(grep, '--ignore', 'test/{vsix,extension/suite}/**', 'test/**/*.test.ts'),
  },
  scaleout: {
    what: "exported projects, on Artillery's local workers",
    timeoutMinutes: 5,
    prepare: ['build', 'artillery'],
    command: (grep) => plainMocha(grep, '--timeout', '90000', 'test/scale-out/*.e2e.ts'),
  },
  extension: {
    what: 'the extension, inside VS Code',
    timeoutMinutes: 10,
    prepare: ['build', 'host'],
    command: (grep) => ['test/extension/run.ts', ...(grep ? [grep] : [])],
  },
  vsix: {
    what: 'the packages, installed into VS Code',
    timeoutMinutes: 5,
    prepare: ['platformPackage', 'package', 'host'],
    command: (grep) => plainMocha(grep, '--timeout', '120000', 'test/vsix/*.test.ts'),
  },
  e2e: {
    what: 'the workbench in a browser, with the package installed',
    timeoutMinutes: 15,
    prepare: ['package', 'host'],
    command: (grep) => plainMocha(grep, '--timeout', '60000', 'test/e2e/*.e2e.ts'),
  },
};

const preparations = {
  build: () => runScript(['esbuild.mjs']),
  package: () => runScript(['scripts/package.mjs']),
  platformPackage: () => {
    if (nativePartProblem() === undefined)
      runScript(['scripts/package.mjs', '--target', `${process.platform}-${process.arch}`]);
  },
  artillery: () => {
    if (!hasArtillery()) console.log('Installing Artillery (once) …');
    installArtillery();
  },
  host: () => {
    if (process.env['VSCODE_HOST'] === 'desktop') return;
    ensureChromium();
    const version = wantedHost();
    if (!findHost(version)) console.log(`Installing a VS Code host (code-server ${version.codeServer}, once) …`);
    installHost(version);
  },
};

function runScript(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${args[0]} failed.`);
}

/** Runs the suites of `[--floor] [suite…] [grep]`, all of them by default. Returns the exit code. */
export async function runSuites(args: readonly string[]): Promise<number> {
  if (args.includes('--floor')) process.env['LOADLENS_HOST'] = 'floor';
  const words = args.filter((word) => word !== '--floor');
  const named = words.filter((word) => word in suites);
  const grep = words.find((word) => !(word in suites));
  // Temporary files of tests are below this folder and are removed with it.
  const temporary = mkdtempSync(path.join(tmpdir(), 'll-'));
  const total = { passed: 0, failed: 0 };
  let running: ChildProcess | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      if (running) killGroup(running, 'SIGTERM');
      void endProcessesOf(temporary, 1000).then(() => {
        rmSync(temporary, { recursive: true, force: true });
        process.exit(130);
      });
    });

  const start = (command: readonly string[], counts: string): ChildProcess =>
    (running = spawn(process.execPath, command, {
      env: { ...process.env, TMPDIR: temporary, [countsVariable]: counts },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    }));

  try {
    const prepared = new Set<string>();
    for (const [name, suite] of Object.entries(suites)) {
      if (named.length > 0 && !named.includes(name)) continue;
      console.log(`\n── ${name}: ${suite.what}`);
      const startedAt = Date.now();
      const counts = await runSuite(name, suite, grep, { prepared, start, temporary });
      total.passed += counts.passed;
      total.failed += counts.failed;
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
      console.log(`── ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
}

interface Runner {
  readonly prepared: Set<string>;
  readonly temporary: string;
  start(command: readonly string[], counts: string): ChildProcess;
}

/** Runs a suite and returns its counts. A suite that doesn't end, runs no test, or leaves processes behind has failed. */
async function runSuite(name: string, suite: Suite, grep: string | undefined, runner: Runner): Promise<Counts> {
  const problem = (text: string): void => console.error(`${name}: ${text}`);
  try {
    for (const step of suite.prepare ?? []) {
      if (!runner.prepared.has(step)) preparations[step]();
      runner.prepared.add(step);
    }
  } catch (error) {
    problem(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  }
  const file = path.join(runner.temporary, `${name}.json`);
  mkdirSync(runner.temporary, { recursive: true });
  const child = runner.start(suite.command(grep), file);
  const impatient = setTimeout(() => {
    problem(`not done after ${suite.timeoutMinutes} minutes, stopped.`);
    killGroup(child, 'SIGTERM');
    setTimeout(() => killGroup(child, 'SIGKILL'), 10_000).unref();
  }, suite.timeoutMinutes * 60_000);
  // A server or timer that keeps a finished suite alive is a mistake of a test.
  const afterReport = setInterval(() => {
    if (!existsSync(file) || Date.now() - statSync(file).mtimeMs < 15_000) return;
    clearInterval(afterReport);
    problem('does not end after its report, stopped.');
    killGroup(child, 'SIGKILL');
  }, 1000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(impatient);
  clearInterval(afterReport);

  const { passed, failed } = readCounts(file) ?? { passed: 0, failed: 0 };
  const left = await endProcessesOf(runner.temporary, 3000);
  const problems = [
    ...(left.length > 0 ? [`left running: ${left.join('; ')}`] : []),
    ...(failed === 0 && (code !== 0 || !existsSync(file)) ? [`ended with ${code ?? signal}, not by its report.`] : []),
    ...(existsSync(file) && passed + failed === 0 && !grep ? ['no test was run.'] : []),
  ];
  problems.forEach(problem);
  return { passed, failed: failed + problems.length };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
