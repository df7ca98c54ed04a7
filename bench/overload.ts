// Open model against a server that pauses for 4 s, over TCP and over TLS, whose connections must be reopened:
// `node bench/overload.ts [rounds]`. The server must see all 1,000 requests, and as many must time out over TLS as over TCP: a
// timeout runs from dispatch, not from when the request was due.
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../test/support/run-input.ts';
import { response, startScriptedServer } from '../test/support/scripted-server.ts';
import { whileTrusted } from '../test/support/trusted.ts';

const rounds = Number(process.argv[2] ?? 5);
const stall = { fromMs: 1_000, ms: 4_000 };
const plan = {
  loadModel: 'open' as const,
  stages: [{ fromPerS: 100, toPerS: 100, durationS: null }],
  requests: null,
  durationS: 10,
  concurrency: 20,
  timeoutMs: 1_000,
  coldStart: false,
};

async function measure(tls: boolean): Promise<{ seen: number; timeouts: number; others: number; unsent: number }> {
  let startedAtMs = Number.NaN;
  const server = await startScriptedServer(
    async ({ index, socket }) => {
      const now = performance.now();
      if (index === 0) startedAtMs = now;
      const intoMs = now - startedAtMs - stall.fromMs;
      if (intoMs >= 0 && intoMs < stall.ms) await sleep(stall.ms - intoMs);
      socket.write(response());
    },
    { tls },
  );
  const { errors, backlog } = await whileTrusted(() => run([server.url], { plan }));
  await server.close();
  const { timeout: timeouts = 0, ...rest } = errors;
  const others = Object.values(rest).reduce((sum, count) => sum + count, 0);
  return { seen: server.requests, timeouts, others, unsent: backlog?.unsent ?? 0 };
}

let wrong = 0;
for (let round = 1; round <= rounds; round += 1) {
  for (const tls of [false, true]) {
    const { seen, timeouts, others, unsent } = await measure(tls);
    if (seen !== 1_000 || others + unsent > 0) wrong += 1;
    console.log(
      `${round} ${tls ? 'TLS' : 'TCP'}: the server saw ${seen} of 1000; ${timeouts} timeouts, ${others} other errors, ${unsent} unsent`,
    );
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
