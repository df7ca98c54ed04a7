import { isJudged, isLost } from '../../../src/core/metrics/client/client-health.ts';
import { waitedForLimit, wasObserved } from '../../../src/core/metrics/client/client-readings.ts';
import type { SelfCalibration } from '../../../src/core/record/calibration.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { capital, formatCount, formatMs, formatPercent, formatRate } from '../../../src/core/format.ts';
import { clientMark } from '../../../src/core/report/words/client-words.ts';
import { transportLabels } from '../../../src/core/report/words/load-words.ts';
import { h } from '../../dom.ts';
import { icon } from '../../icons.ts';
import { badge } from '../kit/badge.ts';

/**
 * Creates the client health of a run: one line that opens on a click, and is open if the client distorts the results.
 */
export function clientHealth(record: RunRecord): HTMLElement {
  const look = lookOf(record);
  const facts = groups(record).filter(([, parts]) => parts.length > 0);
  return h(
    'section',
    { class: `health ${look}`, 'aria-label': 'Client health' },
    h(
      'details',
      { open: look === 'doubtful' },
      h('summary', {}, icon(icons[look]), h('span', {}, summaryOf(record))),
      ...record.client.warnings.map((sentence) => h('p', {}, sentence)),
      h(
        'dl',
        { class: 'facts' },
        ...facts.flatMap(([name, parts]) => [
          h('dt', {}, name),
          h('dd', {}, ...parts.map((part) => h('span', {}, part))),
        ]),
      ),
    ),
  );
}

const icons = { good: 'check', neutral: 'info', doubtful: 'warning' } as const;

/** Neutral for a client without data. */
function lookOf(record: RunRecord): keyof typeof icons {
  const { client } = record;
  if (client.warnings.length > 0) return 'doubtful';
  return isLost(client) || !isJudged(record) || !wasObserved(record) ? 'neutral' : 'good';
}

/** Creates the mark of a client-limited or disturbed run; null for any other. */
export function boundBadge(record: RunRecord): HTMLElement | null {
  const mark = clientMark(record);
  return mark === null ? null : badge(capital(mark.label), 'warning');
}

/** One sentence about the client as a whole. Warnings explain it. */
function summaryOf(record: RunRecord): string {
  const { client } = record;
  if (isLost(client)) return 'Client health data was lost.';
  const mark = clientMark(record);
  if (mark !== null) return mark.sentence;
  if (client.warnings.length > 0) return 'Client health: see the warnings.';
  if (!isJudged(record)) return 'Client health unknown: too many requests got no response.';
  if (!wasObserved(record)) return 'Client health unknown: the run was too short.';
  return 'No client bottleneck detected.';
}

/** The known facts, in groups. Facts that an older record lacks are omitted. */
function groups(record: RunRecord): [name: string, facts: readonly string[]][] {
  const { client, environment } = record;
  const lag = waitedForLimit(record) ? [] : [`schedule lag p99 ${formatMs(client.scheduleLagP99Ms)}`];
  if (isLost(client)) return [['Requests', lag]];
  // Shares of such a short time mean nothing.
  const observed = wasObserved(record);
  return [
    [
      'Event loop',
      [
        ...((client.loops ?? 1) > 1 ? [`worst of ${formatCount(client.loops ?? 1)}`] : []),
        ...known(observed ? client.loopUtilisation : null, (share) => `utilization ${formatPercent(share)}`),
        `delay p99 ${formatMs(client.eventLoopDelayP99Ms)}, max ${formatMs(client.eventLoopDelayMaxMs)}`,
        ...known(client.ownStallMs, pauseWords),
        ...known(observed ? client.cpuShare : null, (share) => `CPU ${formatPercent(share)} of a core`),
      ],
    ],
    [
      'Requests',
      [
        ...known(
          client.dispatchGapP99Ms,
          (ms) => `dispatch to write p99 ${formatMs(ms)}, max ${formatMs(client.dispatchGapMaxMs ?? null)}`,
        ),
        ...lag,
        `connections opened ${formatCount(client.connectionsOpened)}, reused ${formatCount(client.connectionsReused)} times`,
        ...(client.transport === undefined ? [] : [transportLabels[client.transport]]),
        ...known(client.littlesLawResidual, (share) => `Little's law deviation ${formatPercent(share)}`),
      ],
    ],
    [
      'Machine',
      [
        ...known(client.idleDelayP99Ms, (ms) => `idle thread delay p99 ${formatMs(ms)}`),
        ...known(client.machineStallMs, pauseWords),
        ...known(client.stealShare, (share) => `CPU steal ${formatPercent(share)}`),
        ...known(client.cpuPressureShare, (share) => `CPU pressure ${formatPercent(share)}`),
        ...overhead(environment.selfCalibration ?? []),
      ],
    ],
  ];
}

const pauseWords = (ms: number): string => `longest pause ${ms === 0 ? 'none' : formatMs(ms)}`;

function overhead(levels: SelfCalibration): string[] {
  const [first] = levels;
  const last = levels.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    `client overhead p50 ${formatMs(first.p50Ms)}, p99 ${formatMs(first.p99Ms)}`,
    `client maximum ${formatRate(last.requestsPerS)}`,
  ];
}

const known = (value: number | null | undefined, words: (value: number) => string): string[] =>
  value === null || value === undefined ? [] : [words(value)];
