// 200 conversations of 5 turns, 64 at a time, against the mock server with a prefix cache, and as many requests of single prompts
// with the same streams: `node bench/conversations.ts [rounds]`. All must succeed, TTFT must follow the uncached tokens of each
// turn, and the client must not be the limit.
import type { PreparedRequest } from '../src/core/endpoints/types.ts';
import type { RunRecord } from '../src/core/record/run.ts';
import { requestsOf, run } from '../test/support/run-input.ts';
import { startMock } from './servers/mock.ts';

const rounds = Number(process.argv[2] ?? 3);
const chats = { conversations: 200, turns: 5, concurrency: 64, words: 32, answer: 32 };
const times = { ttftMs: 50, perTokenMs: 0.5, iclMs: 10 };

const server = await startMock('--prefix-caching --max-concurrent-requests 1000'.split(' '));
const { origin } = server;

let used = 0;
/** Returns words that no other text has. */
const text = (): string => Array.from({ length: chats.words }, () => `w${used++}`).join(' ');
const url = `${origin}/v1/chat/completions?ttft_ms=${times.ttftMs}&ttft_ms_per_token=${times.perTokenMs}&icl_ms=${times.iclMs}&tokens=${chats.answer}`;
const target = (file: string): string => `# @${file}\n# @stream true\nPOST ${url}\n\n{"model":"mock"}\n`;

function requests(kind: 'conversations' | 'prompts'): PreparedRequest[] {
  const lines = Array.from({ length: chats.conversations }, () => Array.from({ length: chats.turns }, text));
  return kind === 'conversations'
    ? requestsOf(target('conversations c.jsonl'), {
        'c.jsonl': lines.map((turns) => JSON.stringify({ turns })).join('\n'),
      })
    : requestsOf(target('prompts p.txt'), { 'p.txt': lines.flat().join('\n') });
}

/** Measures the CPU of this process during a run, µs per event. */
async function measure(
  kind: 'conversations' | 'prompts',
): Promise<{ readonly record: RunRecord; readonly us: number }> {
  const plan = { requests: chats.conversations * chats.turns, concurrency: chats.concurrency, coldStart: false };
  const prepared = requests(kind);
  const before = process.cpuUsage();
  const record = await run(prepared, { plan });
  const { user, system } = process.cpuUsage(before);
  return { record, us: (user + system) / record.outputTokens };
}

let wrong = 0;
try {
  for (let round = 1; round <= rounds; round += 1) {
    const { record, us } = await measure('conversations');
    const single = await measure('prompts');
    const { conversations, perTurn = [], client } = record;
    const isWhole =
      conversations?.completed === chats.conversations && record.successes === chats.conversations * chats.turns;
    if (!isWhole || client.bound === 'client') wrong += 1;
    console.log(
      `${round}: ${conversations?.completed} of ${chats.conversations} conversations completed in ${(record.totalMs / 1_000).toFixed(1)} s; bound: ${client.bound ?? 'none'}; event loop ${((client.loopUtilisation ?? 0) * 100).toFixed(0)}%`,
    );
    for (const { turn, requestsSent, inputTokens = 0, cachedInputTokens = 0, ttftMs } of perTurn) {
      const scheduled = times.ttftMs + (times.perTokenMs * (inputTokens - cachedInputTokens)) / requestsSent;
      console.log(
        `   turn ${turn}: ${requestsSent} requests, TTFT scheduled ${scheduled.toFixed(0)} ms, p50 ${ttftMs?.median?.toFixed(1)}, p95 ${ttftMs?.p95?.toFixed(1)} ms`,
      );
    }
    console.log(
      `   CPU per event, with the run's preparation: conversations ${us.toFixed(1)} µs, single prompts ${single.us.toFixed(1)} µs (${(us / single.us).toFixed(2)}×)`,
    );
  }
} finally {
  await server.close();
}
process.exitCode = wrong === 0 ? 0 : 1;
