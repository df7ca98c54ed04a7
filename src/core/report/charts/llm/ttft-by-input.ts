import { formatCount, formatMs } from '../../../format.ts';
import type { TtftByInput } from '../../../metrics/types.ts';
import { fitSentence, inputName } from '../../words/llm/ttft-by-input.ts';
import { valueAxis } from '../axes.ts';
import type { ChartContent, Series } from '../content.ts';

/** Number of groups in the table of the chart. */
const groups = 8;

/** Returns TTFT against input tokens with the line through them; null for a single point. */
export function ttftByInputChart(byInput: TtftByInput): ChartContent | null {
  const { points, fit, streams, minTokens, maxTokens } = byInput;
  if (points.length < 2 || minTokens === maxTokens) return null;
  const at = (tokens: number): number =>
    fit === undefined ? 0 : fit.interceptMs + (fit.msPer1000Tokens * tokens) / 1000;
  const line: Series[] =
    fit === undefined
      ? []
      : [
          {
            label: 'Theil–Sen line',
            color: 'yellow',
            look: 'dashed',
            // A line that starts below 0 is cut off there.
            points: [Math.max(minTokens, (-1000 * fit.interceptMs) / fit.msPer1000Tokens), maxTokens].map((tokens) => ({
              x: tokens,
              y: at(tokens),
            })),
          },
        ];
  const title = 'TTFT by input tokens';
  return {
    title,
    summary: fitSentence(byInput),
    series: [
      { label: 'Streams', color: 'blue', look: 'dots', points: points.map(([tokens, ms]) => ({ x: tokens, y: ms })) },
      ...line,
    ],
    x: valueAxis(inputName(byInput), maxTokens, formatCount),
    y: valueAxis('TTFT', Math.max(...points.map(([, ms]) => ms), at(maxTokens)), formatMs),
    remark: `${fitSentence(byInput)}${points.length < streams ? ` Shown: ${formatCount(points.length)} of ${formatCount(streams)} streams.` : ''}`,
    table: {
      title,
      columns: [inputName(byInput), 'Streams shown', 'TTFT mean', 'TTFT max'],
      rows: groupsOf(points).map((group) => {
        const times = group.map(([, ms]) => ms);
        const [first, last] = [group[0]?.[0] ?? 0, group.at(-1)?.[0] ?? 0];
        return [
          first === last ? formatCount(first) : `${formatCount(first)}–${formatCount(last)}`,
          formatCount(group.length),
          formatMs(times.reduce((sum, ms) => sum + ms, 0) / times.length),
          formatMs(Math.max(...times)),
        ];
      }),
    },
  };
}

/** Returns the points by their tokens in groups of about the same size. */
function groupsOf(points: TtftByInput['points']): TtftByInput['points'][] {
  const sorted = points.toSorted(([a], [b]) => a - b);
  const size = Math.ceil(sorted.length / groups);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => sorted.slice(i * size, (i + 1) * size));
}
