import { t } from '@vscode/l10n';
import type { QuantileName, Snapshot } from '../../src/core/metrics/types.ts';
import type { RunRecord } from '../../src/core/report/types.ts';
import { formatCount, formatMs, formatPercent, formatRate, formatS } from '../../src/core/report/format.ts';
import { rateText } from '../../src/core/report/load-words.ts';
import { responsesWords } from '../words.ts';
import { reliability } from './reliability.ts';
import type { Tile } from './tiles.ts';

const shownQuantiles = [
  ['p50', 'median'],
  ['p95', 'p95'],
  ['p99', 'p99'],
] as const;

/** The numbers that a run is judged by. */
export function runTiles(record: RunRecord): Tile[] {
  const { successThroughputPerS, throughputPerS } = record;
  return [
    {
      label: t('Throughput'),
      value: formatRate(throughputPerS),
      remark:
        successThroughputPerS === throughputPerS
          ? responsesWords(record.responses)
          : t('successes alone: {0}', formatRate(successThroughputPerS)),
    },
    ...shownQuantiles.map(([label, name]) => quantileTile(record, label, name)),
    {
      label: t('Success'),
      value: formatPercent(record.successRatio),
      remark: t('{0} of {1}', formatCount(record.successes), formatCount(record.requestsSent)),
    },
    {
      label: t('Total time'),
      value: formatS(record.totalMs / 1000),
      remark:
        record.plan.stages === undefined
          ? t('{0} at a time', formatCount(record.plan.concurrency))
          : t('at {0}', rateText(record.plan.stages)),
    },
  ];
}

/** The same of a run in progress: no intervals yet, requests in flight instead of the total time. */
export function liveTiles(snapshot: Snapshot | null): Tile[] {
  const summary = snapshot?.summary;
  return [
    {
      label: t('Throughput'),
      value: formatRate(summary?.throughputPerS ?? null),
      remark: responsesWords(summary?.responses ?? 0),
    },
    ...shownQuantiles.map(([label, name]) => ({
      label,
      value: formatMs(summary?.latencyMs[name] ?? null),
      remark: t('so far'),
    })),
    {
      label: t('Success'),
      value: formatPercent(summary?.successRatio ?? null),
      remark: t('{0} of {1}', formatCount(summary?.successes ?? 0), formatCount(summary?.requestsSent ?? 0)),
    },
    {
      label: t('In flight'),
      value: formatCount(snapshot?.inFlight ?? 0),
      remark:
        snapshot !== null && snapshot.waiting > 0
          ? t('{0} more are due and wait', formatCount(snapshot.waiting))
          : t('requests now'),
    },
  ];
}

function quantileTile(
  { latencyMs, successLatencyMs, successes, responses }: RunRecord,
  label: string,
  name: QuantileName,
): Tile {
  const { reliable, words } = reliability(latencyMs, name);
  const trust = reliable ? words : t('not reliable: {0}', words);
  const remark = successes === responses ? trust : t('{0}; successes: {1}', trust, formatMs(successLatencyMs[name]));
  return { label, value: formatMs(latencyMs[name]), remark, unsure: !reliable };
}
