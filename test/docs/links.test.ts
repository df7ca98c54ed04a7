import { ok } from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const pages = globSync(['*.md', 'docs/*.md', 'bench/results/*.md'], { cwd: root });

/** Returns the anchors of a Markdown page's headings. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Returns the relative links and images of a Markdown page, without those in code. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '`');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(?:https?|mailto):/.test(link));
}

describe('links of the documentation', () => {
  it('are found on more than 20 pages', () => ok(pages.length > 20));

  for (const page of pages) {
    it(`${page}: every link leads to an existing file and heading`, () => {
      for (const link of linksOf(readFileSync(path.join(root, page), 'utf8'))) {
        const [file = '', heading] = link.split('#');
        const target = file === '' ? path.join(root, page) : path.resolve(root, path.dirname(page), file);
        ok(existsSync(target), link);
        if (heading !== undefined) ok(headingsOf(readFileSync(target, 'utf8')).includes(heading), link);
      }
    });
  }
});
