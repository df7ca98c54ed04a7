import type { DialectName } from '../../core/endpoints/types.ts';
import type { SummaryOptions } from '../../core/metrics/summary.ts';
import { wholeLoad } from '../../core/plan/load/share.ts';
import type { TransportName } from '../../core/vocabulary.ts';
import { createCounters } from '../load/loops/counter.ts';
import { createEndSignal } from '../load/loops/end-signal.ts';
import { createLoop, type LoopResult } from '../load/loops/loop.ts';
import { sharedNow } from '../machine/shared-clock.ts';
import type { SideThread } from '../machine/side-thread.ts';

/** A load over loopback: number of requests, time limit, and concurrency. */
export interface LoopbackLoad {
  readonly concurrency: number;
  readonly requests: number;
  readonly limitMs: number;
  /** Arrival rate of the open model, requests/s; absent: closed model. */
  readonly ratePerS?: number;
  readonly dialect?: DialectName;
  /** Full response of the server, including the head. */
  readonly answer: Buffer;
}

/** Response with a small JSON body. */
export const plainAnswer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"output_tokens":1}',
);

/** Sends to a server in the side thread, over connections that are open when the clock starts. */
export async function loadLoopback(
  side: SideThread,
  transport: TransportName,
  { concurrency, requests, limitMs, ratePerS, dialect, answer }: LoopbackLoad,
  signal: AbortSignal,
): Promise<LoopResult & { readonly summaryOptions: SummaryOptions }> {
  const server = await side.serve(answer);
  const request = { method: 'GET', url: `http://127.0.0.1:${server.port}/`, headers: [] };
  const loop = createLoop(
    {
      plan: {
        ...(ratePerS === undefined
          ? { loadModel: 'closed' }
          : {
              loadModel: 'open',
              arrivals: 'constant',
              stages: [{ fromPerS: ratePerS, toPerS: ratePerS, durationS: null }],
            }),
        requests,
        durationS: limitMs / 1e3,
        concurrency,
        seed: 1,
        warmup: 0,
        timeoutMs: 1_000,
        drainMs: 100,
        maxRedirects: 0,
        coldStart: false,
        transport,
        objectives: [],
      },
      share: wholeLoad,
      targets: [{ ...request, name: 'loopback', weight: 1, objectives: [] }],
      requests: [{ ...request, ...(dialect && { dialect }) }],
      secrets: [],
      version: 'loopback',
      counters: createCounters(),
      endSignal: createEndSignal(),
    },
    {},
  );
  const cancel = (): void => loop.cancel();
  signal.addEventListener('abort', cancel);
  try {
    if (signal.aborted) cancel();
    await loop.prepare(concurrency);
    return { ...(await loop.send('run', sharedNow(), concurrency)), summaryOptions: loop.summaryOptions };
  } finally {
    signal.removeEventListener('abort', cancel);
    loop.close();
    server.close();
  }
}
