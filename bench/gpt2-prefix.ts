// Time to first token of the GPT-2 server with and without its prefix cache: `node bench/gpt2-prefix.ts [--rounds 8 --prefix 256]`.
// Both servers get the same prompts in turn: a common prefix and 16 tokens of their own. Needs `npm run build`.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOurServer } from './gpt2/our-server.ts';
import { medianOf } from './shared/statistics.ts';

const { values: given } = parseArgs({
  options: { rounds: { type: 'string', default: '8' }, prefix: { type: 'string', default: '256' } },
});
const prefixTokens = Number(given.prefix);
const ownTokens = 16;
const rounds = Number(given.rounds);

const folder = mkdtempSync(join(tmpdir(), 'loadlens-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const common = {
  model: 'synthetic',
  dtype: 'q8',
  threads: availableParallelism(),
  maxBatch: 4,
  cacheDir: folder,
} as const;
const plain = await startOurServer(common);
const cached = await startOurServer({ ...common, prefixCacheTokens: 4096 });

/** Returns the time to the first token in ms, the number of cached tokens, and the text. */
async function complete(url: string, prompt: readonly number[]) {
  const body = { prompt, max_tokens: 4, temperature: 0, ignore_eos: true, stream: true };
  const started = performance.now();
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...body, stream_options: { include_usage: true } }),
  });
  let ttftMs: number | undefined;
  const decoder = new TextDecoder();
  let events = '';
  for await (const chunk of response.body ?? []) {
    ttftMs ??= performance.now() - started;
    events += decoder.decode(chunk, { stream: true });
  }
  return {
    ttftMs: ttftMs ?? Number.NaN,
    cachedTokens: Number(/"cached_tokens":(\d+)/.exec(events)?.[1] ?? 0),
    text: [...events.matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece).join(''),
  };
}

const ttftMs = { plain: [] as number[], cached: [] as number[] };
let hits = 0;
let same = 0;
for (let round = 0; round <= rounds; round++) {
  const prompt = Array.from({ length: prefixTokens + ownTokens }, (_, i) =>
    i < prefixTokens ? (i * 37) % 50_000 : (round * 1_009 + i * 11) % 50_000,
  );
  const slow = await complete(plain.url, prompt);
  const fast = await complete(cached.url, prompt);
  // The first round fills the cache and warms up both servers.
  if (round === 0) continue;
  ttftMs.plain.push(slow.ttftMs);
  ttftMs.cached.push(fast.ttftMs);
  hits += fast.cachedTokens;
  if (slow.text === fast.text) same++;
}
const [before, after] = [medianOf(ttftMs.plain), medianOf(ttftMs.cached)];
console.log(`Prompts of ${prefixTokens + ownTokens} tokens, ${prefixTokens} of them in common; ${rounds} rounds, q8`);
console.log(`TTFT p50: ${before.toFixed(0)} ms without the cache, ${after.toFixed(0)} ms with it`);
console.log(`Ratio: ${(before / after).toFixed(1)}; cached tokens per prompt: ${(hits / rounds).toFixed(0)}`);
console.log(`Same text: ${same} of ${rounds}`);
for (const { server } of [plain, cached]) server.send({ type: 'stop' });
