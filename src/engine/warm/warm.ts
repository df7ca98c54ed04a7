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

/** Chunked response with more headers, as sent by servers that generate it on the fly. */
const chunkedAnswer = Buffer.from(
  'HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
);

/**
 * Loads that bring the code to its final state. V8 compiles a function fully only after thousands of calls. It discards
 * code that was optimized for one loop or one kind of response when another comes, so there are several loads.
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

/** Number of times that the numbers are computed after each load, as during a run. */
const snapshots = 10;

/** Kinds of code that this thread has already warmed. */
const done = new Set<string>();

/**
 * Sends requests through a loop like the run's against a loopback server, so that the code is compiled when the clock
 * starts. Otherwise the first requests of a run take several times too long, and the compiler competes with the later
 * ones. Once per thread is enough. Sends nothing to a target. Rejects if no port or socket is free.
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
      if (state.run.successes.count === 0) throw new Error(failures[0]?.text ?? 'no response received');
      for (let i = 0; i < snapshots; i += 1) liveSummaryOf(state, summaryOptions);
    }
    done.add(what);
  }
}
