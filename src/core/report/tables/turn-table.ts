import { mostTurns } from '../../metrics/recorder/turns.ts';
import { formatCount, formatMs, formatNumber, formatPercent } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { conversationText } from '../words/prompt-facts.ts';
import { cachedShare, outputPerResponse } from './stream-tables.ts';
import { isUnsure, marked, type Table } from './tables.ts';

/** Numbers of one turn of all conversations. */
export type TurnNumbers = NonNullable<RunRecord['perTurn']>[number];

/** Returns the number of a turn; the last row may have later ones, too. */
export const turnLabel = (turn: number): string => (turn === mostTurns ? `${turn} and later` : String(turn));

const perResponse = ({ successes }: TurnNumbers, tokens: number | undefined): string =>
  formatNumber(tokens === undefined || successes === 0 ? null : tokens / successes);

/** Returns the table of turns; none without conversations. */
export function turnTables(record: RunRecord): Table[] {
  const { perTurn = [], conversations } = record;
  if (perTurn.length === 0 || conversations === undefined) return [];
  const streams = record.ttftMs !== undefined;
  const has = (name: 'inputTokens' | 'cachedInputTokens'): boolean => perTurn.some((turn) => turn[name] !== undefined);
  const hasTokens = perTurn.some(({ avgOutputTokens }) => avgOutputTokens !== null);
  const failed = perTurn.some(({ successes, requestsSent }) => successes < requestsSent);
  const timesOf = (turn: TurnNumbers): TurnNumbers['latencyMs'] =>
    streams ? (turn.ttftMs ?? none) : turn.successLatencyMs;
  const doubtful = perTurn.some((turn) => isUnsure(timesOf(turn), 'p95'));
  const time = streams ? 'TTFT' : 'Latency';
  return [
    {
      title: 'Turns of conversations',
      columns: [
        'Turn',
        'Requests',
        ...(failed ? ['Failed'] : []),
        `${time} p50`,
        `${time} p95`,
        ...(has('inputTokens') ? ['Input tokens'] : []),
        ...(has('cachedInputTokens') ? ['Cached'] : []),
        ...(hasTokens ? ['Output tokens'] : []),
        ...(streams ? ['E2E p50'] : []),
      ],
      rows: perTurn.map((turn) =>
        [turnLabel(turn.turn), formatCount(turn.requestsSent)].concat(
          failed ? formatCount(turn.requestsSent - turn.successes) : [],
          marked(timesOf(turn), 'median'),
          marked(timesOf(turn), 'p95'),
          has('inputTokens') ? perResponse(turn, turn.inputTokens) : [],
          has('cachedInputTokens') ? formatPercent(cachedShare(turn)) : [],
          hasTokens ? formatNumber(outputPerResponse(turn)) : [],
          streams ? formatMs(turn.e2eMs?.median ?? null) : [],
        ),
      ),
      note: `${conversationText(conversations)}. Tokens are per response.${doubtful ? ' ? = too few values to rely on.' : ''}`,
    },
  ];
}

/** A turn without a complete stream. */
const none: TurnNumbers['latencyMs'] = {
  count: 0,
  min: null,
  mean: null,
  median: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
  stdev: null,
  interval95: { median: null, p90: null, p95: null, p99: null, p999: null },
};
