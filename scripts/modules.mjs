// Prints the modules of each part by level. Fails on an import that points up or sideways, including type-only imports.
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** The parts with the levels of their modules, lowest first. A module imports from lower levels only, a file of a part that isn't in a folder is a module by itself. */
const parts = {
  'src/core': [
    ['errors', 'closest', 'extremes', 'format', 'schema'],
    ['vocabulary'],
    ['metrics'],
    ['comparison', 'values', 'failures'],
    ['endpoints'],
    ['plan'],
    ['record'],
    ['report'],
    ['scale-out'],
  ],
  'src/engine': [
    ['machine'],
    ['transport', 'tokens'],
    ['answers'],
    ['load'],
    ['warm'],
    [
      'precision',
      'saturation',
      'prompt-uses',
      'llm-requests',
      'discover-model',
      'prompt-tokens',
      'server-metrics',
      'loop-worker',
    ],
    ['run', 'send-once'],
    ['sweep', 'ab'],
    ['capacity-search'],
    ['suite'],
  ],
  src: [['core'], ['engine', 'servers', 'panel-protocol'], ['side-servers'], ['processes'], ['cli', 'extension']],
};

const moduleOf = (part, file) => posix.relative(part, file).split('/')[0].replace(/\.ts$/, '');

const importPattern = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Returns what is wrong with the imports of one part, a sentence each. */
function faultsOf(part, levels) {
  const levelOf = new Map(levels.flatMap((names, level) => names.map((name) => [name, level])));
  return globSync(`${part}/**/*.ts`)
    .filter((file) => !file.endsWith('.d.ts'))
    .flatMap((file) => {
      const from = moduleOf(part, file);
      if (!levelOf.has(from)) return [`${file}: the module "${from}" has no level in scripts/modules.mjs.`];
      return [...readFileSync(file, 'utf8').matchAll(importPattern)].flatMap(([, name]) => {
        const target = posix.join(posix.dirname(file), name);
        const to = moduleOf(part, target);
        if (to === '..' || to === from || !target.startsWith(`${part}/`)) return [];
        return (levelOf.get(to) ?? Infinity) < levelOf.get(from)
          ? []
          : [`${file}: imports ${target}, which isn't below it.`];
      });
    });
}

const faults = Object.entries(parts).flatMap(([part, levels]) => {
  console.log(`${part}: ${levels.map((names) => names.join(' ')).join(' < ')}`);
  return faultsOf(part, levels);
});
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
