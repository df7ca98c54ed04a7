import { availableParallelism, cpus, hostname, release, totalmem, type as osType } from 'node:os';
import { lostHealth } from '../../core/metrics/client-health.ts';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { makeRecord } from '../../core/report/record.ts';
import type { Environment, RunRecord } from '../../core/report/types.ts';

/** What is left of a run whose process is gone, or would be if it went now. */
export interface Remains {
  readonly id: string;
  readonly input: RunInput;
  readonly startedAt: Date;
  readonly status: 'cancelled' | 'crashed';
  readonly last: Snapshot;
  /** Why it is gone, in one sentence. */
  readonly why: string;
  readonly version: string;
}

/** The machine, as far as the extension host can tell: the process that sent ran on the same one. */
const environment = (version: string): Environment => ({
  host: hostname(),
  os: `${osType()} ${release()}`,
  cpu: cpus()[0]?.model.trim() ?? '',
  cores: availableParallelism(),
  memoryGiB: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
  node: process.versions.node,
  loadlens: version,
});

/** True when a snapshot has numbers that are worth a record. */
export const hasNumbers = (snapshot: Snapshot | null): snapshot is Snapshot =>
  snapshot !== null && snapshot.summary.requestsSent > 0;

/** A record of what had been measured at the last snapshot. */
export function salvageRecord({ id, input, startedAt, status, last, why, version }: Remains): RunRecord {
  return makeRecord({
    id,
    name: input.name,
    startedAt: startedAt.toISOString(),
    status,
    stopReason: why,
    plan: input.plan,
    targets: input.targets,
    summary: { ...last.summary, requestsCancelled: last.summary.requestsCancelled + last.inFlight },
    warmupSent: 0,
    addresses: [],
    objectives: [],
    failureSamples: last.failures ?? [],
    client: lostHealth(last.summary),
    environment: environment(version),
    source: input.file === null ? null : { file: input.file.shownAs },
  });
}
