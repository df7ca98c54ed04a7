import { perS, rateSlices, type Slice } from '../../metrics/slices.ts';
import { timelineEndMs } from '../../metrics/timeline.ts';
import { binLabels } from './bin-axis.ts';
import { formatCount, formatMs, formatNumber, withoutZeros } from '../../format.ts';
import {
  axis,
  bar,
  belowAxis,
  column,
  curve,
  frame,
  horizontals,
  legend,
  marker,
  plot,
  points,
  text,
  timeLabels,
} from './svg.ts';
import { timeMarks } from '../server-gone.ts';
import type { Table } from '../tables/tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** A picture and its twin for those who read, or hear, numbers. */
export interface Chart {
  readonly svg: string;
  readonly table: Table;
}

/** Latency of all responses, one bar for each bin, with median and 95th percentile marked. Null without a response. */
export function histogramChart(record: RunRecord): Chart | null {
  const { edgesMs, counts } = record.latencyBins;
  if (counts.length === 0) return null;
  const scale = axis(Math.max(...counts));
  const step = plot.width / counts.length;
  const place = (ms: number): number => {
    const bin = Math.max(
      0,
      edgesMs.findLastIndex((edge, index) => index < counts.length && edge <= ms),
    );
    const [low = 0, high = 0] = edgesMs.slice(bin);
    return plot.left + (bin + (high > low ? Math.min(1, Math.max(0, (ms - low) / (high - low))) : 0)) * step;
  };
  const labels = binLabels(edgesMs, 9).map((label) => belowAxis(plot.left + label.at * step, label.text));
  const peak = counts.indexOf(Math.max(...counts));
  const description = `${formatCount(record.latencyMs.count)} responses from ${formatMs(record.latencyMs.min)} to ${formatMs(record.latencyMs.max)}; most, ${formatCount(counts[peak] ?? 0)}, between ${binText(edgesMs, peak)}.`;
  return {
    svg: frame('Latency histogram', description, [
      ...horizontals(scale, formatNumber),
      // A bin with a single response must not vanish.
      ...counts.map((count, bin) =>
        column('bar', bin, counts.length, count === 0 ? 0 : Math.max(count / scale.top, 0.008)),
      ),
      record.latencyMs.median === null ? '' : marker(place(record.latencyMs.median), 'p50', 'end'),
      record.latencyMs.p95 === null ? '' : marker(place(record.latencyMs.p95), 'p95', 'start'),
      ...labels,
      text(plot.left, 14, 'responses', 'start'),
      text(plot.right, plot.bottom + 36, 'latency', 'end'),
    ]),
    table: {
      title: 'Latency histogram',
      columns: ['Latency', 'Responses'],
      rows: counts.map((count, bin) => [binText(edgesMs, bin), formatCount(count)]),
    },
  };
}

/** Median and 95th percentile latency over time. Null with fewer than two slices. */
export function latencyOverTimeChart(record: RunRecord): Chart | null {
  const { widthMs, medianMs, p95Ms } = record.timeline;
  if (medianMs.length < 2) return null;
  const scale = axis(Math.max(...p95Ms.map((value) => value ?? 0)));
  const marks = marksOf(record, widthMs * medianMs.length);
  const description = `Median and 95th percentile of the responses of each ${withoutZeros(formatMs(widthMs))}.`;
  return {
    svg: frame('Latency over time', [description, ...marks.sentences].join(' '), [
      ...horizontals(scale, (value) => formatMs(value)),
      ...curve('line2', p95Ms, scale.top),
      ...curve('line', medianMs, scale.top),
      ...marks.lines,
      ...timeLabels(widthMs, medianMs.length),
      legend(0, 'dot', 'median'),
      legend(90, 'dot2', 'p95'),
    ]),
    table: {
      title: 'Latency over time',
      columns: ['From', 'Median', 'p95'],
      rows: medianMs.map((median, slice) => [
        withoutZeros(formatMs(slice * widthMs, 5)),
        formatMs(median),
        formatMs(p95Ms[slice] ?? null),
      ]),
    },
  };
}

/** Responses and failures over time. Null with fewer than two slices. */
export function throughputOverTimeChart(record: RunRecord): Chart | null {
  const { widthMs, responses, failures } = record.timeline;
  if (responses.length < 2) return null;
  const slices = rateSlices(record.timeline, timelineEndMs(record));
  const spanMs = widthMs * responses.length;
  const rates = slices.map((slice) => perS(slice.responses, slice));
  const failing = slices.map((slice) => perS(slice.failures, slice));
  const scale = axis(Math.max(...rates, ...failing));
  const middle = ({ fromMs, widthMs: width }: Slice): number =>
    plot.left + (plot.width * (fromMs + width / 2)) / spanMs;
  const anyFailure = failures.some((count) => count > 0);
  const marks = marksOf(record, spanMs);
  const description = `Responses that ended in each ${withoutZeros(formatMs(widthMs))}, per second.`;
  return {
    svg: frame('Throughput over time', [description, ...marks.sentences].join(' '), [
      ...horizontals(scale, (value) => `${formatNumber(value)}/s`),
      ...slices.map(({ fromMs, widthMs: width }, index) =>
        bar('bar', fromMs / spanMs, (fromMs + width) / spanMs, (rates[index] ?? 0) / scale.top),
      ),
      ...(anyFailure
        ? points(
            'line3',
            slices.map((slice, index) => ({ x: middle(slice), value: failing[index] ?? 0 })),
            scale.top,
            slices.length === 1,
          )
        : []),
      ...marks.lines,
      ...timeLabels(widthMs, responses.length),
      legend(0, 'bar', 'responses'),
      anyFailure ? legend(110, 'bad', 'failures (no response, or not 2xx)') : '',
    ]),
    table: {
      title: 'Throughput over time',
      columns: [
        'From',
        'Responses',
        'Failures',
        'Responses per second',
        ...(anyFailure ? ['Failures per second'] : []),
      ],
      rows: slices.map((slice, index) =>
        [
          withoutZeros(formatMs(slice.fromMs, 5)),
          formatCount(slice.responses),
          formatCount(slice.failures),
          formatNumber(rates[index] ?? null),
        ].concat(anyFailure ? formatNumber(failing[index] ?? null) : []),
      ),
    },
  };
}

/** The moments to mark in a chart over so much time, drawn and in words. */
function marksOf(record: RunRecord, spanMs: number): { lines: string[]; sentences: string[] } {
  const marks = timeMarks(record);
  return {
    lines: marks.map(({ atMs, label }) => {
      const share = Math.min(1, atMs / spanMs);
      return marker(plot.left + plot.width * share, label, share < 0.5 ? 'start' : 'end');
    }),
    sentences: marks.map(({ sentence }) => sentence),
  };
}

function binText(edges: readonly number[], bin: number): string {
  return `${withoutZeros(formatMs(edges[bin] ?? null, 5))} – ${withoutZeros(formatMs(edges[bin + 1] ?? null, 5))}`;
}
