// Compares the GPT-2 server with transformers.js `generate` and PyTorch:
// `npm run bench:gpt2 [-- --rounds 3 --threads 2 --dtypes fp32,q8]`. Needs `npm run build`.
// All take turns within each round, so that a slower machine affects all of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { readBandwidth } from './gpt2/bandwidth.ts';
import { ourServer, pyTorch, transformersGenerate, workload, type Contender, type Level } from './gpt2/contenders.ts';

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    dtypes: { type: 'string', default: 'fp32,q8' },
    peers: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const rounds = Number(given.rounds);
const threads = Number(given.threads);
const dtypes = v.parse(v.array(v.picklist(['fp32', 'q8', 'q4'])), given.dtypes.split(','));
const concurrencies = [1, 2, 4, 8];
/** As the reference: five or six requests a level, more only where each of many clients needs a few. */
const requestsAt = (concurrency: number) => Math.max(6, 2 * concurrency);
/** Bytes of weights that one step reads: all linear layers and the head, once. */
const weights = 12 * (4 * 768 * 768 + 8 * 768 * 768) + 50_257 * 768;
const bytesPerWeight = { fp32: 4, q8: 1 + 4 / 64, q4: 0.5 + 4 / 64 };

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
};

const folder = mkdtempSync(join(tmpdir(), 'loadlens-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const contenders: Contender[] = [];
for (const dtype of dtypes) {
  const options = { model: 'synthetic', dtype, threads, maxBatch: 16, cacheDir: join(folder, 'cache') };
  // The first start creates the model. The memory of the second one counts.
  (await ourServer(options)).stop();
  contenders.push(await ourServer(options));
}
if (given.peers) {
  contenders.push(await transformersGenerate(join(folder, 'plain'), threads));
  const torch = await pyTorch(threads);
  if (torch === undefined) console.log('PyTorch is not installed (Debian: apt-get install python3-torch).');
  else contenders.push(torch);
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${threads} threads; ${workload.newTokens} new tokens, rounds: ${rounds}`,
);
for (const contender of contenders) await contender.level(1, 2);
const levels = new Map<string, Level[]>();
const bandwidths: number[] = [];
const keyOf = (contender: Contender, concurrency: number) => `${contender.name} ${concurrency}`;
for (let round = 0; round < rounds; round++) {
  bandwidths.push(await readBandwidth(threads));
  for (const concurrency of concurrencies) {
    // The order rotates, so that no contender always follows the same one.
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round) % contenders.length];
      if (contender === undefined) continue;
      const level = await contender.level(concurrency, requestsAt(concurrency));
      const key = keyOf(contender, concurrency);
      levels.set(key, [...(levels.get(key) ?? []), level]);
    }
  }
}

const levelsOf = (contender: Contender, concurrency: number) => levels.get(keyOf(contender, concurrency)) ?? [];
const rate = (contender: Contender, concurrency: number) =>
  median(levelsOf(contender, concurrency).map(({ tokensPerS }) => tokensPerS));
const ttft = (contender: Contender, concurrency: number) =>
  median(levelsOf(contender, concurrency).flatMap(({ ttftMs }) => ttftMs));
const row = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(32) : String(cell).padStart(10))).join(''));

console.log('\ntokens/s, median of the rounds');
row(['concurrency', ...concurrencies, 'RSS MB']);
for (const contender of contenders)
  row([
    contender.name,
    ...concurrencies.map((n) => rate(contender, n).toFixed(1)),
    contender.rssMb()?.toFixed(0) ?? '–',
  ]);
console.log('\ntime to first token, p50, ms');
for (const contender of contenders.filter(({ name }) => name.startsWith('ours')))
  row([contender.name, ...concurrencies.map((n) => ttft(contender, n).toFixed(1))]);

const bandwidth = median(bandwidths);
console.log(`\nread bandwidth, ${threads} threads: ${(bandwidth / 1e9).toFixed(1)} GB/s`);
const torch = contenders.find(({ name }) => name.startsWith('PyTorch'));

/** Prints a figure with its goal. */
function goal(what: string, value: number, sign: '≥' | '≤', wanted: number, digits = 2): void {
  const reached = sign === '≥' ? value >= wanted : value <= wanted;
  row([what, value.toFixed(digits), `${sign} ${wanted}`, reached ? 'reached' : 'short']);
}

const goals = {
  fp32: { torch: [1.4, 2, 3.5, 6], efficiency: 75, roofline: 80, rssMb: 780 },
  q8: { torch: [3, 4.2, 6.5, 9], efficiency: 60, roofline: 50, rssMb: 450 },
};
for (const dtype of dtypes) {
  const ours = contenders.find(({ name }) => name === `ours ${dtype}`);
  if (ours === undefined || dtype === 'q4') continue;
  const { torch: ratios, efficiency, roofline, rssMb } = goals[dtype];
  console.log(`\n${ours.name}`);
  for (const [i, n] of concurrencies.entries())
    if (torch) goal(`against PyTorch at ${n}`, rate(ours, n) / rate(torch, n), '≥', ratios[i] ?? NaN);
  goal('scaling efficiency at 4, %', (rate(ours, 4) / rate(ours, 1) / 4) * 100, '≥', efficiency, 0);
  const read = rate(ours, 1) * weights * bytesPerWeight[dtype];
  goal('share of the roofline at 1, %', (read / bandwidth) * 100, '≥', roofline, 0);
  if (dtype === 'q8') {
    goal('TTFT p50 at 1, ms', ttft(ours, 1), '≤', 30, 1);
    goal('TTFT p50 at 4, ms', ttft(ours, 4), '≤', 80, 1);
  }
  goal('RSS, MB', ours.rssMb() ?? NaN, '≤', rssMb, 0);
  const times = await ours.times?.();
  if (times) goal('our JavaScript in a step, %', (1 - times.runtime / times.step) * 100, '≤', 5);
  const failed = concurrencies.flatMap((n) => levelsOf(ours, n)).reduce((sum, level) => sum + level.failed, 0);
  goal('failed requests', failed, '≤', 0, 0);
}
for (const contender of contenders) contender.stop();
