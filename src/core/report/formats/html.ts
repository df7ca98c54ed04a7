import { clientFacts } from '../words/client-words.ts';
import { attention, provenance, unsavedMark } from '../words/facts.ts';
import { failureCountText, failuresOf, targetsText } from '../words/failure-reasons.ts';
import { formatMs, formatPercent, formatRate, formatUtc } from '../../format.ts';
import { escapeHtml } from './escape.ts';
import { runCharts, streamCharts } from '../charts/run-charts.ts';
import { chartSections, factSection, page, section, verdictHtml } from './html-parts.ts';
import { headlineThroughput, headlineTime, timeLabel } from '../words/headline.ts';
import { statusWords } from '../words/outcome-words.ts';
import { turnCharts } from '../charts/llm/turns.ts';
import { serverCharts } from '../charts/server.ts';
import { connectionTables } from '../tables/connection-table.ts';
import { serverTables } from '../tables/server-table.ts';
import { streamTables } from '../tables/stream-tables.ts';
import { turnTables } from '../tables/turn-table.ts';
import {
  latencyTable,
  marked,
  objectiveTable,
  outcomeTable,
  ratesTable,
  targetTable,
  timesTable,
} from '../tables/tables.ts';
import type { QuantileName } from '../../metrics/types.ts';
import { verdictOf } from '../words/verdict.ts';
import type { RunRecord } from '../../record/run.ts';

const mostTargets = 200;

/** The result as one page that needs nothing else: no script, no other file, light and dark as the reader has it. */
export function renderHtml(record: RunRecord): string {
  const verdict = verdictOf(record);
  return page(
    `Loadlens: ${record.name}`,
    `<header>
<h1>${escapeHtml(record.name)}</h1>
${verdictHtml(verdict)}
<p class="sub">${escapeHtml(subtitle(record))}</p>
</header>
${attention(record)
  .filter((note) => !verdict.sentence.includes(note))
  .map((note) => `<p class="note">${escapeHtml(note)}</p>`)
  .join('\n')}
${tiles(record)}
${record.objectives.length > 0 ? section(objectiveTable(record, mostTargets)) : ''}
${section(latencyTable(record))}
${[...streamTables(record), ...turnTables(record), ...serverTables(record)].map(section).join('\n')}
${chartSections([...turnCharts(record), ...streamCharts(record), ...runCharts(record), ...serverCharts(record)])}
${section(outcomeTable(record))}
${record.perTarget.length > 1 ? section(targetTable(record, mostTargets)) : ''}
${failureSamples(record)}
<div class="pair">
${section(timesTable(record))}
${section(ratesTable(record))}
</div>
${connectionTables(record).map(section).join('\n')}
${factSection('Client health', clientFacts(record))}
${factSection('Where the numbers come from', provenance(record))}`,
  );
}

function subtitle(record: RunRecord): string {
  const { startedAt, environment, status, source } = record;
  return [formatUtc(startedAt), environment.host, statusWords[status], ...unsavedMark(source)].join(' · ');
}

function tiles(record: RunRecord): string {
  const throughput = headlineThroughput(record);
  const streams = streamTiles(record);
  const of = streams.length === 0 ? '' : 'Latency ';
  const rows: [label: string, value: string, below: string][] = [
    ...streams,
    throughput.beside === null
      ? ['Throughput', formatRate(throughput.first), '']
      : ['Successes', formatRate(throughput.first), `all responses: ${formatRate(throughput.beside)}`],
    ...goodputTile(record),
    timeTile(record, 'median', 'p50', of),
    timeTile(record, 'p95', 'p95', of),
    timeTile(record, 'p99', 'p99', of),
    ['Success ratio', formatPercent(record.successRatio), ''],
    ['Total time', formatMs(record.requestsSent === 0 ? null : record.totalMs), ''],
  ];
  const items = rows.map(
    ([label, value, below]) =>
      `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${below === '' ? '' : `<small>${escapeHtml(below)}</small>`}</dd></div>`,
  );
  const doubtful = rows.some(([, value, below]) => value.endsWith(' ?') || below.endsWith(' ?'));
  return `<dl class="tiles">${items.join('')}</dl>${doubtful ? '<p class="sub">? = too few responses to rely on.</p>' : ''}`;
}

/** @param of name of the time before a bare quantile */
function timeTile(record: RunRecord, name: QuantileName, label: string, of: string): [string, string, string] {
  const { first, beside } = headlineTime(record, name);
  const below = beside === null ? '' : `${beside.of}: ${marked(beside.times, name)}`;
  const title = timeLabel(first, label);
  return [title.startsWith(label) ? `${of}${title}` : title, marked(first.times, name), below];
}

/** The rate of requests within all objectives; none without objectives on single requests. */
const goodputTile = ({ goodputPerS, sloAttainment }: RunRecord): [string, string, string][] =>
  goodputPerS === null
    ? []
    : [['Goodput', formatRate(goodputPerS), `${formatPercent(sloAttainment)} met every objective`]];

/** Headline figures of streams; none if nothing was streamed. */
function streamTiles({ ttftMs, tpotMs, outputTokensPerS, userTokensPerS }: RunRecord): [string, string, string][] {
  if (ttftMs === undefined || tpotMs === undefined) return [];
  return [
    ['TTFT p50', marked(ttftMs, 'median'), `p95: ${marked(ttftMs, 'p95')}`],
    ['TPOT p50', marked(tpotMs, 'median'), `p95: ${marked(tpotMs, 'p95')}`],
    [
      'Output tokens',
      formatRate(outputTokensPerS, 'tokens'),
      userTokensPerS === undefined ? '' : `per user: ${formatRate(userTokensPerS.mean, 'tokens')}`,
    ],
  ];
}

function failureSamples(record: RunRecord): string {
  if (record.failureSamples.length === 0) return '';
  const items = failuresOf([record]).map(
    (failure) =>
      `<li>${escapeHtml(failureCountText(failure))} <span class="sub">${escapeHtml(targetsText(failure))}</span>${failure.text === '' || failure.text === failure.reason ? '' : `<pre>${escapeHtml(failure.text)}</pre>`}</li>`,
  );
  return `<section><h2>Failures</h2><ul>${items.join('')}</ul></section>`;
}
