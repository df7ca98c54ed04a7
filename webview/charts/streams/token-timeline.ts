import type { Numbers, StreamedRequest, StreamNumbers } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMs, formatS, noValue, withoutZeros } from '../../../src/core/format.ts';
import { button } from '../../controls.ts';
import { h, setAttributes } from '../../dom.ts';
import { tableTwin } from '../../table.ts';
import { statusCodeWords } from '../../../src/core/report/words/outcome-words.ts';
import { errorKindWords } from '../../words.ts';
import { isStall, requestPhases, type PhaseKind } from '../run/request-phases.ts';
import { svg } from '../kit/svg.ts';
import { ticksBetween } from '../../../src/core/report/charts/axes.ts';

/** Data of a run for the chart. */
type Streamed = Pick<Numbers & StreamNumbers, 'iclMs' | 'streams'>;

const tallestRow = 16;
const shortestRow = 7;
const comfortableHeight = 320;
const axisHeight = 34;
/** Height of each kind of bar as a share of its row, so that they are distinguished by more than color. */
const thickness: Readonly<Record<PhaseKind, number>> = { wait: 0.16, ttft: 0.4, generation: 0.78, stall: 0.16 };

/** One bar for each of the requests that were kept: wait, first token, generation and stalls, over the time of the run. */
export function tokenTimeline(numbers: Streamed, requests: readonly StreamedRequest[]): HTMLElement {
  const title = 'Streams one by one';
  const medianGapMs = numbers.iclMs.median;
  const picture = svg('svg', { role: 'img', class: 'gantt' });
  const twin = tableTwin({
    title,
    columns: ['Target', 'Sent at', 'TTFT', 'E2E', 'Longest ICL', 'Tokens', 'Outcome'],
    words: ['Outcome'],
    rows: requests.map(tableRow),
  });
  // Bars of a sample of a long run would be too short to see: these are lined up at first.
  const { streams } = numbers;
  const all = streams.whole + streams.partial;
  let linedUp = requests.length < all;
  const press = button('', () => {
    linedUp = !linedUp;
    show();
  });

  function show(): void {
    const shown = linedUp ? requests.map(fromItsStart) : requests;
    setAttributes(picture, { 'aria-label': `${title}. ${summary(requests, medianGapMs, linedUp)}` });
    draw(picture, shown, medianGapMs, linedUp ? 'Time since each was due' : 'Time since the start');
    press.update(linedUp ? 'Show when each was sent' : 'Line up at the start', false);
  }

  show();
  return h(
    'figure',
    { class: 'chart broad' },
    h('figcaption', {}, h('h3', {}, title), legend(requests, medianGapMs)),
    picture,
    h('p', { class: 'remark' }, remark(requests.length, all, medianGapMs)),
    h('div', { class: 'toolbar' }, press.element),
    twin.element,
  );
}

function draw(
  picture: SVGElement,
  requests: readonly StreamedRequest[],
  medianGapMs: number | null,
  axis: string,
): void {
  const rowHeight = Math.max(shortestRow, Math.min(tallestRow, comfortableHeight / requests.length));
  const height = rowHeight * requests.length;
  const end = Math.max(1e-6, ...requests.map(({ endMs }) => endMs));
  const ticks = ticksBetween(0, end);
  const place = (ms: number): string => `${((Math.max(0, ms) / end) * 100).toFixed(3)}%`;
  setAttributes(picture, { height: height + axisHeight });
  picture.replaceChildren(
    ...ticks.flatMap((ms, i) => {
      const anchor = i === 0 ? 'start' : ms > 0.96 * end ? 'end' : 'middle';
      return [
        svg('line', { class: 'grid', x1: place(ms), x2: place(ms), y1: 0, y2: height + 3 }),
        svg('text', { x: place(ms), y: height + 16, 'text-anchor': anchor }, tickWords(ms)),
      ];
    }),
    svg('text', { x: '50%', y: height + 31, 'text-anchor': 'middle' }, axis),
    ...requests.map((request, row) =>
      svg(
        'g',
        {},
        svg('title', {}, requestWords(request)),
        // Target of the pointer anywhere in the row.
        svg('rect', { class: 'row', x: 0, width: '100%', y: row * rowHeight, height: rowHeight }),
        ...requestPhases(request, medianGapMs).map(({ kind, fromMs, toMs }) => {
          const thick = rowHeight * thickness[kind];
          return svg('rect', {
            class: kind,
            x: place(fromMs),
            width: place(toMs - fromMs),
            y: row * rowHeight + (rowHeight - thick) / 2,
            height: thick,
          });
        }),
        failed(request)
          ? svg('text', { class: 'failed', x: place(request.endMs), y: (row + 0.5) * rowHeight }, '×')
          : null,
      ),
    ),
  );
}

function fromItsStart(request: StreamedRequest): StreamedRequest {
  const { scheduledMs, firstTokenMs, lastTokenMs } = request;
  return {
    ...request,
    scheduledMs: 0,
    sentMs: request.sentMs - scheduledMs,
    firstTokenMs: firstTokenMs === null ? null : firstTokenMs - scheduledMs,
    lastTokenMs: lastTokenMs === null ? null : lastTokenMs - scheduledMs,
    endMs: request.endMs - scheduledMs,
    longestGapsMs: request.longestGapsMs.map(([from, to]) => [from - scheduledMs, to - scheduledMs]),
  };
}

function legend(requests: readonly StreamedRequest[], medianGapMs: number | null): HTMLElement {
  const present = new Set(requests.flatMap((request) => requestPhases(request, medianGapMs).map(({ kind }) => kind)));
  const names: [PhaseKind, string][] = [
    ['wait', 'Wait'],
    ['ttft', 'Time to first token'],
    ['generation', 'Generation'],
    ['stall', 'Stall'],
  ];
  return h(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...names
      .filter(([kind]) => present.has(kind))
      .map(([kind, name]) => h('li', {}, h('i', { class: `phase-swatch ${kind}` }), name)),
    requests.some(failed) ? h('li', {}, h('i', { class: 'phase-swatch failed' }, '×'), 'Failed') : null,
  );
}

function summary(requests: readonly StreamedRequest[], medianGapMs: number | null, linedUp: boolean): string {
  const stalled = requests.filter(({ longestGapsMs }) => longestGapsMs.some((gap) => isStall(gap, medianGapMs)));
  return `${formatCount(requests.length)} requests, ${linedUp ? 'lined up at their start' : 'when each was sent'}: ${formatCount(stalled.length)} of them stalled, ${formatCount(requests.filter(failed).length)} failed.`;
}

function remark(shown: number, all: number, medianGapMs: number | null): string {
  const which =
    shown < all
      ? `${formatCount(shown)} of ${formatCount(all)} streams, evenly spread over the run.`
      : 'Every stream of the run.';
  if (medianGapMs === null) return which;
  return `${which} A stall is an ICL of more than three times the p50 (${formatMs(medianGapMs)}).`;
}

function failed({ status, error }: StreamedRequest): boolean {
  return error !== undefined || status < 200 || status > 299;
}

function outcome({ status, error }: StreamedRequest): string {
  return error === undefined ? statusCodeWords(String(status)) : errorKindWords(error);
}

function requestWords(request: StreamedRequest): string {
  const [name, sent, ttft, e2e, gap, tokens, ended] = tableRow(request);
  return [
    name,
    `sent at ${sent ?? noValue}`,
    `TTFT ${ttft ?? noValue}, E2E ${e2e ?? noValue}`,
    `longest ICL ${gap ?? noValue}`,
    `${tokens ?? noValue} tokens`,
    ended,
  ].join('\n');
}

function tableRow(request: StreamedRequest): string[] {
  const { target, sentMs, firstTokenMs, lastTokenMs, longestGapsMs, outputTokens } = request;
  const sinceSent = (ms: number | null): string => formatMs(ms === null ? null : ms - sentMs);
  const gaps = longestGapsMs.map(([from, to]) => to - from);
  return [
    target,
    formatS(sentMs / 1000),
    sinceSent(firstTokenMs),
    sinceSent(lastTokenMs),
    formatMs(gaps.length === 0 ? null : Math.max(...gaps)),
    formatCount(outputTokens),
    outcome(request),
  ];
}

function tickWords(ms: number): string {
  return ms === 0 ? '0' : withoutZeros(formatMs(ms));
}
