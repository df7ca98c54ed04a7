import { slices } from '../../metrics/slices.ts';
import { timelineEndMs } from '../../metrics/timeline.ts';
import { countOf, formatCount, formatMs, formatS } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import type { TimeMark } from '../server-gone.ts';
import { timeAxis, valueAxis } from './axes.ts';
import type { ChartContent, Series, SeriesColor } from './content.ts';
import { marked } from './over-time.ts';

type TargetNumbers = RunRecord['perTarget'][number];
type Timed = TargetNumbers & { readonly timeline: NonNullable<TargetNumbers['timeline']> };

/** For single targets, distinguished by more than color. */
const looks: readonly (readonly [color: SeriesColor, look: Series['look']])[] = [
  ['blue', 'line'],
  ['yellow', 'dashed'],
  ['green', 'line'],
  ['purple', 'dashed'],
  ['red', 'line'],
];

/** Returns the targets of a run with their own timeline; none unless there are several. */
export function timedTargets(perTarget: readonly TargetNumbers[] = []): readonly Timed[] {
  const timed = perTarget.filter((target): target is Timed => target.timeline !== undefined && target.responses > 0);
  return timed.length > 1 ? timed : [];
}

/** Returns the median latency of each target over time. The median of a mix of targets would jump between theirs. */
export function latencyByTarget(
  targets: readonly Timed[],
  run: Pick<RunRecord, 'timeline' | 'totalMs'>,
  marks: readonly TimeMark[],
): ChartContent {
  const endMs = timelineEndMs(run);
  const courses = targets.map(({ name, timeline }) => ({ name, slices: slices(timeline, endMs) }));
  const title = 'Latency over time';
  const highest = Math.max(0, ...courses.flatMap((course) => course.slices.map(({ medianMs }) => medianMs ?? 0)));
  return marked(marks, {
    title,
    summary: `p50 of each target. ${targets.map(({ name, latencyMs }) => `${name}: ${formatMs(latencyMs.median)}`).join(', ')}.`,
    series: courses.map((course, i): Series => {
      const [color, look] = looks[i % looks.length] ?? ['blue', 'line'];
      return {
        label: course.name,
        color,
        look,
        points: course.slices.map(({ fromMs, widthMs, medianMs, responses }) => ({
          x: (fromMs + widthMs / 2) / 1000,
          y: medianMs,
          note: countOf(responses, 'response'),
        })),
      };
    }),
    x: timeAxis(endMs),
    y: valueAxis('p50', highest, formatMs),
    remark: 'p50 of each target.',
    table: {
      title,
      columns: ['Target', 'From', 'Responses', 'p50', 'p95'],
      rows: courses.flatMap((course) =>
        course.slices.map((slice) => [
          course.name,
          formatS(slice.fromMs / 1000),
          formatCount(slice.responses),
          formatMs(slice.medianMs),
          formatMs(slice.p95Ms),
        ]),
      ),
    },
  });
}
