// Two heavy loads on the mock server: a trace with shared prefixes, whose requests must leave on time, and prompts of 50,000
// tokens at concurrency 64, which must not make the client the limit.
//   node bench/llm-loads.ts [rounds]
// `chrt -r 20` in front keeps other work on this machine out of the results.
import { requestsOf, run } from '../test/support/run-input.ts';
import { startMock } from './servers/mock.ts';
import { createRandom } from './shared/random.ts';

const rounds = Number(process.argv[2] ?? 3);
const trace = { requests: 2_000, ratePerS: 100, blocks: 4, blockTokens: 512, mostLagMs: 1 };
const long = { tokens: 50_000, concurrency: 64, requests: 256 };

const server = await startMock('--prefix-caching --max-concurrent-requests 10000'.split(' '));
const { origin } = server;
const body = '{"model":"mock","messages":[{"role":"user","content":""}]}';
const target = (directives: readonly string[]): string =>
  `${directives.map((directive) => `# ${directive}\n`).join('')}# @stream true\nPOST ${origin}/v1/chat/completions?icl_ms=5\n\n${body}\n`;

/** Returns a trace in Mooncake's format: random arrivals, each with two of a few shared blocks in front of one of its own. */
function mooncake(seed: number): string {
  const { unit } = createRandom(seed);
  let atMs = 0;
  return Array.from({ length: trace.requests }, (_, index) => {
    atMs += (-Math.log1p(-unit()) * 1_000) / trace.ratePerS;
    const first = Math.floor(unit() * trace.blocks);
    const hashes = [first, trace.blocks + first, 1_000 + index];
    return JSON.stringify({
      timestamp: Math.round(atMs),
      input_length: 2 * trace.blockTokens + 100,
      output_length: 8,
      hash_ids: hashes,
    });
  }).join('\n');
}

let wrong = 0;
try {
  for (let round = 1; round <= rounds; round += 1) {
    const replay = await run(requestsOf(target(['@trace t.jsonl']), { 't.jsonl': mooncake(round) }), {
      plan: {
        loadModel: 'open',
        requests: null,
        concurrency: 1_000,
        trace: { file: 't.jsonl', speed: 1 },
        coldStart: false,
      },
    });
    const lag = replay.scheduleLagMs;
    const cached = (replay.cachedInputTokens ?? 0) / (replay.inputTokens ?? Number.NaN);
    if (replay.successes !== trace.requests || (lag.p99 ?? Infinity) >= trace.mostLagMs) wrong += 1;
    console.log(
      `${round} trace: ${replay.successes} of ${trace.requests} in ${(replay.totalMs / 1_000).toFixed(1)} s; lateness p50 ${lag.median?.toFixed(3)}, p99 ${lag.p99?.toFixed(3)}, max ${lag.max?.toFixed(2)} ms; ${(100 * cached).toFixed(1)}% of input tokens cached`,
    );
    const prompts = await run(requestsOf(target([`@input-tokens ${long.tokens}`, '@output-tokens 64'])), {
      plan: { requests: long.requests, concurrency: long.concurrency, coldStart: false },
    });
    if (prompts.successes !== long.requests || prompts.client.bound === 'client') wrong += 1;
    console.log(
      `${round} prompts of ${prompts.inputTokens === undefined ? '?' : Math.round(prompts.inputTokens / prompts.successes)} tokens: ${prompts.successes} of ${long.requests} in ${(prompts.totalMs / 1_000).toFixed(1)} s; bound: ${prompts.client.bound ?? 'none'}; event loop ${(100 * (prompts.client.loopUtilisation ?? 0)).toFixed(0)}%`,
    );
  }
} finally {
  await server.close();
}
process.exitCode = wrong === 0 ? 0 : 1;
