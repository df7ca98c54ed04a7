// Prompts of 50,000 tokens at concurrency 64 on the mock server, which must not make the client the limit.
//   node bench/long-prompts.ts [rounds]
// `chrt -r 20` in front keeps other work on this machine out of the results.
import { requestsOf, run } from '../test/support/run-input.ts';
import { startMock } from './servers/mock.ts';

const rounds = Number(process.argv[2] ?? 3);
const long = { tokens: 50_000, concurrency: 64, requests: 256 };

const server = await startMock('--prefix-caching --max-concurrent-requests 10000'.split(' '));
const { origin } = server;
const body = '{"model":"mock","messages":[{"role":"user","content":""}]}';
const target = (directives: readonly string[]): string =>
  `${directives.map((directive) => `# ${directive}\n`).join('')}# @stream true\nPOST ${origin}/v1/chat/completions?icl_ms=5\n\n${body}\n`;

let wrong = 0;
try {
  for (let round = 1; round <= rounds; round += 1) {
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
