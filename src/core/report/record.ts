import type { Target } from '../endpoints/types.ts';
import type { Summary } from '../metrics/types.ts';
import { recordSchema, type RunRecord } from './types.ts';

export { compactRecord } from './compact.ts';
export { readRecord } from './read.ts';

/** What a record is made of; the rest is in the summary. */
export type RecordParts = Pick<
  RunRecord,
  | 'id'
  | 'name'
  | 'startedAt'
  | 'status'
  | 'plan'
  | 'warmupSent'
  | 'addresses'
  | 'objectives'
  | 'failureSamples'
  | 'client'
  | 'environment'
  | 'source'
> & { readonly targets: readonly Target[]; readonly summary: Summary } & Partial<
    Pick<RunRecord, 'stopReason' | 'server'>
  >;

const idLetters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Plan, numbers and provenance as one record. */
export function makeRecord({ summary, targets, ...parts }: RecordParts): RunRecord {
  return {
    schema: recordSchema,
    id: parts.id,
    name: parts.name,
    startedAt: parts.startedAt,
    status: parts.status,
    ...(parts.stopReason === undefined ? {} : { stopReason: parts.stopReason }),
    plan: parts.plan,
    targets: targets.map(({ name, method, url, weight, llm }) => ({ name, method, url, weight, ...(llm && { llm }) })),
    targetCount: targets.length,
    warmupSent: parts.warmupSent,
    ...summary,
    addresses: parts.addresses,
    objectives: parts.objectives,
    failureSamples: parts.failureSamples,
    client: parts.client,
    environment: parts.environment,
    source: parts.source,
    ...(parts.server === undefined ? {} : { server: parts.server }),
  };
}

/** Sortable by time (UTC) and unique enough for one history: `20261122-201537-k3f9`. `random` is as Math.random. */
export function recordId(date: Date, random: () => number): string {
  const [day = '', time = ''] = date.toISOString().replaceAll(/[-:]/g, '').split('T');
  const letters = Array.from({ length: 4 }, () => idLetters[Math.floor(random() * idLetters.length)] ?? 'a');
  return `${day}-${time.slice(0, 6)}-${letters.join('')}`;
}
