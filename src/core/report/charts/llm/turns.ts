import { formatCount, formatMs } from '../../../format.ts';
import type { RunRecord } from '../../../record/run.ts';
import { turnLabel, turnTables, type TurnNumbers } from '../../tables/turn-table.ts';
import { ticksBetween, valueAxis } from '../axes.ts';
import type { ChartContent, Series } from '../content.ts';

/** Returns the time to first token by turn of the conversations, or the latency without streams; none with a single turn. */
export function turnCharts(record: RunRecord): ChartContent[] {
  const { perTurn = [] } = record;
  const [table] = turnTables(record);
  const [first, last] = [perTurn[0], perTurn.at(-1)];
  if (table === undefined || first === undefined || last === undefined || first === last) return [];
  const streams = record.ttftMs !== undefined;
  const name = streams ? 'TTFT' : 'Latency';
  const timeOf = (turn: TurnNumbers, which: 'median' | 'p95'): number | null =>
    (streams ? turn.ttftMs : turn.successLatencyMs)?.[which] ?? null;
  const line = (label: string, which: 'median' | 'p95', style: Pick<Series, 'color' | 'look'>): Series => ({
    label: `${name} ${label}`,
    ...style,
    dots: true,
    points: perTurn.map((turn) => ({
      x: turn.turn,
      y: timeOf(turn, which),
      note: `${formatCount(turn.requestsSent)} requests`,
    })),
  });
  const values = perTurn.flatMap((turn) => [timeOf(turn, 'median') ?? 0, timeOf(turn, 'p95') ?? 0]);
  return [
    {
      title: `${name} by turn`,
      summary: `${name} p50 is ${formatMs(timeOf(first, 'median'))} in turn 1 and ${formatMs(timeOf(last, 'median'))} in turn ${turnLabel(last.turn)}.`,
      series: [
        line('p50', 'median', { color: 'blue', look: 'line' }),
        line('p95', 'p95', { color: 'yellow', look: 'dashed' }),
      ],
      x: {
        title: 'Turn of the conversation',
        min: 1,
        max: last.turn,
        ticks: [...new Set([1, ...ticksBetween(1, last.turn, 10).filter(Number.isInteger), last.turn])],
        tick: String,
        text: (turn) => `Turn ${turnLabel(turn)}`,
      },
      y: valueAxis(name, Math.max(...values), formatMs),
      table,
    },
  ];
}
