import assert from 'node:assert/strict';
import { lostHealth } from '../../../../src/core/metrics/client/client-health.ts';
import type { ClientHealth, Sample } from '../../../../src/core/metrics/types.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { sampleOf } from '../../metrics/samples.ts';
import { closedLoop, flood, recordOf, targetOf } from '../../record/fixtures.ts';

/**
 * 500 samples with these figures (seconds): half below the median, half above it, and the mean made right by those above.
 * `slow` of them are successes beside failures; all are when there are none.
 */
function samplesWith(run: {
  total: number;
  median: number;
  mean: number;
  min: number;
  max: number;
  slow?: number;
}): Sample[] {
  const { median, min, max, slow = 0 } = run;
  const low = (min + median) / 2;
  const known = [min, ...Array.from({ length: 248 }, () => low), median, median, max];
  const slowOnes = Array.from({ length: Math.max(0, slow - 1) }, () => max - 0.001);
  const left = 500 - known.length - slowOnes.length;
  const sum = [...known, ...slowOnes].reduce((a, b) => a + b, 0);
  const fill = (500 * run.mean - sum) / left;
  assert.ok(fill >= median && fill <= max);
  const seconds = [...known, ...slowOnes, ...Array.from({ length: left }, () => fill)];
  return seconds.map((latency, index) => {
    const success = slow === 0 || latency > 0.9;
    const sentMs = index === 500 - 1 ? (run.total - latency) * 1000 : 0;
    return sampleOf(latency * 1000, success ? { sentMs, outputTokens: 3 } : { sentMs, status: 429 });
  });
}

/** What a reader is told first, each on a line of its own. */
function notesOf(text: string): string {
  return text.split('--- - --- - ---\n')[3]?.replaceAll(/\n {2}/g, ' ') ?? '';
}

/** The verdict on one line. */
const verdictIn = (text: string): string => (text.split('\n\n')[0] ?? '').replaceAll(/\n */g, ' ');

describe('the text report', () => {
  it("has the reference's lines for the reference's first run", () => {
    // A total that rounds to the reference's 51.1278 and divides into its rates, too.
    const samples = samplesWith({ total: 51.12777, median: 1.0119, mean: 1.0216, min: 1.0014, max: 1.2117 });
    assert.deepEqual(renderText(recordOf(samples)).split('\n').slice(0, 13), [
      'Completed: All 500 requests succeeded.',
      '',
      '*** Results ***',
      'Status codes:',
      '  200: 500 times',
      'Success ratio: 100.00%',
      '--- - --- - ---',
      'Total time: 51.1278 seconds',
      'Median latency: 1.0119  |  Average latency: 1.0216 seconds',
      'Shortest request time: 1.0014 seconds  |  Longest request time: 1.2117 seconds',
      '--- - --- - ---',
      'Throughput: 9.7794 requests per second',
      'Avg Output Tokens: 3.0000  |  Output Token Throughput: 29.3383 tokens per second',
    ]);
  });

  it('uses the singular for one', () => {
    const samples = [sampleOf(5, { status: 404 }), ...Array.from({ length: 10 }, () => sampleOf(5))];
    const text = renderText(recordOf(samples));
    assert.match(text, /^ {2}404: 1 time$/m);
    assert.match(text, /10 opened; 1 request on a reused connection/);
    assert.match(notesOf(text), /1 of 11 requests failed: 404 Not Found\./);
  });

  it("has the reference's lines for the reference's second run, with many 429s", () => {
    // The total with the digits that its throughput of 486.8681 stands for.
    const samples = samplesWith({
      total: 500 / 486.8681,
      median: 0.0097,
      mean: 0.031,
      min: 0.0046,
      max: 1.0248,
      slow: 10,
    });
    const record = recordOf(samples);
    const lines = renderText(record).split('\n');
    assert.deepEqual(lines.slice(0, 14), [
      'Completed with failures: 98% errors: 490 × 429 Too Many Requests.',
      '',
      '*** Results ***',
      'Status codes:',
      '  200: 10 times',
      '  429: 490 times',
      'Success ratio: 2.00%',
      '--- - --- - ---',
      'Total time: 1.0270 seconds',
      'Median latency: 0.0097  |  Average latency: 0.0310 seconds',
      'Shortest request time: 0.0046 seconds  |  Longest request time: 1.0248 seconds',
      '--- - --- - ---',
      'Throughput: 486.8681 requests per second',
      'Avg Output Tokens: 0.0600  |  Output Token Throughput: 29.2121 tokens per second',
    ]);
    assert.equal(lines[14], '--- - --- - ---');
    assert.match(
      lines.slice(15, 17).join(' '),
      /^! 490 of 500 requests failed: 429 Too Many Requests\. The server limits requests\. /,
    );
    assert.match(
      lines.slice(17, 19).join(' '),
      /Latency over all responses is mostly that of failures; successes alone: median 1\.02 s/,
    );
    assert.ok(Math.abs(record.successThroughputPerS! - (10 / record.totalMs) * 1000) < 1e-9);
  });

  it('has placeholders, and no NaN, if nothing responded', () => {
    const failed = Array.from({ length: 3 }, () => sampleOf(1, { status: 0, error: 'refused', headersMs: Number.NaN }));
    for (const samples of [[], failed]) {
      const text = renderText(recordOf(samples));
      assert.doesNotMatch(text, /NaN|Infinity|undefined|null/);
      assert.match(text, /Status codes:\n {2}–\n/);
      assert.match(text, /Median latency: – {2}\| {2}Average latency: – seconds/);
      assert.match(text, /Avg Output Tokens: – {2}\| {2}Output Token Throughput: – tokens per second/);
    }
    assert.match(renderText(recordOf([])), /Success ratio: –\n.*\nTotal time: – seconds/);
    const text = renderText(recordOf(failed));
    assert.match(text, /Success ratio: 0\.00%/);
    assert.match(text, /! 3 of 3 requests got no usable response \(3 × connection refused\)\. Excluded from latency\./);
  });

  it('marks percentiles with too few samples, and shows the others with intervals', () => {
    const text = renderText(recordOf(closedLoop(100, 10, (index) => ({ latencyMs: 1000 + index }))));
    assert.match(text, /p50 +1\.050 s +1\.039 s – 1\.060 s/);
    assert.match(text, /p95 +1\.094 s +\S+ s – 1\.099 s/);
    assert.match(text, /p99 +1\.098 s +needs n ≥ 299/);
    assert.match(text, /p99\.9 +1\.099 s +needs n ≥ 2,995/);
    assert.doesNotMatch(text, /successes alone/);
  });

  it('shows successes next to all responses if they differ', () => {
    const text = renderText(recordOf(flood()));
    assert.match(text, /All 500 responses +95% interval +10 successes +95% interval/);
    assert.match(text, /p50 +8\.000 ms .* 1\.006 s +1\.002 s – 1\.009 s/);
    assert.match(text, /status 429 +490 +98%/);
  });

  it('has targets, objectives, client, plan, and machine, in lines up to 100 characters', () => {
    const names = Array.from(
      { length: 30 },
      (_, index) => `GET /a/rather/long/path/that/goes/on/and/on?item=${String(index)}`,
    );
    const samples = closedLoop(600, 10, (index) => ({
      latencyMs: 50 + index / 10,
      target: index % 29,
      status: index % 11 === 0 ? 503 : 200,
    }));
    const objective = { metric: 'p95', operator: '<', value: 500, text: 'p95 < 500ms' } as const;
    const text = renderText(
      recordOf(samples, {
        targets: names.map((name) => targetOf(name)),
        limitMs: 500,
        requestsCancelled: 4,
        status: 'cancelled',
        objectives: [{ objective, outcome: 'pass', actual: 105.2 }],
      }),
    );
    assert.match(text, /Run canceled\. Results cover the 600 requests that had ended\./);
    assert.match(text, /In flight when the run ended: 4 requests/);
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      /Shown are the 20 that fail most or are slowest; 9 more are in the JSON report\. 1 target got no request\./,
    );
    assert.match(text, /GET \/a\/\S*…\S*item=8 /);
    assert.match(text, /whole run +p95 < 500ms +pass +105\.2 ms/);
    assert.match(text, /goodput \(success within objectives\)/);
    const words = text.replaceAll(/\s+/g, ' ');
    for (const facts of [
      /event loop utilization 11\.2%; delay p99 800 µs, max 12\.0 ms; idle thread delay p99 250 µs/,
      /longest pause client none; machine 11\.3 ms/,
      /requests dispatch to write p99 82\.3 µs, max 912 µs; schedule lag p99 0 ms/,
      /CPU 12\.3% of a core; CPU steal 0\.12%; CPU pressure 2\.12%/,
    ]) {
      assert.match(words, facts);
    }
    assert.match(text, /600 requests, concurrency 10 \(closed model\), seed 7, timeout 30 s/);
    assert.match(text, /localhost:5000 = 127\.0\.0\.1:5000/);
    assert.match(text, /load\/endpoints\.txt at af0999371d2f with uncommitted changes/);
    assert.match(text, /linear interpolation on all samples \(type 7\)/);
    assert.match(text, /output tokens +not reported by the server/);
    const widest = Math.max(...text.split('\n').map((line) => line.length));
    assert.ok(widest <= 100, `widest line: ${String(widest)}`);
  });

  it('starts with the explanation if a run was client-limited or the machine noisy', () => {
    const record = recordOf(flood());
    const textOf = (client: Partial<ClientHealth>): string =>
      renderText({ ...record, client: { ...record.client, warnings: ['It was busy.'], ...client } });
    for (const [client, words] of [
      [{ bound: 'client', cpuShare: 0.97 }, / Client-limited: the server may be faster\.$/],
      [{ bound: 'client' }, / Client delay: .*\.$/],
      [{ bound: 'machine' }, / Noisy machine: rerun when idle\.$/],
    ] as const) {
      const text = textOf(client);
      assert.match(verdictIn(text), words);
      assert.match(notesOf(text), /! It was busy\.\n$/);
    }
    assert.doesNotMatch(verdictIn(textOf({ bound: null })), /limited|delay|Noisy/);
  });

  it("omits what an older record doesn't have of its client", () => {
    const measured = recordOf(closedLoop(20, 1, () => ({ latencyMs: 200 })));
    const { loopUtilisation: _, stealShare: __, ownStallMs: ___, machineStallMs: ____, ...client } = measured.client;
    const text = renderText({ ...measured, client });
    assert.match(text, /event loop +delay p99/);
    assert.doesNotMatch(text, /at work|standstills|hypervisor|undefined|NaN/);
  });

  it("reports no delays of a client that wasn't observed", () => {
    const { client } = recordOf([]);
    const text = renderText({ ...recordOf([]), client: { ...client, eventLoopDelayMaxMs: 0, eventLoopDelayP99Ms: 0 } });
    assert.match(text, /event loop +not measured: the run was too short\n {2}requests /);
  });

  it("shows how many requests were queued, why, and for how long, and doesn't blame the client for their lag", () => {
    const record = recordOf(closedLoop(20, 2, () => ({ latencyMs: 20 })));
    assert.match(renderText(record), /schedule lag p99/);
    const backlog = { max: 12, maxAtMs: 90, waitedMs: 8_180, unsent: 0, widthMs: 50, waiting: [12] };
    const waited = renderText({ ...record, backlog }).replaceAll(/\n +/g, ' ');
    assert.ok(
      waited.includes(
        '! The server fell behind the target rate. Peak backlog: 12 requests (max in flight 10). The queue was non-empty for 8.18 s.',
      ),
      waited,
    );
    assert.doesNotMatch(waited, /schedule lag p99/);
    const lost = { ...record, backlog, client: lostHealth({ ...record, backlog }) };
    assert.doesNotMatch(renderText(lost), /schedule lag p99/);
  });

  it('explains why a run stopped unexpectedly, and that client readings were lost', () => {
    const record = recordOf(flood(), { status: 'crashed', stopReason: 'The process is gone.' });
    const text = renderText({ ...record, client: lostHealth(record) });
    assert.match(
      text.replaceAll(/\n +/g, ' '),
      /! Run stopped unexpectedly\. The process is gone\. Results cover the 500 requests reported before it stopped\./,
    );
    assert.match(text, /client health +lost/);
    assert.doesNotMatch(text, /event loop|of a core/);
  });

  it('escapes control characters in names', () => {
    const samples = closedLoop(20, 2, (index) => ({ latencyMs: 5, target: index % 2 }));
    const text = renderText(recordOf(samples, { targets: [targetOf('a\u001b[2Jb\nc'), targetOf('d')] }));
    assert.match(text, /a \[2Jb c/);
    assert.ok(!text.includes('\u001b'));
  });
});
