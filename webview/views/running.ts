import { hasStreams } from '../../src/core/metrics/streams.ts';
import type { Snapshot, Summary } from '../../src/core/metrics/types.ts';
import type { RunPlan } from '../../src/core/plan/types.ts';
import { failureSentence } from '../../src/core/report/words/failure-reasons.ts';
import { serverGoneSentence, timeMarks } from '../../src/core/report/server-gone.ts';
import { formatCount, formatS, withoutZeros } from '../../src/core/format.ts';
import { latencyOverTime, throughputOverTime, tokensOverTime } from '../../src/core/report/charts/over-time.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { h, setAttributes, setText } from '../dom.ts';
import { icon } from '../icons.ts';
import { howFar } from '../sections/run/how-far.ts';
import { createLiveHeader } from '../sections/live/live-header.ts';
import { createOutcomes } from '../sections/run/outcomes.ts';
import { createProgress } from '../sections/live/progress.ts';
import { liveTiles } from '../sections/run/run-tiles.ts';
import { section } from '../sections/kit/section.ts';
import { liveStreamTiles } from '../sections/run/streams/stream-tiles.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { phaseWords, planWords, requestsWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A run in progress. Each snapshot is brought in place: nothing is built anew, so focus and scroll stay. */
export function runningView(first: StateOf<'running'>): View {
  const header = createLiveHeader(first.name, planWords(first.plan));
  const progress = createProgress('Progress of the run');
  const tiles = createTiles(liveTiles(null));
  const throughput = chartFigure(throughputOverTime(nothingYet.timeline, 0, []));
  const latency = chartFigure(latencyOverTime(nothingYet.timeline, 0, []));
  const outcomes = createOutcomes(nothingYet);
  const reason = h('span');
  const failing = h('p', { class: 'note warning', hidden: true }, icon('warning'), reason);
  const streamTiles = createTiles(liveStreamTiles(null));
  const tokens = chartFigure(tokensOverTime(nothingYet.timeline, 0, []));

  function update({ plan, snapshot, cancelling }: StateOf<'running'>): void {
    const elapsedMs = snapshot?.elapsedMs ?? 0;
    const summary = snapshot?.summary ?? nothingYet;
    const marks = timeMarks(summary);
    header.update(phaseWords(snapshot, cancelling), snapshot, cancelling);
    progress.update(howFar(plan, snapshot), howFarWords(plan, snapshot));
    tiles.update(liveTiles(snapshot, plan));
    throughput.update(throughputOverTime(summary.timeline, elapsedMs, marks));
    latency.update(latencyOverTime(summary.timeline, elapsedMs, marks));
    outcomes.update(summary);
    const said =
      snapshot === null
        ? []
        : [
            serverGoneSentence(snapshot.summary, plan),
            failureSentence([{ ...snapshot.summary, failureSamples: snapshot.failures ?? [] }]),
          ].filter((sentence) => sentence !== undefined);
    setAttributes(failing, { hidden: said.length === 0 });
    setText(reason, said.join(' '));
    const streamed = snapshot !== null && hasStreams(snapshot.summary);
    setAttributes(streamTiles.element, { hidden: !streamed });
    setAttributes(tokens.element, { hidden: !streamed });
    if (streamed) {
      streamTiles.update(liveStreamTiles(snapshot));
      tokens.update({
        ...tokensOverTime(summary.timeline, elapsedMs, marks),
        remark: 'Excludes tokens of streams in progress.',
      });
    }
  }

  update(first);
  return {
    charts: [throughput, latency, tokens],
    update: (state) => {
      if (state.kind === 'running') update(state);
    },
    element: h(
      'div',
      {},
      header.element,
      progress.element,
      failing,
      streamTiles.element,
      tiles.element,
      section(
        'So far',
        h('div', { class: 'charts' }, throughput.element, latency.element, tokens.element, outcomes.element),
      ),
    ),
  };
}

function howFarWords(plan: RunPlan, snapshot: Snapshot | null): string {
  const count = snapshot?.summary.requestsSent ?? 0;
  const elapsed = formatS((snapshot?.elapsedMs ?? 0) / 1000);
  const parts = [
    plan.requests === null ? requestsWords(count) : `${formatCount(count)} of ${requestsWords(plan.requests)}`,
    ...(plan.durationS === null ? [] : [`${elapsed} of ${withoutZeros(formatS(plan.durationS))}`]),
  ];
  return parts.join(' · ');
}

/** Content before the first snapshot. */
const nothingYet: Pick<Summary, 'timeline' | 'statusCodes' | 'errors' | 'requestsSent'> = {
  timeline: { widthMs: 1000, responses: [], failures: [], medianMs: [], p95Ms: [] },
  statusCodes: {},
  errors: {},
  requestsSent: 0,
};
