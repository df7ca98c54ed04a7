// Makes loadlens-<version>.vsix, checks what went into it and prints its size.
import { createVSIX, listFiles } from '@vscode/vsce';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const mostBytes = 1_000_000;
/** Everything that may be in the package; whatever else turns up is a mistake. */
const allowed = [
  /^(package|package\.nls|package\.nls\.[a-z-]+|language-configuration)\.json$/,
  /^(README\.md|CHANGELOG\.md|LICENSE|NOTICE)$/,
  /^dist\/(?!.*\.map$)/,
  /^l10n\/[^/]+\.json$/,
  /^syntaxes\/[^/]+\.json$/,
  /^media\//,
];

process.chdir(resolve(import.meta.dirname, '..'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const packagePath = `loadlens-${version}.vsix`;
// vsce runs vscode:prepublish: the production build.
// Links in the README stay relative: they lead into the package itself.
await createVSIX({ packagePath, dependencies: false, rewriteRelativeLinks: false, allowMissingRepository: true });
const files = await listFiles({ dependencies: false });
const { size } = statSync(packagePath);

const strangers = files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
const problems = [
  ...strangers.map((file) => `${file} does not belong into the package. Leave it out in .vscodeignore.`),
  ...(size >= mostBytes ? [`The package has ${size} bytes; the most is ${mostBytes}.`] : []),
];
for (const problem of problems) console.error(problem);
console.log(`${packagePath}: ${files.length} files, ${(size / 1000).toFixed(0)} kB`);
if (problems.length > 0) process.exitCode = 1;
