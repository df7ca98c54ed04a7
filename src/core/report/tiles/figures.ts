import type { QuantileName } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { formatMs, formatPercent, formatRate } from '../../format.ts';
import { headlineThroughput, headlineTime, type HeadlineNumbers } from '../words/headline.ts';

/** Numbers of a run or one of its targets. Total time and goodput exist only for a whole run. */
export type TileNumbers = HeadlineNumbers & Partial<Pick<RunRecord, 'totalMs' | 'goodputPerS' | 'sloAttainment'>>;

interface FigureRow {
  readonly of: (numbers: TileNumbers) => number | null | undefined;
  readonly text: (value: number | null) => string;
  /** Changes are differences in percentage points. */
  readonly isShare?: true;
  /** Metrics of objectives whose bars belong to it. */
  readonly metrics: readonly string[];
}

const time = (name: QuantileName, metric: string): FigureRow => ({
  of: (numbers) => headlineTime(numbers, name).first.times[name],
  text: formatMs,
  metrics: [metric, `response.${metric}`],
});

/** Numbers that tiles show, also of earlier runs. */
export const figureRows = {
  throughput: { of: (n) => headlineThroughput(n).first, text: formatRate, metrics: ['throughput'] },
  p50: time('median', 'p50'),
  p95: time('p95', 'p95'),
  p99: time('p99', 'p99'),
  success: { of: (n) => n.successRatio, text: formatPercent, isShare: true, metrics: ['errors'] },
  ttftP50: { of: (n) => n.ttftMs?.median, text: formatMs, metrics: ['ttft.p50'] },
  ttftP95: { of: (n) => n.ttftMs?.p95, text: formatMs, metrics: ['ttft.p95'] },
  tpotP50: { of: (n) => n.tpotMs?.median, text: formatMs, metrics: ['tpot.p50'] },
  iclP50: { of: (n) => n.iclMs?.median, text: formatMs, metrics: ['icl.p50'] },
  tokens: { of: (n) => n.outputTokensPerS, text: (value) => formatRate(value, 'tokens'), metrics: [] },
  goodput: { of: (n) => n.goodputPerS, text: formatRate, metrics: [] },
  inputTokens: { of: (n) => n.inputTokensPerS, text: (value) => formatRate(value, 'tokens'), metrics: [] },
  total: { of: (n) => n.totalMs, text: formatMs, metrics: [] },
} as const satisfies Record<string, FigureRow>;

/** Name of a number that a tile shows. */
export type FigureName = keyof typeof figureRows;

/** The numbers of the tiles of a run or a target; those that weren't measured are absent. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

const isFigureName = (name: string): name is FigureName => Object.hasOwn(figureRows, name);
const figureNames = Object.keys(figureRows).filter(isFigureName);

/** Returns a row as its interface, for callers with any name. */
export const figureRow = (name: FigureName): FigureRow => figureRows[name];

/** Returns the numbers that the tiles of a run or a target show, to 5 significant digits. */
export function figuresOf(numbers: TileNumbers): Figures {
  return Object.fromEntries(
    figureNames.flatMap((name) => {
      const value = figureRow(name).of(numbers) ?? null;
      return value === null ? [] : [[name, Number(value.toPrecision(5))]];
    }),
  );
}

/** Returns whether a run has numbers of more targets than one. */
export const hasTargets = ({ perTarget }: Pick<RunRecord, 'perTarget'>): boolean => perTarget.length > 1;
