import { jsonText } from '../report/formats/json.ts';
import type { SharedLoad } from './load.ts';
import { readme } from './readme.ts';

/** The release of Artillery that projects are made for and tested with. */
export const artilleryVersion = '2.0.34';

/** Names of the files that are not text of ours: the bundled engine, and what comes out. */
export const engineFile = 'loadlens.mjs';
export const loadFile = 'load.json';

/** A file of a project. */
export interface ProjectFile {
  readonly name: string;
  readonly text: string;
}

/** An Artillery project that sends a load, all but the engine, which whoever writes it puts beside them as `engineFile`. */
export function projectFiles(load: SharedLoad): readonly ProjectFile[] {
  return [
    { name: 'README.md', text: readme(load, artilleryVersion) },
    { name: 'artillery.yml', text: script(load) },
    { name: 'hook.mjs', text: hook },
    { name: loadFile, text: jsonText(load) },
    { name: 'package.json', text: jsonText(manifest) },
    { name: 'start.mjs', text: start(load) },
    { name: '.gitignore', text: 'report*.json\nnode_modules\n.env*\n' },
  ];
}

/**
 * One virtual user for each share. Not `arrivalCount`: that one Artillery leaves to a single worker. One second is the shortest
 * phase there is; the shares wait for each other and begin together.
 */
const script = ({ shares }: SharedLoad): string => `# Artillery's part: one virtual user for each share of the load.
config:
  # Artillery wants a target. Where requests go stands in load.json.
  target: http://localhost
  processor: ./hook.mjs
  includeFiles:
    - ./${engineFile}
    - ./${loadFile}
  phases:
    - name: shares
      duration: 1
      arrivalRate: ${shares}
scenarios:
  - name: share
    flow:
      - function: sendShare
`;

const hook = `// Artillery calls this for each virtual user: one share of the load. Loadlens' engine sends it and measures; what it knows
// then becomes counters, which Artillery adds up over all workers.
import { runShare } from './${engineFile}';

export async function sendShare(context, events) {
  await runShare(context.vars.$testId, (name, value) => events.emit('counter', name, value));
}
`;

/**
 * No dependencies: workers in clouds install what stands here, and Artillery, some 460 MB, is there already. npm's scripts stay
 * off: Artillery needs none.
 */
const manifest = { private: true, type: 'module', scripts: { start: 'node start.mjs' } };

const start = ({
  shares,
}: SharedLoad): string => `// Fetches Artillery and runs it: npm start, or npm start -- run-fargate --region eu-west-1
import { spawn } from 'node:child_process';

const [command = 'run', ...options] = process.argv.slice(2);
const count = command === 'run' || options.includes('--count') ? [] : ['--count', '${shares}'];
// Quiet, for it would print thousands of counters.
const words = ['artillery@${artilleryVersion}', command, ...count, '--quiet', '--output', 'report.json', ...options, 'artillery.yml'];
console.log('npx ' + words.join(' '));
const artillery = spawn('npx', ['--yes', ...words], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', npm_config_ignore_scripts: 'true' },
});
artillery.on('error', ({ message }) => {
  console.error('npx could not be started: ' + message);
  process.exitCode = 1;
});
artillery.on('exit', (code) => {
  process.exitCode = code ?? 1;
  if (code === 0) console.log('Now: loadlens import artillery report.json');
});
`;
