import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { artilleryModules } from '../support/suites/artillery.ts';
import { type Outcome, runCli, start } from '../cli/spawn.ts';

/** A hook that keeps what it tells Artillery, and in which thread; it fails once it has sent the share of that number. */
const watchedHook = `
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { runShare } from './loadlens.mjs';

export async function sendShare(context, events) {
  const told = [];
  await runShare(context.vars.$testId, (name, value) => {
    const facts = /^loadlens\\.facts\\.\\w+\\.0\\.(.*)/.exec(name);
    if (facts?.[1].startsWith('{"number":' + process.env.LOADLENS_TEST_FAILS + ',')) throw new Error('Failed on purpose.');
    told.push([name, value]);
    events.emit('counter', name, value);
  });
  writeFileSync(new URL('told-' + randomUUID() + '.json', import.meta.url), JSON.stringify({ told, threadId }));
}
`;

/** What one virtual user has told. */
export interface Told {
  readonly told: readonly (readonly [name: string, value: number])[];
  readonly threadId: number;
}

/** A project in a folder of the test's. */
export interface Project {
  readonly folder: string;
  /** Runs it as people do, on a machine that seems to have so many processors. */
  run(cpus: number, env?: Record<string, string>): Promise<Outcome>;
  readonly report: () => { readonly aggregate: { readonly counters: Record<string, number> } };
  readonly told: () => Told[];
  importRun(...options: string[]): Promise<Outcome>;
  /** The same files in another folder, as another machine has them. */
  copy(name: string): Project;
}

/** Exports the `endpoints.txt` of a folder. Artillery is where npx finds it without a network. */
export async function exportProject(cwd: string, name: string, options: readonly string[] = []): Promise<Project> {
  const exported = await runCli(['export', 'artillery', '--out', name, ...options], { cwd });
  if (exported.code !== 0) throw new Error(exported.stderr);
  const folder = join(cwd, name);
  symlinkSync(artilleryModules(), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'hook.mjs'), watchedHook);
  return projectIn(cwd, name);
}

function projectIn(cwd: string, name: string): Project {
  const folder = join(cwd, name);
  const preload = pathToFileURL(join(import.meta.dirname, 'cpus.mjs')).href;
  return {
    folder,
    run: (cpus, env = {}) =>
      start('npm', ['start'], {
        cwd: folder,
        env: { NODE_OPTIONS: `--import ${preload}`, LOADLENS_TEST_CPUS: String(cpus), ...env },
        input: '',
      }).finished,
    report: () => JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')),
    told: () =>
      readdirSync(folder)
        .filter((file) => file.startsWith('told-'))
        .map((file): Told => JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    importRun: (...rest) => runCli(['import', 'artillery', join(name, 'report.json'), ...rest], { cwd }),
    copy: (other) => {
      cpSync(folder, join(cwd, other), { recursive: true, verbatimSymlinks: true });
      return projectIn(cwd, other);
    },
  };
}
