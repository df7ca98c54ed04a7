import { isLost, waitedForLimit, wasObserved } from '../../metrics/client-health.ts';
import type { ClientHealth, HealthBound } from '../../metrics/types.ts';
import { countOf, formatCount, formatMs, formatPercent, noValue } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';

/** What a run is called whose numbers are not the server's alone. */
export const boundLabels: Readonly<Record<HealthBound, string>> = {
  client: 'client-bound',
  machine: 'machine disturbed',
};

const boundSentences: Readonly<Record<HealthBound, string>> = {
  client: 'Client-bound: the client was itself the limit. Take the numbers as a bound, the server may be faster.',
  machine:
    'Machine disturbed: something else took the machine from the client. Repeat the run when the machine is at rest.',
};

/** What limited a run beside its server. Records from before there was a mark had warnings alone, and these spoke of the client. */
export function boundOf({ bound, warnings }: ClientHealth): HealthBound | null {
  if (bound !== undefined) return bound;
  return warnings.length > 0 ? 'client' : null;
}

/** What to make of a run that is marked, then why; of any other its warnings. */
export function healthSentences(client: ClientHealth): readonly string[] {
  return client.bound ? [boundSentences[client.bound], ...client.warnings] : client.warnings;
}

/** How far the client can be trusted. What an older record does not know is left out. */
export function clientFacts(record: RunRecord): [label: string, value: string][] {
  const { client } = record;
  const lag = waitedForLimit(record) ? [] : [`schedule lag p99 ${formatMs(client.scheduleLagP99Ms)}`];
  if (isLost(client)) {
    return [
      ['all other readings', 'lost with the process that sent'],
      ...lag.map((text): [string, string] => ['requests', text]),
    ];
  }
  const { loopUtilisation, idleDelayP99Ms, ownStallMs, machineStallMs, stealShare, cpuPressureShare } = client;
  const facts: [label: string, parts: readonly string[]][] = [
    [
      'event loop',
      [
        ...((client.loops ?? 1) > 1 ? [`the worst of ${formatCount(client.loops ?? 1)}`] : []),
        ...known(
          wasObserved(record) ? loopUtilisation : null,
          (share) => `at work ${formatPercent(share)} of the time`,
        ),
        `late p99 ${formatMs(client.eventLoopDelayP99Ms)}, max ${formatMs(client.eventLoopDelayMaxMs)}`,
        ...known(idleDelayP99Ms, (ms) => `idle thread late p99 ${formatMs(ms)}`),
      ],
    ],
    [
      'standstills',
      [
        ...known(ownStallMs, (ms) => `longest of its own ${stallText(ms)}`),
        ...known(machineStallMs, (ms) => `of the machine ${stallText(ms)}`),
      ],
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
        `${countOf(client.connectionsReused, 'request')} on a reused one`,
      ],
    ],
    [
      'CPU',
      [
        `${formatPercent(client.cpuShare)} of a core`,
        ...known(stealShare, (share) => `hypervisor kept ${formatPercent(share)}`),
        ...known(cpuPressureShare, (share) => `something waited for a core ${formatPercent(share)} of the time`),
      ],
    ],
    [
      "Little's law",
      [client.littlesLawResidual === null ? noValue : `off by ${formatPercent(client.littlesLawResidual)}`],
    ],
  ];
  return facts.flatMap(([label, parts]) => (parts.length === 0 ? [] : [[label, parts.join('; ')]]));
}

/** Standstills are looked for from 10 ms on. */
const stallText = (ms: number): string => (ms === 0 ? 'none' : formatMs(ms));

const known = (value: number | null | undefined, words: (value: number) => string): string[] =>
  value === null || value === undefined ? [] : [words(value)];
