import assert from 'node:assert/strict';
import type { Sample } from '../../../../src/core/metrics/types.ts';
import { turnCharts } from '../../../../src/core/report/charts/llm/turns.ts';
import { compactRecord } from '../../../../src/core/record/compact-run.ts';
import { attention } from '../../../../src/core/report/words/facts.ts';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { renderCsv } from '../../../../src/core/report/formats/csv.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { turnTables } from '../../../../src/core/report/tables/turn-table.ts';
import { recordOf } from '../../record/fixtures.ts';

/** Turn `turn` of three: TTFT and input tokens grow with the turn. */
const turnOf = (turn: number, changes: Partial<Sample> = {}): Sample => ({
  target: 0,
  turn,
  turns: 3,
  scheduledMs: 0,
  sentMs: 0,
  headersMs: 5,
  endMs: 100 * turn + 20,
  status: 200,
  bytes: 100,
  outputTokens: 2,
  tokenSource: 'usage',
  inputTokens: 50 * turn,
  cachedTokens: 50 * (turn - 1),
  stream: {
    firstTokenMs: 100 * turn,
    lastTokenMs: 100 * turn + 10,
    chunks: 2,
    untimedTokens: 1,
    gapsMs: Float64Array.of(10),
  },
  ...changes,
});

const conversations = Array.from({ length: 100 }, () => [1, 2, 3].map((turn) => turnOf(turn))).flat();
const record = recordOf(conversations);

describe('turns of conversations in reports', () => {
  it('have a row each', () => {
    const [table] = turnTables(record);
    assert.deepEqual(table?.columns, [
      'Turn',
      'Requests',
      'TTFT p50',
      'TTFT p95',
      'Input tokens',
      'Cached',
      'Output tokens',
      'E2E p50',
    ]);
    assert.deepEqual(table.rows, [
      ['1', '100', '100 ms', '100 ms', '50.0', '0%', '2.00', '110 ms'],
      ['2', '100', '200 ms', '200 ms', '100', '50%', '2.00', '210 ms'],
      ['3', '100', '300 ms', '300 ms', '150', '66.7%', '2.00', '310 ms'],
    ]);
    assert.equal(table.note, '100 conversations: 100 completed. Tokens are per response.');
    assert.match(renderText(record), /Turns of conversations:\n +Turn +Requests/);
    for (const kind of ['html', 'markdown'] as const)
      assert.match(reports[kind].render(record), /Turns of conversations/);
    assert.match(renderCsv(record), /\n,conversations\.completed,100\r\n[^]*\n,turn\.2\.ttftMs\.median,200\r\n/);
  });

  it('have a chart of TTFT', () => {
    const [chart] = turnCharts(record);
    assert.equal(chart?.title, 'TTFT by turn');
    assert.equal(chart.summary, 'TTFT p50 is 100 ms in turn 1 and 300 ms in turn 3.');
    assert.deepEqual(
      chart.series.map(({ label, points }) => [label, points.map(({ x, y }) => [x, y])]),
      ['TTFT p50', 'TTFT p95'].map((label) => [
        label,
        [
          [1, 100],
          [2, 200],
          [3, 300],
        ],
      ]),
    );
    assert.deepEqual(chart.x.ticks, [1, 2, 3]);
    assert.deepEqual(turnCharts(recordOf([turnOf(1)])), []);
  });

  it('say how many conversations ended early', () => {
    const failed = recordOf([...conversations, turnOf(1), turnOf(2, { status: 500, stream: undefined })]);
    assert.deepEqual(failed.conversations, { started: 101, completed: 100, failed: 1, cut: 0 });
    assert.ok(
      attention(failed).includes('A failed turn ended 1 of 101 conversations, so later turns have fewer requests.'),
    );
    assert.deepEqual(turnTables(failed)[0]?.rows[1]?.slice(0, 3), ['2', '101', '1']);
  });

  it('are absent without conversations, and shortened in a history', () => {
    const plain = recordOf([turnOf(1, { turn: undefined, turns: undefined })]);
    assert.deepEqual(
      [plain.conversations, plain.perTurn, turnTables(plain), turnCharts(plain)],
      [undefined, undefined, [], []],
    );
    const long = recordOf(Array.from({ length: 60 }, (_, i) => turnOf(i + 1, { turns: 60 })));
    assert.equal(long.perTurn?.length, 50);
    assert.equal(long.perTurn.at(-1)?.requestsSent, 11);
    assert.equal(turnTables(long)[0]?.rows.at(-1)?.[0], '50 and later');
    assert.equal(compactRecord(long).perTurn?.length, 20);
  });
});
