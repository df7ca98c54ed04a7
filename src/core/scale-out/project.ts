import { jsonText } from '../report/formats/json.ts';
import type { SharedLoad } from './load.ts';
import { readme } from './readme.ts';

/** The Artillery release that projects are written for and tested with. */
export const artilleryVersion = '2.0.34';

/** Name of the bundled engine in a project. */
export const engineFile = 'loadlens.mjs';
/** Name of the file that holds the load. */
export const loadFile = 'load.json';

/** A file of a project. */
export interface ProjectFile {
  readonly name: string;
  readonly text: string;
}

/** Returns the files of an Artillery project that sends a load, except the engine: the caller adds it as `engineFile`. */
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
 * Returns Artillery's script: one virtual user per share. `arrivalCount` would start all of them in a single worker. One second
 * is the shortest phase; the shares wait for each other and start together.
 */
const script = ({ shares }: SharedLoad): string => `# Artillery's part: one virtual user for each share of the load.
config:
  # Artillery requires a target. The real ones are in load.json.
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

const hook = `// Artillery calls this for each virtual user, one share of the load. The Loadlens engine sends it and emits its
// measurements as counters, which Artillery adds up over all workers.
import { runShare } from './${engineFile}';

export async function sendShare(context, events) {
  await runShare(context.vars.$testId, (name, value) => events.emit('counter', name, value));
}
`;

/**
 * Without dependencies: cloud workers install those listed here, and they have Artillery (about 460 MB) already. Artillery needs
 * no npm scripts, so `start.mjs` switches them off.
 */
const manifest = { private: true, type: 'module', scripts: { start: 'node start.mjs' } };

const start = ({
  shares,
}: SharedLoad): string => `// Fetches Artillery and runs it: npm start, or npm start -- run-fargate --region eu-west-1
import { spawn } from 'node:child_process';

const [command = 'run', ...options] = process.argv.slice(2);
const count = command === 'run' || options.includes('--count') ? [] : ['--count', '${shares}'];
// Without --quiet, it prints thousands of counters.
const words = ['artillery@${artilleryVersion}', command, ...count, '--quiet', '--output', 'report.json', ...options, 'artillery.yml'];
console.log('npx ' + words.join(' '));
const artillery = spawn('npx', ['--yes', ...words], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', npm_config_ignore_scripts: 'true' },
});
artillery.on('error', ({ message }) => {
  console.error('npx failed to start: ' + message);
  process.exitCode = 1;
});
artillery.on('exit', (code) => {
  process.exitCode = code ?? 1;
  if (code === 0) console.log('Next: loadlens import artillery report.json');
});
`;
