import { sweepFigures } from '../../src/core/metrics/levels.ts';
import type { RunPlan } from '../../src/core/plan/types.ts';
import { placeOf } from '../../src/core/record/sweeps/make-sweep.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { formatCount } from '../../src/core/format.ts';
import type { ChartContent } from '../../src/core/report/charts/content.ts';
import { latencyByLevel, throughputByLevel, type Levels } from '../../src/core/report/charts/levels.ts';
import { achievedByTarget, responseByRate } from '../../src/core/report/charts/rates.ts';
import { wholeRateTable } from '../../src/core/report/tables/rate-tables.ts';
import { skippedSentence } from '../../src/core/record/sweeps/rate-sentences.ts';
import { levelName, shortLevel } from '../../src/core/record/sweeps/level-words.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { h, setAttributes, setText } from '../dom.ts';
import { wholeLevelTable } from '../../src/core/report/tables/sweep-tables.ts';
import { reportTable } from '../sections/kit/report-table.ts';
import { createLiveHeader } from '../sections/live/live-header.ts';
import { createProgress } from '../sections/live/progress.ts';
import { howFar } from '../sections/run/how-far.ts';
import { liveTiles } from '../sections/run/run-tiles.ts';
import { note, section } from '../sections/kit/section.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { levelCount, levelsWords, levelWords, phaseWords, ratesWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A sweep or search in progress: the level under way, and the levels that have ended. */
export function sweepRunningView(first: StateOf<'sweepRunning'>): View {
  const header = createLiveHeader(first.name, plannedWords(first));
  const progress = createProgress(first.search === undefined ? 'Progress of the sweep' : 'Progress of the run');
  const tried = h('p', { class: 'tried' });
  const skips = h('div');
  const tiles = createTiles(liveTiles(null));
  const table = h('div', { class: 'levels' });
  const byRate = first.rates !== undefined;
  const throughputOf = (levels: Levels): ChartContent =>
    byRate ? achievedByTarget(levels.levels) : throughputByLevel(levels);
  const latencyOf = (levels: Levels): ChartContent => (byRate ? responseByRate(levels.levels) : latencyByLevel(levels));
  const throughput = chartFigure(throughputOf(levelsOf(first.done)));
  const latency = chartFigure(latencyOf(levelsOf(first.done)));
  const charts = h('div', { class: 'charts' }, throughput.element, latency.element);
  const ended = section(first.search === undefined ? 'Levels that have ended' : 'Runs so far', tried, table, charts);
  let shownLevels = -1;

  function update(state: StateOf<'sweepRunning'>): void {
    const { done, snapshot, search, skipped = [], cancelling } = state;
    header.update(`${levelWords(state)}, ${stepWords(state)}`, snapshot, cancelling, search?.reason);
    progress.update(share(state), progressWords(state));
    tiles.update(liveTiles(snapshot));
    setAttributes(ended, { hidden: done.length === 0 });
    if (done.length === shownLevels) return;
    shownLevels = done.length;
    setText(tried, search?.tried ?? '');
    setAttributes(tried, { hidden: (search?.tried ?? '') === '' });
    skips.replaceChildren(...(skipped.length === 0 ? [] : [note('info', skippedSentence(skipped))]));
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
    element: h('div', {}, header.element, progress.element, skips, tiles.element, ended),
  };
}

/** Returns what a sweep measures, or a search looks for. */
function plannedWords({ levels, rates, search }: StateOf<'sweepRunning'>): string {
  if (search !== undefined) return search.wanted;
  return rates === undefined ? levelsWords(levels) : ratesWords(rates);
}

function stepWords({ levels, current, plan, done, snapshot, cancelling }: StateOf<'sweepRunning'>): string {
  const level = plan === undefined ? `concurrency ${formatCount(levels[current] ?? null)}` : levelName(plan);
  if (snapshot === null && done.length > 0 && !cancelling) return `pause before ${level}`;
  return `${level}: ${phaseWords(snapshot, cancelling)}`;
}

function progressWords(state: StateOf<'sweepRunning'>): string {
  const { done, search } = state;
  return search === undefined
    ? `${formatCount(done.length)} of ${formatCount(levelCount(state))} levels have ended`
    : `Progress of run ${formatCount(done.length + 1)}`;
}

/** Returns the share of the sweep that's done, 0 to 1, or of the run of a search. A level of unknown length counts when it has ended. */
function share(state: StateOf<'sweepRunning'>): number {
  const { current, done, plan, snapshot, search } = state;
  const known: RunPlan | undefined = plan ?? done.at(-1)?.plan;
  const within = known === undefined || done.length > current ? 0 : howFar(known, snapshot);
  if (search !== undefined) return within;
  const count = levelCount(state);
  return count === 0 ? 0 : Math.min(1, (done.length + within) / count);
}

/** Returns the finished levels in order, without the figures that need a complete sweep. */
function levelsOf(done: readonly RunRecord[]): Levels {
  return {
    levels: done.toSorted((a, b) => placeOf(a) - placeOf(b)),
    figures: sweepFigures([]),
  };
}
