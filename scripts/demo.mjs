// Runs a benchmark of a sample endpoints file against the mock server and writes reports. The last part of `npm start`.
// With --gpt2, the server is the GPT-2 server.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const cli = resolve('dist/cli.js');
/** Factor for the delays of the mock server. */
const timeScale = 0.1;
const mockDemo = {
  name: 'mock',
  serve: ['--max-concurrent-requests', '100', '--time-scale', `${timeScale}`],
  sample: 'media/samples/endpoints.txt',
  /** Addresses in the sample that the server's address replaces. */
  addresses: /127\.0\.0\.1:5000|localhost:5000/g,
  /** Enough for a reliable p95 of every target. */
  amount: ['--requests', '1000', '--concurrency', '10'],
  note: `Delays are scaled to ${timeScale}×.`,
  report: 'loadlens-demo',
};
const gpt2Demo = {
  name: 'gpt2',
  serve: ['--model', 'synthetic', '--cache-dir', resolve('out/models')],
  sample: 'media/samples/gpt2.endpoints',
  addresses: /127\.0\.0\.1:5001|localhost:5001/g,
  amount: [],
  note: 'The weights are random, so the text is meaningless. The work is that of a real model.',
  report: 'loadlens-gpt2-demo',
};
const demo = process.argv.includes('--gpt2') ? gpt2Demo : mockDemo;

let current;
let stopped = false;
// The children are in their own process groups, so that a signal reaches only one of them, once: a second one would end the
// run without a result. The server ends after the run.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopped = true;
    current?.kill(signal);
  });
}

/** Starts the command line. */
function start(args, stdout, cwd) {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['inherit', stdout, 'inherit'],
    cwd,
    detached: process.platform !== 'win32',
  });
  current = child;
  return { child, exit: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ? 130 : code))) };
}

/** Returns the address in the ready line of the server. */
async function addressOf({ child, exit }) {
  void exit.then(() => child.stdout.destroy());
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    const address = /http:\/\/([\w.:]+)/.exec(text)?.[1];
    if (address && text.includes('\n')) {
      console.log(text.trim());
      return address;
    }
  }
  return undefined;
}

const folder = await mkdtemp(join(tmpdir(), 'loadlens-demo-'));
if (demo === gpt2Demo)
  console.log('The first start creates the model (180 MB in out/models). This takes some seconds.');
const server = start(['serve', demo.name, '--port', '0', ...demo.serve], 'pipe');
try {
  const address = await addressOf(server);
  if (!address) throw new Error("The server didn't start.");
  const sample = await readFile(demo.sample, 'utf8');
  const file = basename(demo.sample);
  await writeFile(join(folder, file), sample.replaceAll(demo.addresses, address));
  await mkdir('results', { recursive: true });

  console.log(`${demo.note}\nloadlens run ${[demo.sample, ...demo.amount].join(' ')}\n`);
  const [html, json] = ['html', 'json'].map((kind) => resolve(`results/${demo.report}.${kind}`));
  const run = start(['run', file, ...demo.amount, '--html', html, '--json', json], 'inherit', folder);
  process.exitCode = await run.exit;
  if (process.exitCode !== 1 && process.exitCode !== 2) {
    console.log(`
Open the HTML report in a browser. The JSON report has the same numbers for programs.

Next, in a terminal:
  npx loadlens --help

Next, in VS Code, one of:
  open this folder and press F5
  code --extensionDevelopmentPath="${process.cwd()}"
  npm run package, then Extensions: Install from VSIX…
Then open ${demo.sample} and select ▶ Run Benchmark.`);
  }
} finally {
  server.child.kill('SIGTERM');
  await server.exit;
  await rm(folder, { recursive: true });
}
if (stopped) process.exitCode = 130;
