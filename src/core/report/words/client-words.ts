import { isLost } from '../../metrics/client/client-health.ts';
import { isSaturated, waitedForLimit, wasObserved } from '../../metrics/client/client-readings.ts';
import type { ClientHealth, HealthBound } from '../../metrics/types.ts';
import { countOf, formatCount, formatMs, formatPercent, noValue } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';

/** Name of a run whose numbers aren't only the server's, and one sentence about it. */
export interface ClientMark {
  readonly label: string;
  readonly sentence: string;
}

/** Returns the mark of a run whose client or machine distorts its numbers; null for any other. */
export function clientMark(run: Pick<RunRecord, 'client' | 'errors'>): ClientMark | null {
  const { bound } = run.client;
  if (!bound) return null;
  if (bound === 'machine') return { label: 'noisy machine', sentence: 'Noisy machine: rerun when idle.' };
  return isSaturated(run)
    ? { label: 'client-limited', sentence: 'Client-limited: the server may be faster.' }
    : { label: 'client delay', sentence: 'Client delay: these results include delay of the client itself.' };
}

/**
 * What limited a run besides its server. Older records without a mark had only warnings, which were about the client.
 */
export function boundOf({ bound, warnings }: ClientHealth): HealthBound | null {
  if (bound !== undefined) return bound;
  return warnings.length > 0 ? 'client' : null;
}

/** Returns the mark of a run as a sentence, then the reasons for it; of an unmarked run its warnings. */
export function healthSentences(run: Pick<RunRecord, 'client' | 'errors'>): readonly string[] {
  const mark = clientMark(run);
  return [...(mark === null ? [] : [mark.sentence]), ...run.client.warnings];
}

/** How far the client can be trusted. Facts that an older record lacks are omitted. */
export function clientFacts(record: RunRecord): [label: string, value: string][] {
  const { client } = record;
  const lag = waitedForLimit(record) ? [] : [`schedule lag p99 ${formatMs(client.scheduleLagP99Ms)}`];
  if (isLost(client)) {
    return [['client health', 'lost'], ...lag.map((text): [string, string] => ['requests', text])];
  }
  const { loopUtilisation, idleDelayP99Ms, ownStallMs, machineStallMs, stealShare, cpuPressureShare } = client;
  // Without a reading, delays are 0.
  const observed = wasObserved(record) || (client.eventLoopDelayMaxMs ?? 0) > 0;
  const facts: [label: string, parts: readonly string[]][] = [
    [
      'event loop',
      observed
        ? [
            ...((client.loops ?? 1) > 1 ? [`worst of ${formatCount(client.loops ?? 1)}`] : []),
            ...known(wasObserved(record) ? loopUtilisation : null, (share) => `utilization ${formatPercent(share)}`),
            `delay p99 ${formatMs(client.eventLoopDelayP99Ms)}, max ${formatMs(client.eventLoopDelayMaxMs)}`,
            ...known(idleDelayP99Ms, (ms) => `idle thread delay p99 ${formatMs(ms)}`),
          ]
        : ['not measured: the run was too short'],
    ],
    [
      'longest pause',
      observed
        ? [
            ...known(ownStallMs, (ms) => `client ${stallText(ms)}`),
            ...known(machineStallMs, (ms) => `machine ${stallText(ms)}`),
          ]
        : [],
    ],
    [
      'requests',
      [
        ...known(
          client.dispatchGapP99Ms,
          (ms) => `dispatch to write p99 ${formatMs(ms)}, max ${formatMs(client.dispatchGapMaxMs ?? null)}`,
        ),
        ...lag,
      ],
    ],
    [
      'connections',
      [
        `${formatCount(client.connectionsOpened)} opened`,
        `${countOf(client.connectionsReused, 'request')} on a reused connection`,
      ],
    ],
    [
      'CPU',
      [
        `${formatPercent(client.cpuShare)} of a core`,
        ...known(stealShare, (share) => `CPU steal ${formatPercent(share)}`),
        ...known(cpuPressureShare, (share) => `CPU pressure ${formatPercent(share)}`),
      ],
    ],
    [
      "Little's law",
      [client.littlesLawResidual === null ? noValue : `deviation ${formatPercent(client.littlesLawResidual)}`],
    ],
  ];
  return facts.flatMap(([label, parts]) => (parts.length === 0 ? [] : [[label, parts.join('; ')]]));
}

/** Pauses are looked for from 10 ms on. */
const stallText = (ms: number): string => (ms === 0 ? 'none' : formatMs(ms));

const known = (value: number | null | undefined, words: (value: number) => string): string[] =>
  value === null || value === undefined ? [] : [words(value)];
