// Every bundle of Loadlens on one page. --production: minified, no source maps; --watch: rebuilds on change.
import * as esbuild from 'esbuild';
import { chmod, rm } from 'node:fs/promises';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** The extension host's bundle: the only one that may import vscode, so an import of it elsewhere fails right here. */
const extension = {
  ...common,
  entryPoints: ['src/extension/extension.ts'],
  outfile: 'dist/extension.cjs',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode'],
};

/** What runs in a Node process of its own. Chunks are shared: engine and undici are on disk once. */
const processes = {
  ...common,
  entryPoints: {
    cli: 'src/cli/main.ts',
    benchmark: 'src/processes/benchmark.ts',
    'mock-server': 'src/processes/mock-server.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  // Bundled CommonJS packages (undici) still call require for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
};

const webview = {
  ...common,
  entryPoints: { panel: 'webview/main.ts', 'panel-style': 'webview/panel.css' },
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
};

const builds = [extension, processes, webview];

if (watch) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(builds.map((options) => esbuild.build(options)));
  await chmod('dist/cli.js', 0o755);
}
