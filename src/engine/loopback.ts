import type { DialectName } from '../core/endpoints/types.ts';
import { createRecorder } from '../core/metrics/recorder.ts';
import type { Summary } from '../core/metrics/types.ts';
import type { TransportName } from '../core/plan/types.ts';
import { createFailureSamples } from './failure-samples.ts';
import { startLoad } from './load.ts';
import type { SideThread } from './side-thread.ts';
import { transports } from './transports.ts';
import { toWire } from './wire.ts';

/** So many requests in at most so long, over so many connections. */
export interface LoopbackLoad {
  readonly lanes: number;
  readonly requests: number;
  readonly limitMs: number;
  readonly dialect?: DialectName;
  /** What the server answers, head and all. */
  readonly answer: Buffer;
}

/** A small JSON body. */
export const plainAnswer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"output_tokens":1}',
);

/** Sends to a server of our own in the side thread, over connections that are open when the clock starts. */
export async function loadLoopback(
  side: SideThread,
  name: TransportName,
  load: LoopbackLoad,
  signal: AbortSignal,
): Promise<Summary> {
  const { requests: count, limitMs, dialect } = load;
  const server = await side.serve(load.answer);
  const transport = transports[name](1);
  try {
    const requests = toWire(
      [{ method: 'GET', url: `http://127.0.0.1:${server.port}/`, headers: [], ...(dialect && { dialect }) }],
      [{ name: 'loopback' }],
      'loadlens',
    );
    const lanes = Array.from({ length: load.lanes }, () => transport.lane());
    await Promise.all(requests.flatMap(({ origin }) => lanes.map((lane) => lane.connect(origin))));
    const recorder = createRecorder({ targetNames: ['loopback'], latencyLimitMs: [undefined] });
    const running = startLoad({
      model: {
        next: (index, elapsedMs) => (signal.aborted || index >= count || elapsedMs >= limitMs ? 'done' : 'now'),
      },
      lanes,
      requests,
      pick: () => 0,
      timeoutMs: 1_000,
      drainMs: 100,
      maxRedirects: 0,
      failures: createFailureSamples([], []),
      onSample: (sample) => recorder.add(sample),
    });
    return recorder.summary(await running.finished);
  } finally {
    transport.close();
    server.close();
  }
}
