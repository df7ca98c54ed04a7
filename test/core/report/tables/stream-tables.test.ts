import assert from 'node:assert/strict';
import type { Sample } from '../../../../src/core/metrics/types.ts';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { recordOf, targetOf } from '../../record/fixtures.ts';

/** A stream of five tokens, 10 ms apart, the first after `ttftMs`. */
function stream(ttftMs: number, changes: Partial<Sample> = {}): Sample {
  const firstTokenMs = ttftMs;
  const chunks = { firstTokenMs, lastTokenMs: firstTokenMs + 40, chunks: 5, untimedTokens: 1 };
  return {
    target: 0,
    scheduledMs: 0,
    sentMs: 0,
    headersMs: 5,
    endMs: ttftMs + 50,
    status: 200,
    bytes: 100,
    outputTokens: 5,
    tokenSource: 'usage',
    stream: { ...chunks, gapsMs: Float64Array.of(10, 10, 10, 10) },
    ...changes,
  };
}

const streams = Array.from({ length: 300 }, (_, i) => stream(100 + i / 10));
const record = recordOf(streams);
const plain = recordOf([stream(10, { stream: undefined })]);

describe('streams in reports', () => {
  it('have their times, with intervals where known', () => {
    const text = renderText(record);
    assert.match(text, /Streams \(300 complete\):/);
    assert.match(text, /time to first token \(TTFT\) +300 +115 ms +115 ms +128 ms +130 ms +130 ms\n/);
    assert.match(text, /inter-chunk latency \(ICL\) +1,200 +10\.0 ms +10\.0 ms/);
    assert.match(text, /time per output token \(TPOT\) +300 +10\.0 ms/);
    assert.match(text, /end-to-end latency \(E2E\) +300 +155 ms/);
    assert.match(text, /reported by the server \(usage\)/);
    assert.doesNotMatch(text, /\?/);
    assert.match(renderText(recordOf(streams.slice(0, 20))), /102 ms \?[^]*too few values to rely on/);
  });

  it('have their tokens, with reasoning tokens separate, for each target', () => {
    assert.match(renderText(record), /Output tokens:\n.*\n +all +1,500 +5\.0 +\S+ +100 +100 +115 ms +10\.0 ms\n/);
    const two = recordOf([stream(100, { reasoningTokens: 3, outputTokens: 12 }), stream(50, { target: 1 })], {
      targets: [targetOf('thinks'), targetOf('chats')],
    });
    const text = renderText(two);
    assert.match(text, /of reasoning/);
    assert.match(text, / all +17 +8\.5 +3 /);
    assert.match(text, / thinks +12 +12\.0 +3 /);
    assert.match(text, / chats +5 +5\.0 +0 /);
  });

  it("have input tokens with the cached share, and reasoning that wasn't streamed", () => {
    const input = { inputTokens: 100, cachedTokens: 25 };
    const two = recordOf(
      [stream(100, { ...input, reasoningTokens: 3, hiddenTokens: 2 }), stream(50, { target: 1, inputTokens: 20 })],
      { targets: [targetOf('caches'), targetOf('chats')] },
    );
    const text = renderText(two);
    assert.match(text, /not streamed/);
    assert.match(text, / caches +5 +5\.0 +3 +2 /);
    assert.match(text, /TPOT covers streamed tokens only\./);
    assert.match(text, /Input tokens:\n/);
    assert.match(text, / all +120 +20\.8% +[\d.,]+ +\S+ tokens\/s\n/);
    assert.match(text, / caches +100 +25% /);
    assert.match(text, / chats +20 +– /);
    const csv = reports.csv.render(two);
    for (const line of ['inputTokens,120', 'cachedInputTokens,25', 'hiddenReasoningTokens,2']) {
      assert.ok(csv.includes(`\r\n,${line}\r\n`), line);
    }
    assert.doesNotMatch(renderText(record), /Input tokens/);
    // Also of responses in one piece.
    assert.match(renderText(recordOf([stream(10, { ...input, stream: undefined })])), /Input tokens:/);
  });

  it('include interrupted streams', () => {
    const broken = recordOf([stream(10), stream(20, { error: 'prematureEnd', outputTokens: undefined })]);
    for (const { render } of [reports.markdown, reports.html, { render: renderText }]) {
      assert.match(render(broken), /1 stream failed after a token \(5 chunks\)/);
    }
  });

  it('are in Markdown, HTML, and CSV, too', () => {
    assert.match(reports.markdown.render(record), /TTFT p50 \*\*115 ms\*\*/);
    assert.match(reports.markdown.render(record), /\| inter-chunk latency \(ICL\) \| 1,200 \| 10\.0 ms/);
    assert.match(reports.html.render(record), /<dt>TTFT p50<\/dt><dd>115 ms<small>p95: 128 ms<\/small>/);
    assert.match(reports.html.render(record), /<th scope="row">end-to-end latency \(E2E\)<\/th>/);
    const csv = reports.csv.render(record);
    for (const line of [
      'streams.whole,300',
      'ttftMs.min,100',
      'iclMs.max,10',
      'stallMs.mean,10',
      'tpotMs.median,10',
      'userTokensPerS.median,100',
    ]) {
      assert.ok(csv.includes(`\r\n,${line}\r\n`), line);
    }
  });

  it('are in no report of a run without streams', () => {
    for (const [kind, { render }] of Object.entries(reports)) {
      assert.doesNotMatch(render(plain), /ttft|stream(?!Error)/i, kind);
    }
    assert.doesNotMatch(renderText(plain), /TTFT/);
  });
});
