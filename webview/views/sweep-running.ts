import { sweepFigures } from '../../src/core/metrics/levels.ts';
import type { RunPlan } from '../../src/core/plan/types.ts';
import { placeOf } from '../../src/core/record/sweeps/make-sweep.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { formatCount } from '../../src/core/format.ts';
import type { ChartContent } from '../../src/core/report/charts/content.ts';
import { latencyByLevel, throughputByLevel, type Levels } from '../../src/core/report/charts/levels.ts';
import { achievedByTarget, responseByRate } from '../../src/core/report/charts/rates.ts';
import { wholeRateTable } from '../../src/core/report/tables/rate-tables.ts';
import { rateName, shortLevel } from '../../src/core/record/sweeps/level-words.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { h, setAttributes } from '../dom.ts';
import { wholeLevelTable } from '../../src/core/report/tables/sweep-tables.ts';
import { reportTable } from '../sections/kit/report-table.ts';
import { createLiveHeader } from '../sections/live/live-header.ts';
import { createProgress } from '../sections/live/progress.ts';
import { howFar } from '../sections/run/how-far.ts';
import { liveTiles } from '../sections/run/run-tiles.ts';
import { section } from '../sections/kit/section.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { levelsWords, levelWords, phaseWords, ratesWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A sweep in progress: the level under way, and the levels that have ended. */
export function sweepRunningView(first: StateOf<'sweepRunning'>): View {
  const header = createLiveHeader(
    first.name,
    first.rates === undefined ? levelsWords(first.levels) : ratesWords(first.rates),
  );
  const progress = createProgress('Progress of the sweep');
  const tiles = createTiles(liveTiles(null));
  const table = h('div');
  const byRate = first.rates !== undefined;
  const throughputOf = (levels: Levels): ChartContent =>
    byRate ? achievedByTarget(levels.levels) : throughputByLevel(levels);
  const latencyOf = (levels: Levels): ChartContent => (byRate ? responseByRate(levels.levels) : latencyByLevel(levels));
  const throughput = chartFigure(throughputOf(levelsOf(first.done)));
  const latency = chartFigure(latencyOf(levelsOf(first.done)));
  const charts = h('div', { class: 'charts' }, throughput.element, latency.element);
  const ended = section('Levels that have ended', table, charts);
  let shownLevels = -1;

  function update(state: StateOf<'sweepRunning'>): void {
    const { levels, current, done, snapshot, cancelling } = state;
    header.update(`${levelWords(levels, current)}, ${stepWords(state)}`, snapshot, cancelling);
    progress.update(share(state), `${formatCount(done.length)} of ${formatCount(levels.length)} levels have ended`);
    tiles.update(liveTiles(snapshot));
    setAttributes(ended, { hidden: done.length === 0 });
    if (done.length === shownLevels) return;
    shownLevels = done.length;
    const so = levelsOf(done);
    table.replaceChildren(reportTable(byRate ? wholeRateTable(so.levels) : wholeLevelTable(so)));
    setAttributes(charts, { hidden: new Set(so.levels.map(({ plan }) => shortLevel(plan))).size < 2 });
    throughput.update(throughputOf(so));
    latency.update(latencyOf(so));
  }

  update(first);
  return {
    charts: [throughput, latency],
    update: (state) => {
      if (state.kind === 'sweepRunning') update(state);
    },
    element: h('div', {}, header.element, progress.element, tiles.element, ended),
  };
}

function stepWords({ levels, rates, current, snapshot, cancelling }: StateOf<'sweepRunning'>): string {
  const level =
    rates === undefined ? `concurrency ${formatCount(levels[current] ?? null)}` : rateName(rates[current] ?? Infinity);
  if (snapshot === null && !cancelling) return `pause before ${level}`;
  return `${level}: ${phaseWords(snapshot, cancelling)}`;
}

/** Returns the share of the sweep that's done, 0 to 1. A level of unknown length counts when it has ended. */
function share({ levels, current, done, plan, snapshot }: StateOf<'sweepRunning'>): number {
  const known: RunPlan | undefined = plan ?? done.at(-1)?.plan;
  const within = known === undefined || done.length > current ? 0 : howFar(known, snapshot);
  return levels.length === 0 ? 0 : Math.min(1, (done.length + within) / levels.length);
}

/** Returns the finished levels in order, without the figures that need a complete sweep. */
function levelsOf(done: readonly RunRecord[]): Levels {
  return {
    levels: done.toSorted((a, b) => placeOf(a) - placeOf(b)),
    figures: sweepFigures([]),
  };
}
