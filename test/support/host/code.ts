#!/usr/bin/env node
// Stands in for the VS Code executable: what runTests of @vscode/test-electron starts. It ends with the result of the extension tests.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, type Workbench } from './launch.ts';

const timeoutMs = Number(process.env['LOADLENS_HOST_TIMEOUT_MS'] ?? 600_000);
/** What the tests print carries this mark; all else is noise of the workbench, shown when the tests fail. */
const mark = process.env['LOADLENS_OUTPUT_MARK'] ?? '';

const toPath = (text: string): string => (text.startsWith('file:') ? fileURLToPath(text) : path.resolve(text));

/** Desktop VS Code knows many more switches; they mean nothing here. */
function readArguments(args: readonly string[]): { folder: string; development: string[]; tests: string | undefined } {
  const development: string[] = [];
  let tests: string | undefined;
  let folder: string | undefined;
  for (const argument of args) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(argument) ?? [];
    if (name === 'extensionDevelopmentPath') development.push(toPath(value ?? ''));
    else if (name === 'extensionTestsPath') tests = toPath(value ?? '');
    else if (!argument.startsWith('-')) folder = toPath(argument);
  }
  if (!folder) throw new Error('No folder to open was given.');
  return { folder, development, tests };
}

const noise: string[] = [];
let workbench: Workbench | undefined;
let done: (code: number) => void = () => undefined;
const result = new Promise<number>((resolve) => (done = resolve));

function log(_type: string, args: readonly unknown[]): void {
  const text = args.map(String).join(' ');
  if (mark && text.startsWith(mark)) process.stdout.write(`${text.slice(mark.length)}\n`);
  else if (noise.push(text) > 500) noise.shift();
}

const fail = (why: string): void => {
  console.error(why);
  done(1);
};

setTimeout(() => fail(`The tests did not end within ${timeoutMs / 1000} s.`), timeoutMs).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(130));

const { folder, development, tests } = readArguments(process.argv.slice(2));
const starting = launch({
  folder,
  extensionDevelopmentPaths: development,
  ...(tests ? { extensionTestsPath: tests } : {}),
  onLog: log,
  onTestsDone: done,
}).then(
  (started) => {
    workbench = started;
    started.page.once('crash', () => fail('The workbench page crashed.'));
  },
  (error: unknown) => fail(String(error)),
);

const code = await result;
if (code !== 0 && noise.length > 0) console.error(`Last lines of the workbench:\n${noise.slice(-60).join('\n')}`);
await starting;
await workbench?.close();
process.exit(code);
