// Removes descriptions and documented limits from the schemas of bundles: no reader needs them.
import { readFile } from 'node:fs/promises';

const text = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
/** The first argument of `about` in src/core/schema.ts: a text, or an object of texts and numbers. */
const facts = new RegExp(String.raw`\babout\(\s*(?:${text}|\{(?:${text}|[^'"{}])*\}),`, 'g');

/** Returns a source with `about(facts, schema)` replaced by `(schema)`, on the same lines. */
export const withoutFacts = (source) => source.replaceAll(facts, (call) => `(${call.replaceAll(/[^\n]/g, '')}`);

/** @type {import('esbuild').Plugin} */
export const stripFacts = {
  name: 'strip-facts',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]core[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: withoutFacts(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
