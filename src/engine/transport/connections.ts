import { planDefaults } from '../../core/plan/plan.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import type { TransportName } from '../../core/vocabulary.ts';
import { createServerNotes, type ServerNotes } from './server-notes.ts';
import type { Lane, Transport, WireRequest } from './transport.ts';
import { transportFor, transports } from './transports.ts';

/** Transport and lanes of an event loop. */
export interface Connections {
  readonly name: TransportName;
  readonly transport: Transport;
  /** Remarks on the server that the connections lead to. */
  readonly notes: ServerNotes;
  /** Lanes in the order of use; loops add to them. */
  readonly lanes: Lane[];
}

/** Connections that stay open from one run to the next of the same requests. */
export interface ConnectionKeeper {
  /** Returns the connections, made for the first run. */
  take(plan: RunPlan, requests: readonly WireRequest[]): Connections;
  /** True when a run has opened one of them. */
  readonly isWarm: boolean;
  close(): void;
}

/** Connections kept for all lanes together, when there are more origins than one. */
const keptConnections = 2_048;

/** Creates the connections of one loop, all of them closed. */
export function createConnections(plan: RunPlan, requests: readonly WireRequest[]): Connections {
  const name = transportFor(plan, requests);
  const notes = createServerNotes();
  const transport = transports[name]({
    keptPerLane: Math.max(2, Math.floor(keptConnections / plan.concurrency)),
    note: notes.note,
    maxHeadBytes: plan.maxHeadBytes ?? planDefaults.maxHeadBytes,
    insecure: plan.insecure ?? false,
  });
  return { name, transport, notes, lanes: [] };
}

/** Creates a keeper without connections. */
export function keepConnections(): ConnectionKeeper {
  let kept: Connections | undefined;
  return {
    take: (plan, requests) => (kept ??= createConnections(plan, requests)),
    get isWarm() {
      return kept !== undefined && kept.transport.opened > 0;
    },
    close: () => kept?.transport.close(),
  };
}
