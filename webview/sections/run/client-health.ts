import { isJudged, isLost, waitedForLimit, wasObserved } from '../../../src/core/metrics/client-health.ts';
import type { ClientHealth, HealthBound } from '../../../src/core/metrics/types.ts';
import type { SelfCalibration } from '../../../src/core/record/calibration.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../../src/core/format.ts';
import { h } from '../../dom.ts';
import { icon } from '../../icons.ts';
import { badge } from '../kit/badge.ts';

/** Whether the numbers speak of the server, or of the machine that sent. */
export function clientHealth(record: RunRecord): HTMLElement {
  const { client } = record;
  const look = lookOf(record);
  return h(
    'section',
    { class: `health ${look}`, 'aria-label': 'Client health' },
    icon(icons[look]),
    h(
      'div',
      {},
      ...[...verdict(record), ...client.warnings].map((sentence) => h('p', {}, sentence)),
      h(
        'dl',
        { class: 'facts' },
        ...groups(record)
          .filter(([, facts]) => facts.length > 0)
          .flatMap(([name, facts]) => [h('dt', {}, name), h('dd', {}, ...facts.map((fact) => h('span', {}, fact)))]),
      ),
    ),
  );
}

const icons = { good: 'check', neutral: 'info', doubtful: 'warning' } as const;

/** Neutral is a client that nothing can be said of. */
function lookOf(record: RunRecord): keyof typeof icons {
  const { client } = record;
  if (client.warnings.length > 0) return 'doubtful';
  return isLost(client) || !isJudged(record) || !wasObserved(record) ? 'neutral' : 'good';
}

/** The mark of a run whose numbers are not the server's alone; nothing for any other. */
export function boundBadge({ bound }: ClientHealth): HTMLElement | null {
  return bound ? badge(boundWords(bound), 'warning') : null;
}

function boundWords(bound: HealthBound): string {
  return bound === 'client' ? 'Client-bound' : 'Machine disturbed';
}

/** One sentence about the client as a whole; warnings say why. */
function verdict(record: RunRecord): string[] {
  const { client } = record;
  if (isLost(client)) return ['What the client measured of itself is lost.'];
  if (client.bound === 'client') {
    return ['The client was itself the limit. Take the numbers as a bound, the server may be faster.'];
  }
  if (client.bound === 'machine') {
    return ['Something else took the machine from the client. Repeat the run when the machine is at rest.'];
  }
  if (client.warnings.length > 0) return [];
  if (!isJudged(record)) {
    return ['Too many requests got no response to tell whether the client kept up.'];
  }
  if (!wasObserved(record)) return ['The run was too short to tell whether the client kept up.'];
  return ['The client kept up: the numbers speak of the server.'];
}

/** What is known, in groups; what an older record does not know is left out. */
function groups(record: RunRecord): [name: string, facts: readonly string[]][] {
  const { client, environment } = record;
  const lag = waitedForLimit(record) ? [] : [`left ${formatMs(client.scheduleLagP99Ms)} late (p99)`];
  if (isLost(client)) return [['Requests', lag]];
  // Shares of so short a time say nothing.
  const observed = wasObserved(record);
  return [
    [
      'Event loop',
      [
        ...((client.loops ?? 1) > 1 ? [`the worst of ${client.loops ?? 1}`] : []),
        ...known(observed ? client.loopUtilisation : null, (share) => `at work ${formatPercent(share)} of the time`),
        `late by ${formatMs(client.eventLoopDelayP99Ms)} (p99), ${formatMs(client.eventLoopDelayMaxMs)} at most`,
        ...known(client.ownStallMs, (ms) => (ms === 0 ? 'never stood still' : `stood still for up to ${formatMs(ms)}`)),
        ...known(observed ? client.cpuShare : null, (share) => `CPU ${formatPercent(share)} of a core`),
      ],
    ],
    [
      'Requests',
      [
        ...known(
          client.dispatchGapP99Ms,
          (ms) => `written ${formatMs(ms)} (p99) after dispatch, ${formatMs(client.dispatchGapMaxMs ?? null)} at most`,
        ),
        ...lag,
        `${formatCount(client.connectionsOpened)} connections opened, ${formatCount(client.connectionsReused)} requests on a used one`,
        ...(client.transport === undefined
          ? []
          : [client.transport === 'raw' ? 'sent over raw sockets' : 'sent by undici']),
        ...known(client.littlesLawResidual, (share) => `Little's law off by ${formatPercent(share)}`),
      ],
    ],
    [
      'Machine',
      [
        ...known(client.idleDelayP99Ms, (ms) => `idle thread late by ${formatMs(ms)} (p99)`),
        ...known(client.machineStallMs, (ms) =>
          ms === 0 ? 'never stood still' : `stood still for up to ${formatMs(ms)}`,
        ),
        ...known(client.stealShare, (share) => `hypervisor kept ${formatPercent(share)}`),
        ...known(client.cpuPressureShare, (share) => `something waited for a core ${formatPercent(share)} of the time`),
        ...ownError(environment.selfCalibration ?? []),
      ],
    ],
  ];
}

function ownError(levels: SelfCalibration): string[] {
  const [first] = levels;
  const last = levels.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    `adds ${formatMs(first.p50Ms)} to a request by itself (p99 ${formatMs(first.p99Ms)})`,
    `sends up to ${formatRate(last.requestsPerS)}`,
  ];
}

const known = (value: number | null | undefined, words: (value: number) => string): string[] =>
  value === null || value === undefined ? [] : [words(value)];
