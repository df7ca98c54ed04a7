import { waitedForLimit } from '../../../src/core/metrics/client/client-readings.ts';
import { quantileNames, type Distribution, type QuantileName } from '../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { quantileWords } from '../../words.ts';
import { reliability } from './reliability.ts';
import { section } from '../kit/section.ts';

/** Creates the tables of latency statistics, all responses next to successes, and of the other times of a request. */
export function latencyTables(record: RunRecord): HTMLElement {
  const title = 'Latency statistics';
  // In the open model, the wait before a request is sent is part of what its user experiences.
  const open = record.plan.loadModel === 'open';
  const latency = createTable(
    title,
    [
      { title: 'Statistic', kind: 'words' },
      { title: 'All responses', kind: 'number' },
      { title: 'Successes', kind: 'number' },
      ...(open ? [{ title: 'Response time', kind: 'number' } as const] : []),
    ],
    latencyRows([record.latencyMs, record.successLatencyMs, ...(open ? [record.responseTimeMs] : [])]),
  );
  const otherTitle = 'Other times';
  const other = createTable(
    otherTitle,
    [
      { title: 'Time', kind: 'words' },
      { title: 'p50', kind: 'number' },
      { title: 'p95', kind: 'number' },
      { title: 'p99', kind: 'number' },
      { title: 'Max', kind: 'number' },
    ],
    [
      otherRow('Time to first byte', 'TTFB', record.ttfbMs),
      otherRow('Response time', 'from the scheduled start', record.responseTimeMs),
      otherRow(
        'Schedule lag',
        waitedForLimit(record) ? 'includes queueing' : 'delay of the client',
        record.scheduleLagMs,
      ),
    ],
  );
  const explained = h('p', { class: 'remark' }, 'The 95% interval is below each percentile.');
  return section(title, explained, latency.element, h('h3', {}, otherTitle), other.element);
}

function latencyRows(columns: readonly Distribution[]): Cell[][] {
  const plain = (name: string, pick: (distribution: Distribution) => string): Cell[] => [name, ...columns.map(pick)];
  return [
    plain('Count', ({ count }) => formatCount(count)),
    plain('Min', ({ min }) => formatMs(min)),
    plain('Mean', ({ mean }) => formatMs(mean)),
    ...quantileNames.map((name) =>
      [quantileWords(name) as Cell].concat(columns.map((distribution) => quantileCell(distribution, name))),
    ),
    plain('Max', ({ max }) => formatMs(max)),
    plain('Standard deviation', ({ stdev }) => formatMs(stdev)),
  ];
}

/** The quantile with its 95% interval, or the number of samples needed for one. */
function quantileCell(distribution: Distribution, name: QuantileName): Cell {
  const { reliable, words } = reliability(distribution, name);
  return { text: formatMs(distribution[name]), remark: reliable ? words : `not reliable, ${words}` };
}

function otherRow(name: string, remark: string, distribution: Distribution): Cell[] {
  return [
    { text: name, remark },
    formatMs(distribution.median),
    formatMs(distribution.p95),
    formatMs(distribution.p99),
    formatMs(distribution.max),
  ];
}
