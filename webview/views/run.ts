import { maxInFlightOf } from '../../src/core/plan/max-in-flight.ts';
import { lateFailuresMs } from '../../src/core/metrics/rates.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import {
  bottleneckSentences,
  estimateSentences,
  unsavedMark,
  workloadSentences,
} from '../../src/core/report/words/facts.ts';
import { capital, formatCount, formatMs } from '../../src/core/format.ts';
import { serverCharts } from '../../src/core/report/charts/server.ts';
import { receivedText } from '../../src/core/report/tables/tables.ts';
import { serverTables } from '../../src/core/report/tables/server-table.ts';
import type { EarlierRuns } from '../../src/core/report/tiles/earlier-runs.ts';
import { turnCharts } from '../../src/core/report/charts/llm/turns.ts';
import { turnTables } from '../../src/core/report/tables/turn-table.ts';
import { chartFigure, type ChartFigure } from '../charts/kit/figure.ts';
import { h, type Child } from '../dom.ts';
import { clientHealth } from '../sections/run/client-health.ts';
import { connections } from '../sections/run/connections.ts';
import { failures } from '../sections/run/failures.ts';
import { latencyTables } from '../sections/run/latency-table.ts';
import { objectives } from '../sections/run/objectives.ts';
import { createOutcomes } from '../sections/run/outcomes.ts';
import { provenance } from '../sections/run/provenance.ts';
import { chartSection, note, section, sessionNote } from '../sections/kit/section.ts';
import { createScope } from '../sections/run/scope.ts';
import { serverNotes } from '../sections/run/server-notes.ts';
import { targets } from '../sections/run/targets.ts';
import { verdictLine } from '../sections/run/verdict-line.ts';
import { reportTable } from '../sections/kit/report-table.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import { planWords, requestsWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A finished run. */
export function runView({ record, earlier, keptForSession, mark }: StateOf<'run'>): View {
  const { parts, charts } = record.requestsSent === 0 ? nothingMeasured() : measured(record, earlier);
  return {
    get charts() {
      return charts();
    },
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('h1', { tabindex: -1 }, record.name),
        verdictLine(record),
        h(
          'p',
          { class: 'remark' },
          [startedWords(record), planWords(record.plan), record.environment.host, ...unsavedMark(record.source)].join(
            ' · ',
          ),
        ),
        runToolbar(record.id),
      ),
      ...notes(record, keptForSession),
      ...parts,
      provenance(record, mark),
    ),
  };
}

interface Part {
  readonly parts: readonly Child[];
  readonly charts: () => readonly ChartFigure[];
}

function nothingMeasured(): Part {
  return { charts: () => [], parts: [] };
}

function measured(record: RunRecord, earlier: EarlierRuns | undefined): Part {
  const scope = createScope(record, earlier);
  const serverFigures = serverCharts(record).map((chart) => chartFigure(chart));
  const turnFigures = turnCharts(record).map((chart) => chartFigure(chart));
  return {
    charts: () => [...turnFigures, ...scope.figures(), ...serverFigures],
    parts: [
      scope.tiles,
      clientHealth(record),
      ...[...bottleneckSentences(record), ...estimateSentences(record)].map((sentence) => note('info', sentence)),
      ...turnParts(record, turnFigures),
      scope.charts,
      ...serverParts(record, serverFigures),
      objectives(record.objectives),
      failures(record),
      section(
        'Status codes and errors',
        createOutcomes(record).table,
        h('p', { class: 'remark' }, `Bodies received: ${receivedText(record)}`),
      ),
      targets(record),
      serverNotes(record),
      record.responses === 0 ? null : latencyTables(record),
      connections(record),
    ],
  };
}

/** Conversations: the chart and the table of their turns. */
function turnParts(record: RunRecord, charts: readonly ChartFigure[]): readonly Child[] {
  const [table] = turnTables(record);
  return table === undefined ? [] : [chartSection('Conversations', charts), reportTable(table)];
}

/** The server's own metrics: the charts, and the tables, GPUs included. */
function serverParts(record: RunRecord, charts: readonly ChartFigure[]): readonly Child[] {
  const tables = serverTables(record);
  return tables.length === 0
    ? []
    : [chartSection('Server metrics', charts), ...tables.map((table) => reportTable(table))];
}

function notes(record: RunRecord, keptForSession: boolean): (HTMLElement | null)[] {
  const { reconnected = 0 } = record;
  const lateMs = lateFailuresMs(record);
  return [
    ...workloadSentences(record).map((sentence) => note('warning', sentence)),
    ...backlogNotes(record),
    lateMs === null
      ? null
      : note(
          'warning',
          `Failed requests continued for ${formatMs(lateMs)} after the last response. Total time includes this, rates don't.`,
        ),
    reconnected === 0
      ? null
      : note(
          'info',
          `${capital(requestsWords(reconnected))} resent because the server closed the connection. Latency includes the first try.`,
        ),
    sessionNote(keptForSession),
  ];
}

/** Requests that an open model couldn't send in time. */
function backlogNotes({ backlog, plan, responseTimeMs, latencyMs }: RunRecord): HTMLElement[] {
  if (backlog === undefined) return [];
  const unsent =
    backlog.unsent === 0
      ? []
      : [note('warning', `Unsent when the run ended: ${requestsWords(backlog.unsent)}. Error objectives count them.`)];
  if (backlog.max === 0) return unsent;
  const behind = note(
    'warning',
    `The server fell behind the target rate. Peak backlog: ${requestsWords(backlog.max)} (max in flight ${formatCount(maxInFlightOf(plan))}). The queue was non-empty for ${formatMs(backlog.waitedMs)}. p95: response time ${formatMs(responseTimeMs.p95)}, latency ${formatMs(latencyMs.p95)}.`,
  );
  return [behind, ...unsent];
}
