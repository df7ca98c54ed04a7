// Shows Loadlens at work: mock server, benchmark of the sample endpoints file, reports. The last part of `npm start`.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = 'dist/cli.js';
/** The sample's address, and how much faster than in life its server answers. */
const sampleAddress = /127\.0\.0\.1:5000|localhost:5000/g;
const timeScale = 0.1;

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
function start(args, stdout) {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['inherit', stdout, 'inherit'],
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
  const file = join(folder, 'endpoints.txt');
  await writeFile(file, sample.replaceAll(sampleAddress, address));
  await mkdir('results', { recursive: true });

  console.log(`Sleeps last ${timeScale} of their time. Sending the requests of media/samples/endpoints.txt …\n`);
  const reports = ['--html', 'results/loadlens-demo.html', '--json', 'results/loadlens-demo.json'];
  const run = start(['run', file, ...reports], 'inherit');
  process.exitCode = await run.exit;
  if (process.exitCode !== 1 && process.exitCode !== 2) {
    console.log(`
The reports are in results/: open loadlens-demo.html in a browser, or read loadlens-demo.json.

In an editor:
  code --extensionDevelopmentPath="${process.cwd()}"   opens VS Code with the extension (or press F5 in this folder)
  npm run package                                       makes the .vsix that "Install from VSIX…" takes
Then open media/samples/endpoints.txt and press ▶.`);
  }
} finally {
  server.child.kill('SIGTERM');
  await server.exit;
  await rm(folder, { recursive: true });
}
if (stopped) process.exitCode = 130;
