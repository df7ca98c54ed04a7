import { mergeServerNotes } from '../../record/merge-notes.ts';
import type { RunRecord, ServerUse } from '../../record/run.ts';

/** Returns the server's resource use; undefined unless Loadlens started the server. */
export function serverUseOf({ server }: Pick<RunRecord, 'server'>): ServerUse | undefined {
  if (server?.pid === undefined) return undefined;
  const { pid, cpuShare = null, rssStartMiB = null, rssEndMiB = null, rssMaxMiB = null } = server;
  return { pid, cpuShare, rssStartMiB, rssEndMiB, rssMaxMiB };
}

/** Returns the server notes of one or more runs as a labeled fact; empty without notes. */
export function serverNoteFacts(runs: readonly Pick<RunRecord, 'server'>[]): [label: string, value: string][] {
  const notes = mergeServerNotes(runs.map(({ server }) => server?.notes ?? []));
  return notes.length === 0 ? [] : [['server notes', notes.join('; ')]];
}
