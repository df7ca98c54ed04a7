// Writes loadlens-<version>.vsix, checks its content, and prints its size. With `--target linux-x64`, it writes the package for
// that platform, which includes the GPT-2 server with its native part, and the vocabularies of tokenizers.
import { createVSIX, listFiles } from '@vscode/vsce';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nativeFolder, nativeTargets } from './native.mjs';

const { target } = parseArgs({ options: { target: { type: 'string' } } }).values;
if (target !== undefined && !nativeTargets.includes(target)) {
  console.error(`No package for ${target}. Use one of ${nativeTargets.join(', ')}, or omit --target.`);
  process.exit(2);
}

const mostBytes = target === undefined ? 1_000_000 : 30_000_000;
/** Files that the package may contain. */
const allowed = [
  /^(package|language-configuration)\.json$/,
  /^(README\.md|CHANGELOG\.md|LICENSE|NOTICE)$/,
  /^dist\/(?!gpt2\/|vocabularies\/)(?!.*\.map$)/,
  /^syntaxes\/[^/]+\.json$/,
  /^media\//,
];
if (target !== undefined) {
  const runtime = 'dist/gpt2/node_modules/onnxruntime-';
  allowed.push(
    /^dist\/vocabularies\/[^/]+\.br$/,
    /^dist\/gpt2\/[^/]+\.(js|txt)$/,
    new RegExp(`^${runtime}(node/package\\.json|node/dist/[^/]+\\.js|node/${nativeFolder(target)}/[^/]+)$`),
    new RegExp(`^${runtime}common/(package\\.json|dist/cjs/.*\\.(js|json))$`),
  );
}

process.chdir(resolve(import.meta.dirname, '..'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const packagePath = `loadlens-${target === undefined ? '' : `${target}-`}${version}.vsix`;
const options = { dependencies: false };
if (target !== undefined) {
  options.ignoreFile = resolve('out/platform.vscodeignore');
  mkdirSync('out', { recursive: true });
  writeFileSync(options.ignoreFile, `${readFileSync('.vscodeignore', 'utf8')}!dist/gpt2/**\n!dist/vocabularies/**\n`);
  process.env['LOADLENS_TARGET'] = target;
}
// vsce runs vscode:prepublish: the production build.
// Links in the README stay relative: they lead into the package itself.
await createVSIX({
  ...options,
  ...(target === undefined ? {} : { target }),
  packagePath,
  rewriteRelativeLinks: false,
  allowMissingRepository: true,
});
const files = await listFiles(options);
const { size } = statSync(packagePath);

const strangers = files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
const problems = [
  ...strangers.map((file) => `${file} doesn't belong in the package. Exclude it in .vscodeignore.`),
  ...(size >= mostBytes ? [`The package has ${size} bytes. The maximum is ${mostBytes}.`] : []),
];
for (const problem of problems) console.error(problem);
console.log(`${packagePath}: ${files.length} files, ${(size / 1000).toFixed(0)} kB`);
if (problems.length > 0) process.exitCode = 1;
