import assert from 'node:assert/strict';
import { formatMs, formatPercent, formatRate } from '../../src/core/format.ts';
import type { PanelState } from '../../src/panel-protocol.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { withoutTargetCharts } from '../../src/core/record/compact-run.ts';
import { earlierRuns } from '../../src/core/report/tiles/earlier-runs.ts';
import { lastPosted, rowsOf, tableOf, usePanels } from './panels.ts';
import { syntheticRecord } from './states/records.ts';
import { states } from './states/states.ts';

describe('results panel', () => {
  const { open, show } = usePanels();

  /** The badge of the verdict. */
  const badges = async (state: PanelState): Promise<string[]> => {
    const { page } = await show(state);
    return page.locator('.verdict .badge').allTextContents();
  };

  it("reports that it's ready, and draws nothing before it has a state", async () => {
    const panel = await open();
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
    assert.equal(await panel.page.locator('main').textContent(), '');
  });

  describe('before the first run', () => {
    it('offers to run and to show the history, by mouse and keyboard', async () => {
      const panel = await show(states.empty);
      await panel.page.getByRole('button', { name: 'Run Benchmark' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'run' });
      await panel.page.keyboard.press('Tab');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
    });
  });

  describe('of a finished run', () => {
    const { record } = states.completed;

    it('shows the numbers of the record', async () => {
      const { page } = await show(states.completed);
      assert.deepEqual(await page.locator('.tile dd:not(.remark, .more)').allTextContents(), [
        formatRate(record.throughputPerS),
        formatMs(record.latencyMs.p95),
        '100%',
        formatMs(record.latencyMs.median),
        formatMs(record.latencyMs.p99),
        formatRate(record.outputTokensPerS, 'tokens'),
        formatMs(record.totalMs),
      ]);
      const rows = await rowsOf(page, 'Latency statistics');
      const p999 = formatMs(record.latencyMs.p999);
      assert.deepEqual(
        rows.find(([name]) => name === 'p99.9'),
        ['p99.9', ...Array.from({ length: 2 }, () => `${p999} not reliable, needs 2,995 responses`)],
      );
      assert.equal(rows.length, 10);
      const text = (await page.locator('main').textContent()) ?? '';
      for (const part of [
        'No client bottleneck detected.',
        'built-in HTTP client',
        '3f9c1d2ab47e, uncommitted changes',
        'build-07.example.org',
        '[::1]:5000',
      ]) {
        assert.ok(text.includes(part), part);
      }
    });

    it('shows in the header and at the file that unsaved text was run', async () => {
      const source = { file: 'load/endpoints.txt', unsaved: true } as const;
      const panel = await show({ ...states.completed, record: { ...record, source } });
      const { page } = panel;
      assert.match(await page.locator('header p.remark').innerText(), / · build-07\.example\.org · unsaved changes$/);
      const file = page.locator('.provenance dd').first();
      assert.equal(await file.innerText(), 'load/endpoints.txt, unsaved changes');
      await file.getByRole('button').click();
      assert.deepEqual(await lastPosted(panel), { type: 'openSource', id: record.id });
    });

    it('marks percentiles of too few responses, and shows how many they need', async () => {
      const { page } = await show(states.small);
      assert.deepEqual(await page.locator('.tile.unsure').allTextContents(), [
        `p95${formatMs(states.small.record.latencyMs.p95)}not reliable: needs 59 responses`,
        `p99${formatMs(states.small.record.latencyMs.p99)}not reliable: needs 299 responses`,
      ]);
      assert.deepEqual(await badges(states.small), ['Stopped unexpectedly']);
    });

    it('shows successes first if responses failed, like the reports', async () => {
      const { page } = await show(states.refused);
      const { successThroughputPerS, throughputPerS, successLatencyMs, latencyMs } = states.refused.record;
      assert.equal(formatMs(latencyMs.median), '2.96 ms');
      assert.equal(formatMs(successLatencyMs.median), '1.15 s');
      const tiles = await page.locator('.tile').allInnerTexts();
      assert.match(
        tiles[0]!,
        new RegExp(
          `^Successes\\s+${formatRate(successThroughputPerS)}\\s+all responses: ${formatRate(throughputPerS)}$`,
        ),
      );
      assert.match(tiles[3]!, /^p50 of successes\s+1\.15 s\s+95% interval 1\.08–1\.21 s; all responses: 2\.96 ms$/);
    });

    it('shows response time first in an open model', async () => {
      const { page } = await show(states.behind);
      const { responseTimeMs, latencyMs } = states.behind.record;
      const text = await page.locator('.tile').nth(1).innerText();
      assert.ok(text.startsWith('Response time p95'), text);
      assert.ok(text.includes(formatMs(responseTimeMs.p95)), text);
      assert.ok(text.endsWith(`; latency: ${formatMs(latencyMs.p95)}`), text);
    });

    it("shows that the server fell behind the target rate, and doesn't blame the client for the lag of queued requests", async () => {
      const lagOf = async (state: PanelState): Promise<readonly [string | undefined, boolean]> => {
        const { page } = await show(state);
        const row = (await rowsOf(page, 'Other times')).find(([name]) => name?.startsWith('Schedule lag'));
        const health = await page.getByRole('region', { name: 'Client health' }).textContent();
        return [row?.[0], /schedule lag p99/.test(health ?? '')];
      };
      assert.deepEqual(await lagOf(states.behind), ['Schedule lag includes queueing', false]);
      assert.deepEqual(await lagOf(states.completed), ['Schedule lag delay of the client', true]);
      const { page } = await show(states.behind);
      await page
        .getByText('Peak backlog: 214 requests (max in flight 50). The queue was non-empty for 21.3 s.')
        .waitFor();
    });

    it('shows the outcome of each objective in words', async () => {
      const { page } = await show(states.completed);
      assert.deepEqual(await rowsOf(page, 'Objectives'), [
        ['p95 < 2s', 'Run', '1.43 s', 'Met'],
        ['errors < 0.1%', 'Run', '1.32%', 'Not met'],
        ['p99.9 <= 3s', 'sleeper', '2.11 s', 'Not enough data'],
      ]);
    });

    it('shows the outcome of an objective on its tile, and lists those without a tile', async () => {
      const { page } = await show(states.judged);
      const tiles = page.locator('.tile');
      const texts = await tiles.evaluateAll((all) =>
        all.map((tile) => [tile.querySelector('dt')?.textContent, tile.querySelector('.gauge')?.textContent]),
      );
      assert.deepEqual(texts, [
        ['Throughput', 'Met: throughput > 9/s'],
        ['p95', 'Met: p95 < 2s'],
        ['Success', 'Not met: errors < 0.1% (1.4%)'],
        ['p50', undefined],
        ['p99', undefined],
        ['Output tokens', undefined],
        ['Total time', undefined],
        ['p99.9', 'Not enough data: p99.9 < 10s'],
        ['Mean', 'Met: mean < 2s'],
      ]);
      assert.equal(await tiles.nth(1).locator('.gauge').nth(1).textContent(), 'Not met: p95 < 1.2s');
      assert.equal(await tiles.nth(1).locator('.gauge').first().locator('.whisker').count(), 3);
    });

    it('shows the change of each number since the last run of the same work', async () => {
      const { page } = await show(states.judged);
      assert.equal(await page.locator('.tile .trail').first().locator('span').textContent(), '+3.2%');
      const line = page.locator('.tile').first().getByRole('img');
      assert.match((await line.getAttribute('aria-label')) ?? '', /^Last 8 runs: (.+ req\/s, ){7}9\.37 req\/s\.$/);
      await page.getByText(/^Changes are since the run of .+\. They include run-to-run noise\.$/).waitFor();
    });

    it('shows no change if the last run did other work', async () => {
      const { record } = states.completed;
      const other = syntheticRecord({ concurrency: 20, seed: 3 });
      const { page } = await show({ ...states.completed, earlier: earlierRuns(record, [other]) });
      assert.equal(await page.locator('.trail').count(), 0);
      await page.getByText('had a different workload, so no change is shown. Load: concurrency 20').waitFor();
    });

    it('shows tiles and charts of one target at a time', async () => {
      const { page } = await show(states.mix);
      const { record: mixed } = states.mix;
      await page.getByText(/^The targets differ: p50 from .+ \(hello\) to .+ \(generate\)\./).waitFor();
      const choice = page.getByRole('combobox', { name: 'Target', exact: true });
      await choice.press('ArrowDown');
      await choice.press('ArrowDown');
      await page.getByRole('heading', { name: 'Distribution and trends: hello' }).waitFor();
      const hello = mixed.perTarget.find(({ name }) => name === 'hello');
      assert.deepEqual((await page.locator('.tile dd:not(.remark)').allTextContents()).slice(0, 2), [
        formatRate(hello?.throughputPerS ?? null),
        formatMs(hello?.latencyMs.p95 ?? null),
      ]);
      assert.equal(await page.getByText('The targets differ').count(), 0);
      assert.equal(await page.locator('figure').count(), 4);
      await choice.press('Home');
      await page.getByRole('heading', { name: 'Distribution and trends', exact: true }).waitFor();
    });

    it('reports if a record has no charts by target', async () => {
      const { perTarget } = withoutTargetCharts(record);
      const { page } = await show({ ...states.completed, record: { ...record, perTarget } });
      assert.equal(await page.locator('figure').count(), 4);
      const choice = page.getByRole('combobox', { name: 'Target', exact: true });
      await choice.press('ArrowDown');
      await page.getByText('Charts by target exist for runs of 2 to 5 targets').waitFor();
      assert.equal(await page.locator('figure').count(), 0);
    });

    it('starts with the verdict, with a badge and the reasons', async () => {
      const { page } = await show(states.refused);
      const { requestsSent, successes } = states.refused.record;
      const share = formatPercent(1 - successes / requestsSent);
      assert.equal(
        await page.locator('.verdict').textContent(),
        `Canceled Results cover ${String(requestsSent)} requests, excluding 4 in flight. ` +
          `${share} errors: 168 × 429, 2 × timed out, 1 × connection reset. ` +
          'Client delay: these results include delay of the client itself.' +
          'The server limits requests. Lower the concurrency or rate, or raise its limit.',
      );
      await page.getByText('Latencies include this delay.').waitFor();
      await page.getByText('No folder is open').waitFor();
      const outcomes = await rowsOf(page, 'Status codes and errors');
      assert.deepEqual(
        outcomes.map(([name]) => name),
        ['200 OK', '429 Too Many Requests', 'Connection reset', 'Timed out'],
      );
      assert.equal(outcomes[0]?.[2], formatPercent(successes / requestsSent));
    });

    it('folds a healthy client, and unfolds one that distorts the results', async () => {
      const openOf = async (state: PanelState): Promise<readonly [boolean, string | null]> => {
        const { page } = await show(state);
        const details = page.locator('.health details');
        return [
          await details.evaluate((each) => each.hasAttribute('open')),
          await details.locator('summary').textContent(),
        ];
      };
      assert.deepEqual(await openOf(states.completed), [false, 'No client bottleneck detected.']);
      assert.deepEqual(await openOf(states.clientBound), [true, 'Client-limited: the server may be faster.']);
      assert.deepEqual(await openOf(states.disturbed), [true, 'Noisy machine: rerun when idle.']);
      const { page } = await show(states.disturbed);
      const health = page.getByRole('region', { name: 'Client health' });
      assert.match(
        await health.innerText(),
        /^Noisy machine.*\s+The hypervisor took 14%.*\s+The machine paused for 2310 ms/,
      );
      assert.deepEqual(await health.locator('dt').allTextContents(), ['Event loop', 'Requests', 'Machine']);
      assert.deepEqual((await health.locator('dd span').allTextContents()).slice(-5, -2), [
        'longest pause 2.31 s',
        'CPU steal 13.7%',
        'CPU pressure 64%',
      ]);
    });

    it('shows first that the server stopped responding, and marks it in the charts over time', async () => {
      const { record } = states.gone;
      const sentence = `The server stopped responding after ${formatMs(record.unresponsiveFromMs ?? null)}: connection refused.`;
      const { page } = await show(states.gone);
      assert.deepEqual(await badges(states.gone), ['Failed']);
      assert.ok((await page.locator('.verdict.bad').textContent())?.startsWith(`Failed ${sentence} `));
      const health = page.locator('.health.neutral');
      assert.equal(
        await health.locator('summary').textContent(),
        'Client health unknown: too many requests got no response.',
      );
      const labels = await page
        .locator('canvas')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
      const marked = labels.filter((label) => label?.endsWith(` ${sentence}`)).map((label) => label?.split('.')[0]);
      assert.deepEqual(marked, ['Throughput over time', 'Latency over time']);
    });

    it('explains what was lost in a crash, and what was too short to judge', async () => {
      const { page } = await show(states.small);
      assert.equal(
        await page.locator('.verdict span').last().textContent(),
        'The benchmark process ended (exit code 7). Results cover the 10 requests reported before that.',
      );
      const health = page.getByRole('region', { name: 'Client health' });
      assert.match(await health.innerText(), /^Client health data was lost\./);
      assert.deepEqual(await health.locator('dd span').count(), 1);
      const short = await show({
        kind: 'run',
        record: syntheticRecord({ requests: 20, medianMs: 10 }),
        keptForSession: false,
      });
      await short.page.getByText('Client health unknown: the run was too short.').waitFor();
    });

    it('shows text from servers as text, whatever it contains', async () => {
      const { page } = await show(states.refused);
      const sample = page.locator('details.failure').first();
      await sample.locator('summary').click();
      assert.equal(await sample.locator('pre').textContent(), '<img src=x onerror="alert(1)"><b>429</b> & "slow down"');
      assert.equal(await page.locator('main img, main b').count(), 0);
    });

    it('shows the bytes of bodies and their rate', async () => {
      const sized: RunRecord = { ...record, bytesReceived: 3_200_000, rateMs: 4_000 };
      const { page } = await show({ kind: 'run', record: sized, keptForSession: false });
      await page.getByText('Bodies received: 3.20 MB, 800 kB/s', { exact: true }).waitFor();
    });

    it('sorts targets by a click on a heading', async () => {
      const { page } = await show(states.completed);
      const { perTarget } = record;
      const names = async () => (await rowsOf(page, 'Targets')).map(([name]) => name?.split(' ')[0]);
      const p95 = tableOf(page, 'Targets').getByRole('columnheader', { name: 'p95' });
      const slowest = perTarget.toSorted((a, b) => b.latencyMs.p95! - a.latencyMs.p95!).map(({ name }) => name);
      assert.deepEqual(
        await names(),
        perTarget.map(({ name }) => name),
      );
      await p95.getByRole('button').click();
      assert.deepEqual(await names(), slowest);
      assert.equal(await p95.getAttribute('aria-sort'), 'descending');
      await p95.getByRole('button').click();
      assert.deepEqual(await names(), slowest.toReversed());
    });

    it('stays fast with thousands of targets, and says what it omits', async () => {
      const many = syntheticRecord({ requests: 6000, targets: 3000 });
      const { page } = await show({ kind: 'run', record: many, keptForSession: false });
      assert.equal((await rowsOf(page, 'Targets')).length, 200);
      await page.getByText('200 of 3,000 targets are shown').waitFor();
    });

    it('searches many targets by name and URL, in a box that scrolls', async () => {
      const many = syntheticRecord({ requests: 600, targets: 300 });
      const { page } = await show({ kind: 'run', record: many, keptForSession: false });
      const names = async () => (await rowsOf(page, 'Targets')).map(([name]) => name?.split(' ')[0]);
      const search = page.getByRole('searchbox', { name: 'Search targets' });
      const box = page.getByRole('region', { name: 'Targets', exact: true }).locator('.table-box');
      const { clientHeight, scrollHeight } = await box.evaluate((element) => ({
        clientHeight: element.clientHeight,
        scrollHeight: element.scrollHeight,
      }));
      assert.ok(clientHeight <= 520 && scrollHeight > 2_000, `${String(clientHeight)} of ${String(scrollHeight)}`);
      const { name } = many.perTarget[250]!;
      await search.fill(name.toUpperCase());
      assert.deepEqual(await names(), [name]);
      await page.getByText('1 of 300 targets', { exact: true }).waitFor();
      const rest = page.getByText('200 of 300 targets are shown');
      assert.equal(await rest.isVisible(), false);
      await search.fill('localhost:5000');
      assert.equal((await names()).length, 200);
      await page.getByText('300 of 300 targets, 200 shown', { exact: true }).waitFor();
      const p95 = tableOf(page, 'Targets').getByRole('columnheader', { name: 'p95' });
      await p95.getByRole('button').click();
      const slowest = many.perTarget.toSorted((a, b) => b.latencyMs.p95! - a.latencyMs.p95!)[0]!;
      assert.equal((await names())[0], slowest.name);
      await search.fill('nowhere');
      assert.deepEqual(await names(), []);
      await page.getByText('0 of 300 targets', { exact: true }).waitFor();
      await search.fill('');
      assert.equal((await names()).length, 200);
      assert.equal(await rest.isVisible(), true);
    });

    it('has no search for a few targets', async () => {
      const { page } = await show({
        kind: 'run',
        record: syntheticRecord({ requests: 200, targets: 20 }),
        keptForSession: false,
      });
      assert.equal((await rowsOf(page, 'Targets')).length, 20);
      assert.equal(await page.getByRole('searchbox').count(), 0);
    });

    it('runs again, exports in the selected format, and opens the file and the history', async () => {
      const panel = await show(states.completed);
      const { page } = panel;
      const { id } = record;
      await page.getByRole('button', { name: 'Run Again' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'runAgain', id });
      await page.getByRole('button', { name: 'Copy' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'json', to: 'clipboard' });
      await page.getByRole('combobox', { name: 'Export format' }).click();
      await page.getByRole('option', { name: 'Markdown' }).click();
      await page.getByRole('button', { name: 'Save…' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'export', id, format: 'markdown', to: 'file' });
      await page.getByRole('button', { name: 'load/endpoints.txt' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'openSource', id });
      await page.getByRole('button', { name: 'Show History' }).click();
      assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
    });

    it('keeps only the ID of the run', async () => {
      const panel = await show(states.completed);
      assert.deepEqual(await panel.kept(), { runIds: [record.id] });
    });
  });

  it('explains an empty result', async () => {
    const { page } = await show(states.nothing);
    assert.equal(await page.locator('.verdict').textContent(), 'Canceled No request ended; 4 requests in flight.');
    assert.equal(await page.locator('.tile, .health, figure').count(), 0);
  });

  it('explains why nothing responded, without empty tables of times', async () => {
    const { page } = await show(states.unanswered);
    await page
      .locator('.verdict.bad')
      .getByText(/^All 60 requests failed: connection refused/)
      .waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Failures' }).count(), 1);
    assert.equal(await page.getByRole('heading', { name: /Latency statistics|Other times/ }).count(), 0);
  });

  it('says that a run no longer exists, and what to do', async () => {
    const panel = await show(states.missing);
    await panel.page.getByRole('heading', { name: 'This run is no longer in the history' }).waitFor();
    await panel.page.getByRole('button', { name: 'Show History' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
  });
});
