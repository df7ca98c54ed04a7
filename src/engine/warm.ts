import type { TransportName } from '../core/plan/types.ts';
import { loadLoopback, plainAnswer, type LoopbackLoad } from './loopback.ts';
import type { SideThread } from './side-thread.ts';
import type { Lane, Origin, WireRequest } from './transport.ts';

/** So many at a time: more would overflow the backlog of a server that accepts slowly. */
const batchSize = 64;
/** A host that takes longer to connect to shows in the run itself. */
const connectLimitMs = 5_000;
/** Opened ahead of the clock at most, unless two per lane are more. */
const openedAhead = 1_024;

/** Opens connections ahead of the clock. Stops at the first that fails: the run itself shows what is wrong. */
export async function openConnections(pairs: readonly (readonly [lane: Lane, origin: Origin])[]): Promise<void> {
  for (let i = 0; i < pairs.length; i += batchSize) {
    const batch = Promise.all(pairs.slice(i, i + batchSize).map(([lane, origin]) => lane.connect(origin))).then(
      () => true,
      () => false,
    );
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<false>((resolve) => (timer = setTimeout(resolve, connectLimitMs, false)));
    const opened = await Promise.race([batch, limit]);
    clearTimeout(timer);
    if (!opened) return;
  }
}

/**
 * Which lane opens which connection ahead of the clock: each to each origin while that is a moderate number and no more
 * than there are requests, otherwise the one its first request needs.
 */
export function pairsToOpen(
  lanes: readonly Lane[],
  requests: readonly WireRequest[],
  pick: (index: number) => number,
  count: number | null,
): (readonly [Lane, Origin])[] {
  const origins = [...new Set(requests.map((request) => request.origin))];
  const all = origins.length * lanes.length;
  if (all <= Math.min(Math.max(openedAhead, 2 * lanes.length), count ?? Infinity)) {
    return lanes.flatMap((lane) => origins.map((origin) => [lane, origin] as const));
  }
  return lanes.flatMap((lane, i) => {
    const origin = requests[pick(i)]?.origin;
    return origin ? [[lane, origin] as const] : [];
  });
}

const plainWarmUp: LoopbackLoad = { lanes: 16, requests: 2_500, limitMs: 300, answer: plainAnswer };

const streamEvents = ['a', 'few', 'tokens', 'of', 'a', 'stream'].map(
  (text) => `data: ${JSON.stringify({ choices: [{ index: 0, text }] })}\n\n`,
);
const streamWarmUp: LoopbackLoad = {
  lanes: 16,
  requests: 1_000,
  limitMs: 250,
  dialect: 'openai',
  answer: Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${streamEvents
      .map((event) => `${event.length.toString(16)}\r\n${event}\r\n`)
      .join('')}0\r\n\r\n`,
  ),
};

/**
 * Runs requests over a loopback socket of our own, so that the code is compiled when the clock starts: without it the first
 * requests of a run are measured several times too slow. Touches no target. `streams`: the code that reads streams, too.
 */
export async function warmCode(
  side: SideThread,
  transport: TransportName,
  signal: AbortSignal,
  streams: boolean,
): Promise<void> {
  await loadLoopback(side, transport, plainWarmUp, signal);
  if (streams && !signal.aborted) await loadLoopback(side, transport, streamWarmUp, signal);
}
