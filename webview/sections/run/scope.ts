import { hasStreams } from '../../../src/core/metrics/streams.ts';
import { worstTargets } from '../../../src/core/record/compact-run.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { runCharts } from '../../../src/core/report/charts/run-charts.ts';
import type { EarlierRuns } from '../../../src/core/report/tiles/earlier-runs.ts';
import { hasCharts, mixNote, targetView } from '../../../src/core/report/tiles/target-view.ts';
import { trailNote } from '../../../src/core/report/tiles/trail.ts';
import { chartFigure, type ChartFigure } from '../../charts/kit/figure.ts';
import { dropdown, type Dropdown } from '../../controls.ts';
import { h, type Child } from '../../dom.ts';
import { startedWords } from '../../words.ts';
import { chartSection, note } from '../kit/section.ts';
import { createTiles } from '../kit/tiles.ts';
import { runTiles } from './run-tiles.ts';
import { streams, type ChartedPart } from './streams/streams.ts';

/** Tiles and charts of a run or of the target that the reader selects. */
export interface Scope {
  /** The choice of a target, and the tiles. */
  readonly tiles: HTMLElement;
  readonly charts: HTMLElement;
  readonly figures: () => readonly ChartFigure[];
}

/** Targets to choose from; with more, the table of targets is the place to look. */
const mostChoices = 50;

/** Makes the tiles and charts of a run, with a choice of its targets if there are several. */
export function createScope(record: RunRecord, earlier: EarlierRuns | undefined): Scope {
  const tiles = h('div');
  const charts = h('div');
  let figures: readonly ChartFigure[] = [];

  function show(target: string | undefined): void {
    const part = target === undefined ? wholeRun(record) : ofTarget(record, target);
    for (const figure of figures) figure.dispose();
    figures = part.charts;
    tiles.replaceChildren(...tilesOf(record, earlier, target).filter((child) => child !== null));
    charts.replaceChildren(part.element);
  }

  show(undefined);
  return { tiles: h('div', {}, picker(record, show), tiles), charts, figures: () => figures };
}

/** The choice of a target; null for a run with only one. */
function picker(record: RunRecord, show: (target: string | undefined) => void): HTMLElement | null {
  const { perTarget } = record;
  if (perTarget.length < 2) return null;
  const names = worstTargets(perTarget, mostChoices).map(({ name }) => name);
  // The place, not the name: a target may have any name.
  const choice: Dropdown<string> = dropdown(
    'Target',
    [{ value: '', text: 'All targets' }, ...names.map((name, i) => ({ value: String(i), text: name }))],
    () => show(choice.value() === '' ? undefined : names[Number(choice.value())]),
  );
  const left = perTarget.length - names.length;
  return h(
    'div',
    { class: 'toolbar picker' },
    h('span', { class: 'remark' }, 'Figures of'),
    choice.element,
    left > 0 ? h('span', { class: 'remark' }, `${String(left)} more in the table of targets`) : null,
  );
}

function tilesOf(
  record: RunRecord,
  earlier: EarlierRuns | undefined,
  target: string | undefined,
): (HTMLElement | null)[] {
  const numbers = record.perTarget.find(({ name }) => name === target);
  const subject = numbers === undefined || target === undefined ? { numbers: record } : { numbers, target };
  const since = earlier && trailNote(earlier, (startedAt) => startedWords({ startedAt }));
  const mixed = target === undefined ? mixNote(record) : undefined;
  return [
    mixed === undefined ? null : note('info', mixed),
    createTiles(runTiles(record, earlier, subject)).element,
    since === undefined ? null : h('p', { class: 'remark' }, since),
  ];
}

const distribution = 'Distribution and trends';

function wholeRun(record: RunRecord): ChartedPart {
  const charts = runCharts(record).map((chart) => chartFigure(chart));
  return joined(hasStreams(record) ? streams(record) : undefined, charts, chartSection(distribution, charts));
}

function ofTarget(record: RunRecord, target: string): ChartedPart {
  const view = targetView(record, target);
  if (view === undefined) return { element: h('div'), charts: [] };
  const streamed = hasStreams(view) ? streams(view) : undefined;
  if (!hasCharts(view)) {
    return joined(
      streamed,
      [],
      note('info', 'Charts by target exist for runs of 2 to 5 targets. Older results have none.'),
    );
  }
  const charts = runCharts(view).map((chart) => chartFigure(chart));
  return joined(streamed, charts, chartSection(`${distribution}: ${target}`, charts));
}

const joined = (
  streamed: ChartedPart | undefined,
  charts: readonly ChartFigure[],
  ...more: readonly Child[]
): ChartedPart => ({
  charts: [...(streamed?.charts ?? []), ...charts],
  element: h('div', { class: 'parts' }, streamed?.element, ...more),
});
