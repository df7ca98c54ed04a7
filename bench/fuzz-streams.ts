// Reads mutated responses of every dialect, each in three cuts: node --expose-gc bench/fuzz-streams.ts [count] [seed]
//   Defaults: 300000 and 1. Prints the outcomes.
import { parseArgs } from 'node:util';
import { fuzzStreams } from '../test/support/fuzz/fuzz-streams.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [count = 300_000, seed = 1] = positionals.map(Number);
const rounds = 10;

const heapMiB = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const outcomes: Record<string, number> = {};
let longestMs = 0;
const startedMs = performance.now();
for (let round = 0; round < rounds; round += 1) {
  const result = fuzzStreams(Math.ceil(count / rounds), seed + round);
  for (const [name, times] of Object.entries(result.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + times;
  longestMs = Math.max(longestMs, result.longestMs);
  console.log(`${(round + 1) * Math.ceil(count / rounds)} responses, heap ${heapMiB().toFixed(1)} MiB`);
}
console.log(
  `seed ${seed}: no crash, and no difference between cuts; longest ${longestMs.toFixed(1)} ms; ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
);
console.log(outcomes);
