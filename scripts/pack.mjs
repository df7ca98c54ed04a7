// Makes loadlens-<version>.tgz, the command line as an npm package without dependencies: `npx ./loadlens-<version>.tgz run`.
// The GPT-2 server is in it without its native runtime, onnxruntime-node, which `npm install` adds on request.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';

process.chdir(resolve(import.meta.dirname, '..'));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = 'out/npm';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

execFileSync(process.execPath, ['esbuild.mjs', '--production'], { stdio: 'inherit' });
// What the command line imports, and what it starts by name.
const { metafile } = await esbuild.build({
  entryPoints: ['cli', 'loop-worker'].map((name) => `dist/${name}.js`),
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  outdir: 'out',
  metafile: true,
  logLevel: 'silent',
});
const files = Object.keys(metafile.inputs).filter((path) => path.startsWith('dist/'));
for (const name of readdirSync('dist/vocabularies')) files.push(`dist/vocabularies/${name}`);
for (const path of [...files, 'dist/scale-out.js.br', 'dist/third-party-notices.txt', 'LICENSE'])
  cpSync(path, join(folder, path));
for (const name of readdirSync('dist/gpt2').filter((file) => /\.(js|txt)$/.test(file))) {
  cpSync(join('dist/gpt2', name), join(folder, 'dist/gpt2', name));
}
writeFileSync(
  join(folder, 'README.md'),
  `# Loadlens

Benchmarks HTTP and LLM endpoints from a plain text file.

\`\`\`
npx loadlens serve mock --port 5000 &
echo http://127.0.0.1:5000/hello > endpoints.txt
npx loadlens run endpoints.txt --html result.html
\`\`\`

\`npx loadlens --help\` lists the commands. \`loadlens serve gpt2\` needs a native runtime: \`npm install onnxruntime-node@${manifest.devDependencies['onnxruntime-node']}\`.
`,
);
const { name, version, description, keywords, license, type, bin } = manifest;
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify(
    {
      name,
      version,
      description,
      keywords,
      license,
      type,
      bin,
      engines: { node: manifest.engines.node },
      peerDependencies: { 'onnxruntime-node': manifest.devDependencies['onnxruntime-node'] },
      peerDependenciesMeta: { 'onnxruntime-node': { optional: true } },
    },
    null,
    2,
  )}\n`,
);
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', '.', `./${folder}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  }),
);
console.log(`${packed.filename}: ${packed.entryCount} files, ${(packed.size / 1000).toFixed(0)} kB`);
