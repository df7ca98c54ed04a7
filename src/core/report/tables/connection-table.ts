import { countOf, formatCount, formatMs, noValue } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import type { Table } from './tables.ts';

const labels = { dns: 'DNS', connect: 'connect', tls: 'TLS' } as const;
const phases = ['dns', 'connect', 'tls'] as const;

/** A phase of requests in the order of time. */
export interface PhaseRow {
  readonly label: string;
  readonly count: number;
  readonly meanMs: number;
  /** Null where only the mean is known. */
  readonly p50Ms: number | null;
  readonly maxMs: number | null;
}

/** Returns the phases of new connections, then those of every response; none in older records. */
export function phaseRows({ connections, ttfbMs, latencyMs }: RunRecord): PhaseRow[] {
  if (connections === undefined) return [];
  const opened = phases.flatMap((phase): PhaseRow[] => {
    const numbers = connections[phase];
    return numbers === undefined ? [] : [{ label: labels[phase], ...numbers }];
  });
  if (ttfbMs.mean === null || latencyMs.mean === null) return opened;
  return [
    ...opened,
    { label: 'wait', count: ttfbMs.count, meanMs: ttfbMs.mean, p50Ms: ttfbMs.median, maxMs: ttfbMs.max },
    {
      label: 'receive',
      count: latencyMs.count,
      // Both means are of the same responses.
      meanMs: Math.max(0, latencyMs.mean - ttfbMs.mean),
      p50Ms: null,
      maxMs: null,
    },
  ];
}

/** Returns what the phases are of, in one or two sentences. */
function phaseNote({ connections = {} }: RunRecord): string {
  const opened = countOf(connections.connect?.count ?? 0, 'new connection');
  return `DNS, connect, and TLS are of ${opened}, including those opened before the clock started. Wait and receive are of all responses.`;
}

/** Returns the phases as a table, one at most; none in older records. */
export function connectionTables(record: RunRecord): Table[] {
  const rows = phaseRows(record);
  if (rows.length === 0) return [];
  return [
    {
      title: 'Phases of connections',
      columns: ['Phase', 'Count', 'Mean', 'p50', 'Max'],
      rows: rows.map(({ label, count, meanMs, p50Ms, maxMs }) => [
        label,
        formatCount(count),
        formatMs(meanMs),
        p50Ms === null ? noValue : formatMs(p50Ms),
        maxMs === null ? noValue : formatMs(maxMs),
      ]),
      note: phaseNote(record),
    },
  ];
}
