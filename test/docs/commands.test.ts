import { equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freshFolder, runCli, startCli, type Running } from '../cli/spawn.ts';
import { freePort } from '../../src/side-servers/ready.ts';
import { stepsOf } from './page.ts';
import { startStandIn } from './stand-ins.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** Returns the words of a command line. Quotes group words; nothing else has a meaning. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** Returns the variables and the `loadlens` arguments of `NAME=value loadlens run …`. */
function commandOf(line: string): { env: Record<string, string>; args: string[] } {
  const words = wordsOf(line);
  const start = words.indexOf('loadlens');
  ok(start >= 0, line);
  const env = Object.fromEntries(words.slice(0, start).map((word) => word.split('=', 2)));
  return { env, args: words.slice(start + 1) };
}

/** What a command line other than a plain run prints. */
const expected: readonly (readonly [line: RegExp, output: RegExp])[] = [
  [/ baseline set /, /^Wrote /],
  [/ ab | --against /, /worse|better|changed|same|inconclusive/],
  [/ --repeat /, /^\d+ runs:/],
];

/** Returns the report files of a command line. */
const filesOf = (line: string): string[] =>
  [...line.matchAll(/--(?:json|html|md|csv|junit) (\S+)/g)].map(([, file = '']) =>
    line.includes('--repeat') ? file.replace('.', '-1.') : file,
  );

describe('commands of the documentation', function () {
  this.timeout(480_000);
  const folder = freshFolder();
  const servers: Running[] = [];

  /** Starts a server and waits until it is ready. */
  async function serve(args: readonly string[]): Promise<void> {
    const server = startCli(args, { cwd: folder.path });
    servers.push(server);
    await server.printed(/listening on/);
  }

  /** Follows the steps of a page. `here` replaces its addresses. Returns the number of its commands. */
  async function follow(page: string, here: (text: string) => string): Promise<number> {
    const steps = stepsOf(readFileSync(path.join(docs, page), 'utf8'));
    for (const step of steps) {
      if (step.kind === 'file') {
        writeFileSync(path.join(folder.path, step.name), here(step.text));
      } else if (step.background) {
        await serve(commandOf(here(step.line)).args);
      } else {
        const { env, args } = commandOf(here(step.line));
        const { code, stdout, stderr } = await runCli(args, { cwd: folder.path, env });
        equal(code, step.exitCode, `${step.line}\n${stderr}`);
        match(
          stdout,
          expected.find(([form]) => form.test(step.line))?.[1] ??
            /Success ratio: 100\.00%|^Completed: [^]*\*\*\* Sweep \*\*\*/,
        );
        filesOf(step.line).forEach((file) => ok(existsSync(path.join(folder.path, file)), file));
      }
    }
    return steps.filter(({ kind }) => kind === 'command').length;
  }

  /** Makes the folder a repository with the server that a page shows. */
  function commitServer(page: string): void {
    const steps = stepsOf(readFileSync(path.join(docs, page), 'utf8'));
    const server = steps.find((step) => step.kind === 'file' && step.name === 'server.mjs');
    ok(server?.kind === 'file');
    writeFileSync(path.join(folder.path, server.name), server.text);
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder.path });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
  }

  afterEach(async () => {
    for (const { child } of servers) child.kill('SIGTERM');
    await Promise.all(servers.splice(0).map(({ finished }) => finished));
  });

  for (const page of ['quick-start-cli.md', 'quick-start-llm.md']) {
    it(`${page}: each command does what the page says`, async () => {
      const port = String(await freePort());
      ok((await follow(page, (text) => text.replaceAll('5000', port))) >= 3, 'the page has commands');
    });
  }

  it('endpoints-file.md: each example runs', async () => {
    const port = String(await freePort());
    await serve(['serve', 'mock', '--port', port]);
    await follow('endpoints-file.md', (text) => text.replaceAll('5000', port));
    writeFileSync(path.join(folder.path, 'prompts.txt'), 'Tell me a story.\nTell me a joke.\n');
    for (const name of ['list', 'weights', 'body', 'rate', 'chat']) {
      const env = { LOADLENS_SECRET_API_KEY: '0123456789' };
      const { stdout, stderr } = await runCli(['run', `${name}.endpoints`], { cwd: folder.path, env });
      match(stdout, /Success ratio: 100\.00%/, `${name}\n${stderr}`);
    }
  });

  it('cookbook.md: each recipe does what the page says', async () => {
    const port = String(await freePort());
    await serve(['serve', 'mock', '--port', port, '--max-concurrent-requests', '100', '--time-scale', '0.01']);
    commitServer('cookbook.md');
    const standIn = await startStandIn();
    try {
      const commands = await follow('cookbook.md', (text) =>
        text
          .replaceAll('http://127.0.0.1:8000', `http://127.0.0.1:${port}`)
          .replaceAll(/http:\/\/127\.0\.0\.1:(8080|8081|11434)|https:\/\/staging\.example\.com/g, standIn.url),
      );
      equal(commands, 15);
    } finally {
      await standIn.close();
    }
  });
});
