import assert from 'node:assert/strict';
import { hasStreams } from '../../src/core/metrics/streams.ts';
import { formatCount, formatMs, formatMsRange, formatNumber, formatRate } from '../../src/core/format.ts';
import { compactRecord } from '../../src/core/record/compact-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { readRecord } from '../../src/core/record/read-run.ts';
import { rowsOf, usePanels } from './panels.ts';
import { syntheticRecord } from './states/records.ts';
import { states } from './states/states.ts';

describe('results panel of a run with streams', () => {
  const { show } = usePanels();
  const { record } = states.streamed;
  assert.ok(hasStreams(record));

  it('warns at the start if the metrics that were asked for were not read', async () => {
    const url = 'http://127.0.0.1:9/metrics';
    const unread: RunRecord = {
      ...record,
      plan: { ...record.plan, metricsUrl: url },
      serverMetrics: { url, server: null, failedReadings: 2, failure: 'status 404', atMs: [], figures: {} },
    };
    const { page } = await show({ kind: 'run', record: unread, keptForSession: false });
    const warning = await page.locator('main > div > .note').first().textContent();
    assert.match(warning ?? '', /^Server metrics at http:.+ couldn't be read: status 404\. /);
  });

  it('shows the times of streams, each with its interval or the number of requests it needs', async () => {
    const { page } = await show(states.streamed);
    const tiles = page.locator('.tile');
    assert.deepEqual(await tiles.locator('dd:not(.remark)').allTextContents(), [
      formatMs(record.ttftMs.p95),
      formatMs(record.tpotMs.median),
      `${formatNumber(record.outputTokensPerS)} tokens/s`,
      formatRate(record.throughputPerS),
      formatMs(record.latencyMs.p95),
      '100%',
      formatMs(record.ttftMs.median),
      formatMs(record.iclMs.median),
      formatMs(record.totalMs),
    ]);
    const [low, high] = record.ttftMs.interval95.median!;
    const remarks = await tiles.locator('dd.remark').allTextContents();
    assert.equal(remarks[6], `95% interval ${formatMsRange(low, high).join('–')}`);
    assert.equal(remarks[0], 'not reliable: needs 59 streams');
    assert.equal(remarks[2], `total ${formatCount(record.outputTokens)}, from usage`);
    const rows = await rowsOf(page, 'Stream times');
    assert.deepEqual(
      rows.map(([name, count]) => [name?.split(' ')[0], count]),
      [
        ['TTFT', '40'],
        ['ICL', formatCount(record.iclMs.count)],
        ['TPOT', '40'],
        ['E2E', '40'],
        ['Stall', '40'],
      ],
    );
    assert.equal(rows[0]?.[5], `${formatMs(record.ttftMs.p99)} not reliable, needs 299 streams`);
    const text = (await page.locator('main').textContent()) ?? '';
    assert.ok(text.includes(`${formatCount(record.reasoningTokens!)} tokens, 19.2% of the output`));
  });

  it('says who counted the input tokens', async () => {
    const counted = {
      ...record,
      plan: { ...record.plan, tokenizer: 'gpt2' },
      inputTokens: 900,
      inputTokenSource: 'tokenizer',
    } as const;
    const { page } = await show({ ...states.streamed, record: counted });
    const text = (await page.getByRole('region', { name: 'Streams', exact: true }).textContent()) ?? '';
    assert.ok(text.includes('Counted by the local tokenizer gpt2 in the prompts, without what the server adds'), text);
  });

  it('says first what limited the server, how many requests met all objectives, and if tokens are estimates', async () => {
    const limited = {
      ...states.streamed,
      record: { ...record, goodputPerS: 3.46, sloAttainment: 0.255, tokenSource: 'chunks' as const },
    };
    const { page } = await show(limited);
    const tile = page.locator('.tile').filter({ hasText: 'Goodput' });
    assert.match((await tile.textContent()) ?? '', /^Goodput3\.46 req\/s25\.5% of requests met every objective$/);
    await page.getByText(/^Token counts, tokens\/s, and TPOT are estimates: the server reports no tokens/).waitFor();
  });

  it('has a sentence and a table for each chart of streams', async () => {
    const { page } = await show(states.streamed, { classes: ['vscode-using-screen-reader'] });
    const streams = page.getByRole('region', { name: 'Streams', exact: true });
    const labels = await streams
      .locator('[role=img]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
    assert.equal(labels.length, 4);
    assert.match(labels[0]!, /^Time to first token \(TTFT\)\. 40 first tokens after .+; half within .+\.$/);
    assert.match(
      labels[1]!,
      /^Inter-chunk latency \(ICL\)\. 1,880 chunks .+ after the previous one; half within .+\.$/,
    );
    assert.match(labels[2]!, /^Output tokens over time\. Output tokens per slice: .+ tokens\/s\.$/);
    assert.match(labels[3]!, /^Streams one by one\. 40 requests, when each was sent: \d+ of them stalled, 0 failed\.$/);
    assert.equal(await streams.locator('figure details[open]').count(), 4);
    const bins = await rowsOf(page, 'Inter-chunk latency (ICL)');
    assert.deepEqual(
      bins.map(([, , count]) => count),
      record.iclBins!.counts.map(formatCount),
    );
    const requests = await rowsOf(page, 'Streams one by one');
    const first = record.streamedRequests![0]!;
    assert.equal(requests.length, 40);
    assert.deepEqual(requests[0]?.slice(2, 4), [
      formatMs(first.firstTokenMs! - first.sentMs),
      formatMs(first.lastTokenMs! - first.sentMs),
    ]);
  });

  it('draws requests by send time, or aligned if selected', async () => {
    const { page } = await show(states.streamed);
    const starts = () => page.locator('.gantt .ttft').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('x')));
    const sent = await starts();
    assert.equal(sent.length, 40);
    assert.ok(new Set(sent).size > 30);
    await page.getByRole('button', { name: 'Line up at the start' }).click();
    assert.deepEqual(new Set((await starts()).map((x) => Math.round(Number.parseFloat(x!)))), new Set([0]));
    assert.match((await page.locator('.gantt').getAttribute('aria-label')) ?? '', /lined up at their start/);
    await page.getByRole('button', { name: 'Show when each was sent' }).click();
    assert.deepEqual(await starts(), sent);
  });

  it('shows a sample of many streams, aligned, with failed ones marked', async () => {
    const { page } = await show(states.manyStreams);
    const kept = states.manyStreams.record.streamedRequests!;
    assert.ok(kept.length < 50);
    await page.getByText(`${String(kept.length)} of 700 streams, evenly spread over the run.`).waitFor();
    await page.getByRole('button', { name: 'Show when each was sent' }).waitFor();
    const failed = kept.filter(({ error }) => error !== undefined);
    assert.ok(failed.length > 0);
    assert.equal(await page.locator('.gantt text.failed').count(), failed.length);
    await page.getByText(/^Excluded: [\d,]+ interrupted streams \([\d,]+ chunks\)\.$/).waitFor();
  });

  it('also shows the shortened copy of the history', async () => {
    const copy = readRecord(JSON.parse(JSON.stringify(compactRecord(record))));
    const { page } = await show({ kind: 'run', record: copy, keptForSession: false });
    assert.equal(await page.locator('section[aria-label=Streams] [role=img]').count(), 4);
    assert.equal(await page.locator('.gantt .ttft').count(), 40);
  });

  it('shows nothing about streams without any', async () => {
    const { page } = await show({ kind: 'run', record: syntheticRecord(), keptForSession: false });
    assert.equal(await page.locator('section[aria-label=Streams], .gantt').count(), 0);
  });

  it('shows tiles and tokens of streams while they arrive, and only then', async () => {
    const running = await show(states.running);
    assert.equal(await running.page.locator('.tile:visible').count(), 6);
    assert.equal(await running.page.getByRole('figure').count(), 2);
    const { page } = await show(states.streaming);
    const { summary } = states.streaming.snapshot;
    assert.ok(hasStreams(summary));
    const values = await page.locator('.tile:visible dd:not(.remark)').allTextContents();
    assert.deepEqual(values.slice(0, 3), [
      formatMs(summary.ttftMs.p95),
      formatMs(summary.tpotMs.median),
      `${formatNumber(summary.outputTokensPerS)} tokens/s`,
    ]);
    assert.equal(await page.getByRole('figure').count(), 3);
  });
});
