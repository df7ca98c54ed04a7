import { csvText, type Cell } from '../formats/csv-parts.ts';
import type { ThroughputSuite } from '../../record/suites/suite.ts';

/** One number a line: `concurrency,metric,value`, as a sweep has it. */
export function renderSuiteCsv({
  id,
  startedAt,
  status,
  model,
  workload,
  levels,
  figures,
  targets,
}: ThroughputSuite): string {
  const rows: Cell[][] = [
    ['concurrency', 'metric', 'value'],
    ['', 'id', id],
    ['', 'model', model.name],
    ['', 'url', model.url],
    ['', 'startedAt', startedAt],
    ['', 'status', status],
    ['', 'quick', String(workload.quick)],
    ['', 'recommendedConcurrency', figures.recommended.concurrency],
    ...targets.flatMap(({ metric, achieved, pass }): Cell[][] => [
      ['', metric, achieved],
      ['', `${metric} pass`, String(pass)],
    ]),
    ...levels.flatMap(({ concurrency, ...numbers }): Cell[][] =>
      Object.entries(numbers).map(([name, value]) => [concurrency, name, value]),
    ),
    ...figures.levels.flatMap(({ concurrency, sound, tradeOff, ...numbers }): Cell[][] => [
      ...Object.entries(numbers).map(([name, value]): Cell[] => [concurrency, name, value]),
      [concurrency, 'tradeOff', tradeOff],
      [concurrency, 'sound', String(sound)],
    ]),
  ];
  return csvText(rows);
}
