import type { Lane, Origin, WireRequest } from './transport.ts';

/** Number of connections opened concurrently. More would overflow the backlog of a server that accepts slowly. */
const batchSize = 64;
/** Maximum time to open a connection ahead of the clock, ms. A slower host shows in the run itself. */
const connectLimitMs = 5_000;
/** Maximum number of connections opened ahead of the clock, unless two per lane are more. */
const openedAhead = 1_024;

/** Opens connections ahead of the clock. Stops at the first failure, because the run itself shows the cause. */
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
 * Returns which lanes open which connections ahead of the clock. Each lane connects to every origin if the number is
 * moderate and at most the number of requests. Otherwise it connects to the origin of its first request.
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
