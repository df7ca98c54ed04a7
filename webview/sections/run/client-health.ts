import { t } from '@vscode/l10n';
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
    { class: `health ${look}`, 'aria-label': t('Client health') },
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
  return bound === 'client' ? t('Client-bound') : t('Machine disturbed');
}

/** One sentence about the client as a whole; warnings say why. */
function verdict(record: RunRecord): string[] {
  const { client } = record;
  if (isLost(client)) return [t('What the client measured of itself is lost.')];
  if (client.bound === 'client') {
    return [t('The client was itself the limit. Take the numbers as a bound, the server may be faster.')];
  }
  if (client.bound === 'machine') {
    return [t('Something else took the machine from the client. Repeat the run when the machine is at rest.')];
  }
  if (client.warnings.length > 0) return [];
  if (!isJudged(record)) {
    return [t('Too many requests got no response to tell whether the client kept up.')];
  }
  if (!wasObserved(record)) return [t('The run was too short to tell whether the client kept up.')];
  return [t('The client kept up: the numbers speak of the server.')];
}

/** What is known, in groups; what an older record does not know is left out. */
function groups(record: RunRecord): [name: string, facts: readonly string[]][] {
  const { client, environment } = record;
  const lag = waitedForLimit(record) ? [] : [t('left {0} late (p99)', formatMs(client.scheduleLagP99Ms))];
  if (isLost(client)) return [[t('Requests'), lag]];
  // Shares of so short a time say nothing.
  const observed = wasObserved(record);
  return [
    [
      t('Event loop'),
      [
        ...((client.loops ?? 1) > 1 ? [t('the worst of {0}', client.loops ?? 1)] : []),
        ...known(observed ? client.loopUtilisation : null, (share) =>
          t('at work {0} of the time', formatPercent(share)),
        ),
        t('late by {0} (p99), {1} at most', formatMs(client.eventLoopDelayP99Ms), formatMs(client.eventLoopDelayMaxMs)),
        ...known(client.ownStallMs, (ms) =>
          ms === 0 ? t('never stood still') : t('stood still for up to {0}', formatMs(ms)),
        ),
        ...known(observed ? client.cpuShare : null, (share) => t('CPU {0} of a core', formatPercent(share))),
      ],
    ],
    [
      t('Requests'),
      [
        ...known(client.dispatchGapP99Ms, (ms) =>
          t('written {0} (p99) after dispatch, {1} at most', formatMs(ms), formatMs(client.dispatchGapMaxMs ?? null)),
        ),
        ...lag,
        t(
          '{0} connections opened, {1} requests on a used one',
          formatCount(client.connectionsOpened),
          formatCount(client.connectionsReused),
        ),
        ...(client.transport === undefined
          ? []
          : [client.transport === 'raw' ? t('sent over raw sockets') : t('sent by undici')]),
        ...known(client.littlesLawResidual, (share) => t("Little's law off by {0}", formatPercent(share))),
      ],
    ],
    [
      t('Machine'),
      [
        ...known(client.idleDelayP99Ms, (ms) => t('idle thread late by {0} (p99)', formatMs(ms))),
        ...known(client.machineStallMs, (ms) =>
          ms === 0 ? t('never stood still') : t('stood still for up to {0}', formatMs(ms)),
        ),
        ...known(client.stealShare, (share) => t('hypervisor kept {0}', formatPercent(share))),
        ...known(client.cpuPressureShare, (share) =>
          t('something waited for a core {0} of the time', formatPercent(share)),
        ),
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
    t('adds {0} to a request by itself (p99 {1})', formatMs(first.p50Ms), formatMs(first.p99Ms)),
    t('sends up to {0}', formatRate(last.requestsPerS)),
  ];
}

const known = (value: number | null | undefined, words: (value: number) => string): string[] =>
  value === null || value === undefined ? [] : [words(value)];
