import { stretchedMs } from '../../src/core/metrics/rates.ts';
import { hasStreams } from '../../src/core/metrics/streams.ts';
import { timelineEndMs } from '../../src/core/metrics/timeline.ts';
import { failureSentences } from '../../src/core/report/words/failure-reasons.ts';
import { serverGoneSentence, timeMarks } from '../../src/core/report/server-gone.ts';
import { outcomeOf } from '../../src/core/report/words/outcome-words.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { formatCount, formatMs } from '../../src/core/format.ts';
import { backlogOverTime } from '../charts/run/backlog-over-time.ts';
import type { ChartFigure } from '../charts/kit/figure.ts';
import { latencyHistogram } from '../charts/run/latency-histogram.ts';
import { latencyOverTime } from '../charts/run/latency-over-time.ts';
import { throughputOverTime } from '../charts/run/throughput-over-time.ts';
import { h, type Child } from '../dom.ts';
import { badge, outcomeBadge } from '../sections/kit/badge.ts';
import { boundBadge, clientHealth } from '../sections/run/client-health.ts';
import { failures } from '../sections/run/failures.ts';
import { latencyTables } from '../sections/run/latency-table.ts';
import { objectives } from '../sections/run/objectives.ts';
import { createOutcomes } from '../sections/run/outcomes.ts';
import { provenance } from '../sections/run/provenance.ts';
import { runTiles } from '../sections/run/run-tiles.ts';
import { note, section } from '../sections/kit/section.ts';
import { serverNotes } from '../sections/run/server-notes.ts';
import { streams } from '../sections/run/streams.ts';
import { targets } from '../sections/run/targets.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import { missedWords, planWords, requestsWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A finished run. */
export function runView({ record, keptForSession }: StateOf<'run'>): View {
  const { parts, charts } = record.requestsSent === 0 ? nothingMeasured() : measured(record);
  return {
    charts,
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h(
          'div',
          { class: 'headline' },
          h('h1', { tabindex: -1 }, record.name),
          ...outcomeBadges(record),
          boundBadge(record.client),
        ),
        h('p', { class: 'remark' }, `${startedWords(record)} · ${planWords(record.plan)} · ${record.environment.host}`),
        runToolbar(record.id),
      ),
      ...notes(record, keptForSession),
      ...parts,
      provenance(record),
    ),
  };
}

/** How the run ended, and how many objectives failed where any did. */
function outcomeBadges(record: RunRecord): HTMLElement[] {
  const outcome = outcomeOf(record);
  const missed = record.objectives.filter((verdict) => verdict.outcome === 'fail').length;
  const ended = outcomeBadge(outcome === 'objectiveMissed' ? 'completed' : outcome);
  return missed === 0 ? [ended] : [ended, badge(missedWords(missed), 'warning')];
}

interface Part {
  readonly parts: readonly Child[];
  readonly charts: readonly ChartFigure[];
}

function nothingMeasured(): Part {
  return { charts: [], parts: [note('info', 'No request ended, so there are no numbers.')] };
}

function measured(record: RunRecord): Part {
  const histogram = latencyHistogram(record);
  const endMs = timelineEndMs(record);
  const marks = timeMarks(record);
  const latency = latencyOverTime(record.timeline, endMs, marks);
  const throughput = throughputOverTime(record.timeline, endMs, marks);
  const waited = record.backlog !== undefined && record.backlog.max > 0;
  const backlog = waited ? [backlogOverTime(record.backlog, endMs, marks)] : [];
  // Without a response there is nothing to draw but when requests failed.
  const charts = [
    ...(record.responses === 0 ? [] : [histogram, latency]),
    ...(record.responses === 0 && record.timeline.responses.length < 2 ? [] : [throughput]),
    ...backlog,
  ];
  const streamed = hasStreams(record) ? streams(record) : undefined;
  return {
    charts: [...charts, ...(streamed?.charts ?? [])],
    parts: [
      createTiles(runTiles(record)).element,
      failures(record),
      clientHealth(record),
      objectives(record.objectives),
      streamed?.element,
      section(
        'Distribution and course',
        h('div', { class: 'charts' }, ...charts.map((chart) => chart.element), createOutcomes(record).element),
      ),
      targets(record),
      serverNotes(record),
      record.responses === 0 ? null : latencyTables(record),
    ],
  };
}

function notes(record: RunRecord, keptForSession: boolean): HTMLElement[] {
  const gone = serverGoneSentence(record, record.plan);
  const notes: HTMLElement[] = gone === undefined ? [] : [note('error', gone)];
  if (record.successes < record.requestsSent) notes.push(failuresNote(record));
  const ended = requestsWords(record.requestsSent);
  const cut = requestsWords(record.requestsCancelled);
  if (record.status === 'cancelled') {
    notes.push(
      note(
        'warning',
        `The run was cancelled. The numbers cover what had ended: ${ended}. Cut off and in no number: ${cut}.`,
      ),
    );
  } else if (record.status === 'crashed') {
    notes.push(
      note(
        'warning',
        [
          'Run stopped unexpectedly.',
          ...(record.stopReason === undefined ? [] : [record.stopReason]),
          `Results cover ${ended} reported before it stopped.`,
        ].join(' '),
      ),
    );
  } else if (record.requestsCancelled > 0) {
    notes.push(note('warning', `Without an answer when the run ended, and in no number: ${cut}.`));
  }
  if (record.reconnected !== undefined && record.reconnected > 0) {
    notes.push(
      note(
        'info',
        `Met a connection that the server was closing and went out once more: ${requestsWords(record.reconnected)}. Latency counts from the first try.`,
      ),
    );
  }
  notes.push(...backlogNotes(record));
  const stretched = stretchedMs(record);
  if (stretched !== null) {
    notes.push(
      note(
        'warning',
        `Failed requests went on for ${formatMs(stretched)} after the last response. The total time includes this, rates do not.`,
      ),
    );
  }
  if (keptForSession) {
    notes.push(
      note('info', 'No folder is open: this run is kept until the window is closed. Export it to keep it longer.'),
    );
  }
  return notes;
}

/** What an open loop could not send in time. */
function backlogNotes({ backlog, plan, responseTimeMs, latencyMs }: RunRecord): HTMLElement[] {
  if (backlog === undefined) return [];
  const unsent =
    backlog.unsent === 0
      ? []
      : [
          note(
            'warning',
            `Due, and not sent before the run ended: ${requestsWords(backlog.unsent)}. An objective on errors counts them.`,
          ),
        ];
  if (backlog.max === 0) return unsent;
  const waited = note(
    'warning',
    `The server did not keep up with the rate: with as many in flight as allowed (max in flight ${formatCount(plan.concurrency)}), up to ${requestsWords(backlog.max)} waited at a time; something waited during ${formatMs(backlog.waitedMs)} of the run. Response time has the wait: p95 ${formatMs(responseTimeMs.p95)}; latency has not: p95 ${formatMs(latencyMs.p95)}.`,
  );
  return [waited, ...unsent];
}

/** What failed and why, in red where nothing succeeded. A flood of fast refusals must never make a run look good. */
function failuresNote(record: RunRecord): HTMLElement {
  const { successes, responses, latencyMs, successLatencyMs } = record;
  const latency =
    successes === 0 || responses === successes
      ? []
      : [
          `Latency covers all responses: p50 ${formatMs(latencyMs.median)}, p95 ${formatMs(latencyMs.p95)}. Successes alone: p50 ${formatMs(successLatencyMs.median)}, p95 ${formatMs(successLatencyMs.p95)}.`,
        ];
  return note(successes === 0 ? 'error' : 'warning', [...failureSentences([record]), ...latency].join(' '));
}
