// Shows Loadlens at work: mock server, benchmark of the sample endpoints file, reports. The last part of `npm start`.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const cli = resolve('dist/cli.js');
/** The sample's address, and how much faster than in life its server answers. */
const sampleAddress = /127\.0\.0\.1:5000|localhost:5000/g;
const timeScale = 0.1;
/** Enough for a reliable 95th percentile of every target. */
const amount = ['--requests', '1000', '--concurrency', '10'];

let current;
let stopped = false;
// The children are out of the terminal's reach, so that each signal comes to one of them and only once: a second one would
// end the run without its result. The server ends when the run has.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopped = true;
    current?.kill(signal);
  });
}

/** Starts the command line with these arguments. */
function start(args, stdout, cwd) {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['inherit', stdout, 'inherit'],
    cwd,
    detached: process.platform !== 'win32',
  });
  current = child;
  return { child, exit: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ? 130 : code))) };
}

/** The address in the ready line of the mock server. */
async function addressOf({ child, exit }) {
  void exit.then(() => child.stdout.destroy());
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    const address = /http:\/\/(\S+)/.exec(text)?.[1];
    if (address && text.includes('\n')) {
      console.log(text.trim());
      return address;
    }
  }
  return undefined;
}

const folder = await mkdtemp(join(tmpdir(), 'loadlens-demo-'));
const server = start(
  ['serve', 'mock', '--port', '0', '--max-concurrent-requests', '100', '--time-scale', `${timeScale}`],
  'pipe',
);
try {
  const address = await addressOf(server);
  if (!address) throw new Error('The mock server did not start.');
  const sample = await readFile('media/samples/endpoints.txt', 'utf8');
  await writeFile(join(folder, 'endpoints.txt'), sample.replaceAll(sampleAddress, address));
  await mkdir('results', { recursive: true });

  console.log(
    `Its sleeps last ${timeScale} of their time.\nloadlens run media/samples/endpoints.txt ${amount.join(' ')}\n`,
  );
  const [html, json] = ['html', 'json'].map((kind) => resolve(`results/loadlens-demo.${kind}`));
  const run = start(['run', ...amount, '--html', html, '--json', json], 'inherit', folder);
  process.exitCode = await run.exit;
  if (process.exitCode !== 1 && process.exitCode !== 2) {
    console.log(`
Open the HTML report in a browser; the JSON has the same numbers for programs.

The extension in an editor, one of:
  press F5 with this folder open in VS Code
  code --extensionDevelopmentPath="${process.cwd()}"
  npm run package, then "Extensions: Install from VSIX…" with the file that it makes
Then open media/samples/endpoints.txt and press ▶.`);
  }
} finally {
  server.child.kill('SIGTERM');
  await server.exit;
  await rm(folder, { recursive: true });
}
if (stopped) process.exitCode = 130;
