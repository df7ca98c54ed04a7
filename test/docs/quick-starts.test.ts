import { equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freshFolder, runCli, startCli, type Running } from '../cli/spawn.ts';
import { freePort } from '../support/free-port.ts';
import { stepsOf } from './page.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** The words of a command line: quotes group, nothing else has a meaning. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

describe('quick starts', function () {
  this.timeout(120_000);
  const folder = freshFolder();
  const servers: Running[] = [];
  afterEach(async () => {
    for (const { child } of servers) child.kill('SIGTERM');
    await Promise.all(servers.splice(0).map(({ finished }) => finished));
  });

  for (const page of ['quick-start-cli.md', 'quick-start-llm.md']) {
    it(`${page}: each command does what the page says`, async () => {
      const port = String(await freePort());
      const here = (text: string): string => text.replaceAll('5000', port);
      const steps = stepsOf(readFileSync(path.join(docs, page), 'utf8'));
      ok(steps.filter(({ kind }) => kind === 'command').length >= 3, 'the page has commands');
      for (const step of steps) {
        if (step.kind === 'file') {
          writeFileSync(path.join(folder.path, step.name), here(step.text));
          continue;
        }
        const [program, ...args] = wordsOf(here(step.line));
        equal(program, 'loadlens');
        if (step.background) {
          const server = startCli(args, { cwd: folder.path });
          servers.push(server);
          await server.printed(/listening on/);
          continue;
        }
        const { code, stdout, stderr } = await runCli(args, { cwd: folder.path });
        equal(code, step.exitCode, `${step.line}\n${stderr}`);
        match(stdout, /^\*\*\* (Results|Sweep) \*\*\*/);
        for (const [, file = ''] of step.line.matchAll(/--(?:json|html) (\S+)/g))
          ok(existsSync(path.join(folder.path, file)), file);
      }
    });
  }
});

describe('links of the documentation', () => {
  const pages = [
    'README.md',
    'quick-start-editor.md',
    'quick-start-cli.md',
    'quick-start-llm.md',
    'first-result.md',
    'editor.md',
    'cookbook.md',
    'troubleshooting.md',
    'glossary.md',
    'methodology.md',
  ];
  for (const page of pages) {
    it(`${page}: lead to a page and a heading that exist`, () => {
      const text = readFileSync(path.join(docs, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^https?:/.test(link));
      for (const link of links) {
        const [file = '', heading] = link.split('#');
        const target = file === '' ? page : file;
        ok(existsSync(path.join(docs, target)), link);
        if (heading === undefined) continue;
        ok(headingsOf(readFileSync(path.join(docs, target), 'utf8')).includes(heading), link);
      }
    });
  }
});

/** The anchors of a Markdown page's headings. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
