import { liveSummaryOf } from '../../core/metrics/summary.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import { loadLoopback, plainAnswer, type LoopbackLoad } from './loopback.ts';
import type { LoopKind } from '../load/loops/loop.ts';
import type { SideThread } from '../machine/side-thread.ts';

const streamEvents = [
  ...['a', 'few', 'tokens', 'of', 'a', 'stream'].map((text) => JSON.stringify({ choices: [{ index: 0, text }] })),
  '[DONE]',
].map((data) => `data: ${data}\n\n`);
const streamAnswer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${streamEvents
    .map((event) => `${event.length.toString(16)}\r\n${event}\r\n`)
    .join('')}0\r\n\r\n`,
);

/** An answer as servers that make it while they send it give it, with some headers more. */
const chunkedAnswer = Buffer.from(
  'HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
);

/**
 * What takes the code to where it stays. A function is compiled for good only after some thousands of calls; and what was
 * compiled for one loop alone, or for one kind of answer, is thrown away when another comes, so there are several.
 */
const loads: Readonly<Record<RunPlan['loadModel'] | 'streams', readonly LoopbackLoad[]>> = {
  closed: [
    { concurrency: 16, requests: 4_000, limitMs: 150, answer: plainAnswer },
    { concurrency: 64, requests: 4_000, limitMs: 150, answer: chunkedAnswer },
    { concurrency: 16, requests: 3_000, limitMs: 150, answer: plainAnswer },
  ],
  open: [
    { concurrency: 16, requests: 1_500, limitMs: 100, ratePerS: 20_000, answer: plainAnswer },
    { concurrency: 16, requests: 1_500, limitMs: 100, ratePerS: 20_000, answer: chunkedAnswer },
  ],
  streams: [
    { concurrency: 16, requests: 500, limitMs: 150, answer: streamAnswer, dialect: 'openai' },
    { concurrency: 16, requests: 500, limitMs: 150, answer: streamAnswer, dialect: 'openai' },
  ],
};

/** So often the numbers are worked out after each, as they are while a run goes on. */
const snapshots = 10;

/** What this thread has been warmed with. */
const done = new Set<string>();

/**
 * Runs requests through a loop like the one that is to send, against a socket of our own, so that the code is compiled when the
 * clock starts: without it the first requests of a run are measured several times too slow, and the compiler takes turns with
 * the later ones. Once per thread is enough. Touches no target. Rejects when this machine has no port or socket left for it.
 */
export async function warmCode(
  side: SideThread,
  { transport, loadModel, streams }: LoopKind,
  signal: AbortSignal,
): Promise<void> {
  for (const kind of ['closed' as const, loadModel, ...(streams ? ['streams' as const] : [])]) {
    const what = `${transport} ${kind}`;
    if (done.has(what)) continue;
    for (const load of loads[kind]) {
      const { state, summaryOptions, failures } = await loadLoopback(side, transport, load, signal);
      if (signal.aborted) return;
      if (state.run.successes.count === 0) throw new Error(failures[0]?.text ?? 'no request was answered');
      for (let i = 0; i < snapshots; i += 1) liveSummaryOf(state, summaryOptions);
    }
    done.add(what);
  }
}
