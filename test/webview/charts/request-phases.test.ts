import assert from 'node:assert/strict';
import type { StreamedRequest } from '../../../src/core/metrics/types.ts';
import { isStall, requestPhases } from '../../../webview/charts/run/request-phases.ts';

const request = (changes: Partial<StreamedRequest>): StreamedRequest => ({
  target: 'chat',
  scheduledMs: 0,
  sentMs: 20,
  firstTokenMs: 100,
  lastTokenMs: 400,
  endMs: 401,
  status: 200,
  chunks: 20,
  outputTokens: 20,
  longestGapsMs: [],
  ...changes,
});

const drawn = (changes: Partial<StreamedRequest>, medianGapMs: number | null = 10): string[] =>
  requestPhases(request(changes), medianGapMs).map(
    ({ kind, fromMs, toMs }) => `${kind} ${String(fromMs)} to ${String(toMs)}`,
  );

describe('the phases of a request', () => {
  it('are wait, first token, and generation, interrupted by stalls', () => {
    assert.deepEqual(
      drawn({
        longestGapsMs: [
          [150, 180],
          [200, 290],
          [300, 331],
        ],
      }),
      [
        'wait 0 to 20',
        'ttft 20 to 100',
        'generation 100 to 200',
        'stall 200 to 290',
        'generation 290 to 300',
        'stall 300 to 331',
        'generation 331 to 400',
      ],
    );
  });

  it('are only the wait without a token, and none without a wait', () => {
    assert.deepEqual(drawn({ firstTokenMs: null, lastTokenMs: null, sentMs: 0 }), ['ttft 0 to 401']);
  });

  it('have no stall without a median gap', () => {
    assert.deepEqual(drawn({ longestGapsMs: [[100, 400]] }, null), [
      'wait 0 to 20',
      'ttft 20 to 100',
      'generation 100 to 400',
    ]);
    assert.equal(isStall([0, 30], 10), false);
    assert.equal(isStall([0, 30.1], 10), true);
  });
});
