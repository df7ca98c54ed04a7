// Collects every text that the extension and the panel show by l10n.t into l10n/bundle.l10n.json, the source for translators.
// node scripts/l10n.mjs writes it, with --check it only says whether it is up to date. Node 22.18 or newer.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { translatable } from '../src/core/report/words/outcome-words.ts';

const root = path.resolve(import.meta.dirname, '..');
const bundle = path.join(root, 'l10n/bundle.l10n.json');

/** The first argument of each `t(…)` or `l10n.t(…)`: one string literal, which is also its key. */
const call = /(?<![\w.])(?:l10n\.)?t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;

/** Every text in the sources, and the words for outcomes that they share with the reports, sorted. */
function collectTexts() {
  const files = globSync(['src/extension/**/*.ts', 'webview/**/*.ts'], { cwd: root });
  const texts = files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(call)].map((match) =>
      (match[1] ?? match[2] ?? '').replaceAll(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter)),
    ),
  );
  return Object.fromEntries(
    [...new Set([...texts, ...translatable])].toSorted((a, b) => (a < b ? -1 : 1)).map((text) => [text, text]),
  );
}

const wanted = `${JSON.stringify(collectTexts(), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(bundle, wanted);
} else if (readFileSync(bundle, 'utf8') !== wanted) {
  console.error('l10n/bundle.l10n.json is out of date: node scripts/l10n.mjs');
  process.exitCode = 1;
}
