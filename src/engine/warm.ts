import { createServer } from 'node:net';
import { once } from 'node:events';
import { createRecorder } from '../core/metrics/recorder.ts';
import { createFailureSamples } from './failure-samples.ts';
import { startLoad } from './load.ts';
import type { Lane, Origin } from './transport.ts';
import { createUndiciTransport } from './undici-transport.ts';
import { toWire } from './wire.ts';

/** So many at a time: more would overflow the backlog of a server that accepts slowly. */
const batchSize = 64;
/** A host that takes longer to connect to shows in the run itself. */
const connectLimitMs = 5_000;

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

const warmLanes = 16;

/** What code is warmed with: so many requests in at most so long. */
interface WarmUp {
  readonly requests: number;
  readonly limitMs: number;
  readonly dialect?: 'openai';
  readonly answer: Buffer;
}

const plainWarmUp: WarmUp = {
  requests: 4_000,
  limitMs: 450,
  answer: Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"output_tokens":1}',
  ),
};

const streamEvents = ['a', 'few', 'tokens', 'of', 'a', 'stream'].map(
  (text) => `data: ${JSON.stringify({ choices: [{ index: 0, text }] })}\n\n`,
);
const streamWarmUp: WarmUp = {
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
export async function warmCode(signal: AbortSignal, streams: boolean): Promise<void> {
  await warmWith(plainWarmUp, signal);
  if (streams && !signal.aborted) await warmWith(streamWarmUp, signal);
}

async function warmWith({ requests, limitMs, dialect, answer }: WarmUp, signal: AbortSignal): Promise<void> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', () => socket.write(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const transport = createUndiciTransport(1);
  const recorder = createRecorder({ targetNames: ['warm'], latencyLimitMs: [undefined] });
  const load = startLoad({
    model: {
      next: (index, elapsedMs) => (index >= requests || elapsedMs >= limitMs ? 'done' : 'now'),
    },
    lanes: Array.from({ length: warmLanes }, () => transport.lane()),
    requests: toWire(
      [{ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: [], ...(dialect && { dialect }) }],
      [{ name: 'warm' }],
      'loadlens',
    ),
    pick: () => 0,
    timeoutMs: 1_000,
    drainMs: 100,
    maxRedirects: 0,
    failures: createFailureSamples([], []),
    onSample: (sample) => recorder.add(sample),
  });
  const cancel = (): void => load.cancel();
  signal.addEventListener('abort', cancel);
  await load.finished;
  signal.removeEventListener('abort', cancel);
  transport.close();
  server.close();
}
