import { formatChange, formatPoints } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { workloadDifferences } from '../tables/compare-runs.ts';
import { figureRow, figuresOf, hasTargets, type FigureName, type Figures } from './figures.ts';

/** Figures of an earlier run for the panel. */
export interface EarlierRun {
  readonly startedAt: string;
  readonly figures: Figures;
  /** Figures by target; absent for a run of one target, and with many targets. */
  readonly targets?: Readonly<Record<string, Figures>>;
}

/** Earlier runs of the same file. */
export interface EarlierRuns {
  /** With the same workload, oldest first. */
  readonly runs: readonly EarlierRun[];
  /** How the workload differs from that of the last run of the file, in sentences; empty if it is the same. */
  readonly differences: readonly string[];
}

/** Maximum number of earlier runs next to the current one. */
const mostRuns = 9;
const mostTargets = 20;

/**
 * Returns the earlier complete runs of the same file, without their total time if this run ended early.
 * @param runs the history
 */
export function earlierRuns(record: RunRecord, runs: readonly RunRecord[]): EarlierRuns {
  const startedAt = Date.parse(record.startedAt);
  const before = runs
    .filter((run) => run.id !== record.id && Date.parse(run.startedAt) < startedAt && isOfSameFile(run, record))
    .filter(({ status, requestsSent }) => status === 'completed' && requestsSent > 0)
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  const [last] = before;
  const differencesFrom = (run: RunRecord): readonly string[] =>
    workloadDifferences(run, { ...record, status: 'completed' });
  return {
    runs: before
      .filter((run) => differencesFrom(run).length === 0)
      .slice(0, mostRuns)
      .map((run) => earlierRun(run, record.status === 'completed'))
      .toReversed(),
    differences: last === undefined ? [] : differencesFrom(last),
  };
}

/** Runs without a file are distinguished by their name, such as a URL. */
const isOfSameFile = (a: RunRecord, b: RunRecord): boolean =>
  a.source === null || b.source === null ? a.source === b.source && a.name === b.name : a.source.file === b.source.file;

function earlierRun(record: RunRecord, hasTotal: boolean): EarlierRun {
  const { startedAt, perTarget } = record;
  const { total, ...figures } = figuresOf(record);
  return {
    startedAt,
    figures: { ...figures, ...(hasTotal && total !== undefined && { total }) },
    ...(hasTargets(record) &&
      perTarget.length <= mostTargets && {
        targets: Object.fromEntries(perTarget.map((numbers) => [numbers.name, figuresOf(numbers)])),
      }),
  };
}

/** Returns the change of a figure since an earlier run: `+4.2%`, or `-1.3 points` of a share. Null if one is missing. */
export function changeText(name: FigureName, before: number | undefined, now: number | undefined): string | null {
  if (before === undefined || now === undefined) return null;
  if (figureRow(name).isShare === true) return formatPoints(now - before);
  return before === 0 ? null : formatChange(now / before - 1);
}
