// Mutated responses through the parser and over sockets through both transports: no crash, no hang, equal outcomes, flat memory.
//   node bench/fuzz-responses.ts --count 1000000 --sockets 20000 --seed 1
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzzInMemory, fuzzOverSockets, type FuzzResult } from '../test/support/fuzz/fuzz-responses.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    sockets: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc');

const report = (what: string, { responses, outcomes, differences, heapGrowthMiB }: FuzzResult, ms: number): void => {
  const counts = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`);
  console.log(`${what}: ${responses} responses in ${(ms / 1_000).toFixed(1)} s (${counts.join(', ')})`);
  console.log(`  heap growth ${heapGrowthMiB?.toFixed(1) ?? '–'} MiB, differences ${differences.length}`);
  for (const difference of differences) console.log(`  ${difference}`);
  if (differences.length > 0) process.exitCode = 1;
};

const seed = Number(values.seed);
const startMs = performance.now();
report('memory', fuzzInMemory(Number(values.count), seed), performance.now() - startMs);
const socketsMs = performance.now();
report('sockets', await fuzzOverSockets(Number(values.sockets), seed), performance.now() - socketsMs);
