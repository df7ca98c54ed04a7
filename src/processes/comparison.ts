import { localPorts, withLocalAddress } from '../core/endpoints/local-address.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { ComparisonRecord } from '../core/record/comparisons/comparison.ts';
import { compareLive, type AbHooks, type AbSide } from '../engine/ab.ts';
import { freePort } from '../side-servers/ready.ts';
import { withServers, type ServerPlan, type StartedServer } from '../side-servers/serve-sides.ts';
import { cacheFolder } from './cache-folder.ts';
import type { BenchmarkEvent, ComparisonInput, ComparisonSideInput } from './messages.ts';

/** Least time between two events about the same slice, ms: whoever measures has better things to do. */
const sliceNewsMs = 1_000;

/** Returns the folder for work trees and notes of servers. */
export const comparisonCache = (): string => cacheFolder('ab');

/**
 * Starts the servers of a comparison, measures it, and takes the servers away. Returns null if it was canceled before the first
 * pair was complete. Rejects with a LoadlensError if a server or a side doesn't respond.
 */
export async function runComparison(
  { a, b, pairs, rules, folder }: ComparisonInput,
  {
    tell,
    ...hooks
  }: Pick<AbHooks, 'fault' | 'version' | 'onPartial'> & {
    readonly signal: AbortSignal;
    readonly tell: (event: BenchmarkEvent) => void;
  },
): Promise<ComparisonRecord | null> {
  const { signal } = hooks;
  let stage = '';
  const show = (text: string): void => {
    if (text !== stage) tell({ type: 'stage', text });
    stage = text;
  };
  const watcher = { signal, showsProgress: true, show, note: toLog, warn: toLog };
  const plans = await Promise.all([planOf('a', a), planOf('b', b)]);
  try {
    const record = await withServers(
      plans.filter((plan) => plan !== undefined),
      { folder, cache: comparisonCache() },
      watcher,
      async (servers) => {
        const sides = { a: sideOf(a, servers.a), b: sideOf(b, servers.b) };
        const fault = AbortSignal.any([...(hooks.fault ? [hooks.fault] : []), servers.stopped]);
        const compared = await compareLive({ ...sides, pairs, rules }, { ...hooks, fault, ...slicesTo(tell) });
        // Without a pair, there is only the reason.
        if (compared.a.slices.length === 0) servers.stopped.throwIfAborted();
        return compared;
      },
    );
    return record.status === 'cancelled' && record.a.slices.length === 0 ? null : record;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** The parent keeps standard error in its log. */
const toLog = (text: string): void => void process.stderr.write(`${text}\n`);

/** Returns the plan of a side's server, with a free port; undefined if there is none to start. */
async function planOf(side: 'a' | 'b', { server, input }: ComparisonSideInput): Promise<ServerPlan | undefined> {
  if (server === undefined) return undefined;
  const { ref, command, build, ready } = server;
  const port = await freePort();
  const secure = input.requests.some((request) => localPorts([request]).length > 0 && /^https:/i.test(request.url));
  return {
    side,
    ref,
    written: command,
    command: command.replaceAll('{port}', String(port)),
    port,
    build,
    ready,
    secure,
  };
}

function sideOf({ input, variables }: ComparisonSideInput, server: StartedServer | undefined): AbSide {
  return server === undefined
    ? { input, variables }
    : { input: atAddress(input, server.address), variables, server: server.facts };
}

/** Sends what goes to this machine to another address of it. */
function atAddress(input: RunInput, address: string): RunInput {
  const moved = (urls: readonly string[]): string[] =>
    withLocalAddress(
      urls.map((url) => ({ url })),
      address,
    ).map(({ url }) => url);
  return {
    ...input,
    targets: withLocalAddress(input.targets, address),
    requests: withLocalAddress(input.requests, address).map((request) =>
      Object.assign(request, request.modelLists && { modelLists: moved(request.modelLists) }),
    ),
  };
}

/** Returns hooks that report each slice at its start, and again at intervals. */
function slicesTo(tell: (event: BenchmarkEvent) => void): Required<Pick<AbHooks, 'onSlice' | 'onSnapshot'>> {
  let toldAtMs = 0;
  const onSlice = (pair: number, side: 'a' | 'b'): void => {
    toldAtMs = performance.now();
    tell({ type: 'slice', pair, side });
  };
  return {
    onSlice,
    onSnapshot: ({ pair, side }) => {
      if (performance.now() - toldAtMs >= sliceNewsMs) onSlice(pair, side);
    },
  };
}
