import { l10n } from 'vscode';
import { availableParallelism, cpus, hostname, release, totalmem, type as osType } from 'node:os';
import { LoadlensError } from '../../core/errors.ts';
import { lostHealth } from '../../core/metrics/client-health.ts';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { makeRecord, recordId } from '../../core/report/record.ts';
import type { Environment, RunRecord } from '../../core/report/types.ts';

/** What is left of a run whose process is gone. */
export interface Remains {
  readonly input: RunInput;
  readonly startedAt: Date;
  readonly status: 'cancelled' | 'crashed';
  readonly last: Snapshot | null;
  /** How the process ended. */
  readonly how: string;
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

/** A record of what had been measured when the process went; a LoadlensError when that is nothing. */
export function salvageRecord({ input, startedAt, status, last, how, version }: Remains): RunRecord {
  if (last === null || last.summary.requestsSent === 0) {
    throw new LoadlensError(l10n.t('The benchmark process ended before it had measured anything ({0}).', how), {
      hint: l10n.t('The log may say why.'),
    });
  }
  return makeRecord({
    id: recordId(startedAt, Math.random),
    name: input.name,
    startedAt: startedAt.toISOString(),
    status,
    plan: input.plan,
    targets: input.targets,
    summary: { ...last.summary, requestsCancelled: last.summary.requestsCancelled + last.inFlight },
    warmupSent: 0,
    addresses: [],
    objectives: [],
    failureSamples: [],
    client: lostHealth(
      last.summary,
      l10n.t('The process that sent took its own readings along: whether it was the bottleneck is not known.'),
    ),
    environment: environment(version),
    source: input.file === null ? null : { file: input.file.shownAs },
  });
}
