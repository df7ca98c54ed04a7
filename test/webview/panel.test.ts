import assert from 'node:assert/strict';
import { formatMs, formatPercent, formatRate } from '../../src/core/format.ts';
import type { PanelState } from '../../src/panel-protocol.ts';
import { lastPosted, rowsOf, tableOf, usePanels } from './panels.ts';
import { syntheticRecord, threeVerdicts } from './records.ts';
import { states } from './states.ts';

describe('results panel', () => {
  const { open, show } = usePanels();

  /** What stands beside the name. */
  const badges = async (state: PanelState): Promise<string[]> => {
    const { page } = await show(state);
    return page.locator('.headline .badge').allTextContents();
  };

  it('says that it is ready, and draws nothing before it is told what to show', async () => {
    const panel = await open();
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
    assert.equal(await panel.page.locator('main').textContent(), '');
  });

  describe('before the first run', () => {
    it('offers to run and to look at the history, by mouse and by keyboard', async () => {
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
      assert.deepEqual(await page.locator('.tile dd:not(.remark)').allTextContents(), [
        formatRate(record.throughputPerS),
        formatMs(record.latencyMs.median),
        formatMs(record.latencyMs.p95),
        formatMs(record.latencyMs.p99),
        '100%',
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
        'The client kept up',
        'sent over raw sockets',
        '3f9c1d2ab47e, with changes',
        'build-07.example.org',
        '[::1]:5000',
      ]) {
        assert.ok(text.includes(part), part);
      }
    });

    it('marks percentiles of too few responses and says what they need', async () => {
      const { page } = await show(states.small);
      assert.deepEqual(await page.locator('.tile.unsure').allTextContents(), [
        `p95${formatMs(states.small.record.latencyMs.p95)}not reliable: needs 59 responses`,
        `p99${formatMs(states.small.record.latencyMs.p99)}not reliable: needs 299 responses`,
      ]);
      await page.getByText('Run stopped unexpectedly.').waitFor();
    });

    it('puts the successes first where responses failed, as the reports do', async () => {
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
      assert.match(tiles[1]!, /^p50 of successes\s+1\.15 s\s+1\.08 to 1\.21 s; all responses: 2\.96 ms$/);
    });

    it('shows response time first where requests left by the clock', async () => {
      const { page } = await show(states.behind);
      const { responseTimeMs, latencyMs } = states.behind.record;
      const text = await page.locator('.tile').nth(2).innerText();
      assert.ok(text.startsWith('Response time p95'), text);
      assert.ok(text.includes(formatMs(responseTimeMs.p95)), text);
      assert.ok(text.endsWith(`; latency: ${formatMs(latencyMs.p95)}`), text);
    });

    it('says that requests waited because as many as allowed were in flight, and takes no lag of theirs for the client', async () => {
      const lagOf = async (state: PanelState): Promise<readonly [string | undefined, boolean]> => {
        const { page } = await show(state);
        const row = (await rowsOf(page, 'Other times')).find(([name]) => name?.startsWith('Schedule lag'));
        const health = await page.getByRole('region', { name: 'Client health' }).innerText();
        return [row?.[0], /left .* late \(p99\)/.test(health)];
      };
      assert.deepEqual(await lagOf(states.behind), [
        'Schedule lag requests waited to leave: as many as allowed were in flight',
        false,
      ]);
      assert.deepEqual(await lagOf(states.completed), ["Schedule lag the client's own lateness", true]);
      const { page } = await show(states.behind);
      await page
        .getByText(
          'with as many in flight as allowed (max in flight 50), up to 214 requests waited at a time; something waited during 21.3 s of the run.',
        )
        .waitFor();
    });

    it('shows what became of each objective in words', async () => {
      const { page } = await show(states.completed);
      assert.deepEqual(await rowsOf(page, 'Objectives'), [
        ['p95 < 2s', 'The whole run', '1.43 s', 'Pass'],
        ['errors < 0.1%', 'The whole run', '1.32%', 'Fail'],
        ['p99.9 <= 3s', 'sleeper', '2.11 s', 'Not enough data'],
      ]);
    });

    it('says beside its name how many objectives were missed', async () => {
      for (const [verdicts, wanted] of [
        [threeVerdicts, ['Completed', '1 objective missed']],
        [
          [...threeVerdicts, ...threeVerdicts],
          ['Completed', '2 objectives missed'],
        ],
        [threeVerdicts.filter(({ outcome }) => outcome !== 'fail'), ['Completed']],
      ] as const) {
        const record = syntheticRecord({ verdicts });
        assert.deepEqual(await badges({ ...states.completed, record }), wanted);
      }
    });

    it('says that latency covers failures too, with the successes beside it', async () => {
      const { page } = await show(states.refused);
      const { requestsSent, successes, latencyMs, successLatencyMs } = states.refused.record;
      await page
        .getByText(
          `Latency covers all responses: ` +
            `p50 ${formatMs(latencyMs.median)}, p95 ${formatMs(latencyMs.p95)}. ` +
            `Successes alone: p50 ${formatMs(successLatencyMs.median)}, p95 ${formatMs(successLatencyMs.p95)}.`,
        )
        .waitFor();
      const [note = ''] = await page.locator('.note').allInnerTexts();
      const failed = `${String(requestsSent - successes)} of ${String(requestsSent)} requests failed: `;
      assert.ok(note.startsWith(failed), note);
      assert.match(note, / × 429: .* × /);
      await page.getByText("latencies include the client's own delay").waitFor();
      await page.getByText('No folder is open').waitFor();
      const outcomes = await rowsOf(page, 'Status codes and errors');
      assert.deepEqual(
        outcomes.map(([name]) => name),
        ['200 OK', '429 Too Many Requests', 'Connection reset', 'Timed out'],
      );
      assert.equal(outcomes[0]?.[2], formatPercent(successes / requestsSent));
    });

    it('marks beside its name what was limited by the client, or disturbed by its machine, and says why', async () => {
      assert.deepEqual(await badges({ ...states.completed, record: syntheticRecord() }), ['Completed']);
      assert.deepEqual(await badges(states.clientBound), ['Completed', 'Client-bound']);
      assert.deepEqual(await badges(states.disturbed), ['Completed', 'Machine disturbed']);
      const { page } = await show(states.disturbed);
      const health = page.getByRole('region', { name: 'Client health' });
      assert.match(
        await health.innerText(),
        /^Something else took the machine.*\s+The hypervisor kept 14%.*\s+The machine stood still for 2310 ms/,
      );
      assert.deepEqual(await health.locator('dt').allTextContents(), ['Event loop', 'Requests', 'Machine']);
      assert.deepEqual((await health.locator('dd span').allTextContents()).slice(-5, -2), [
        'stood still for up to 2.31 s',
        'hypervisor kept 13.7%',
        'something waited for a core 64% of the time',
      ]);
    });

    it('says first when the server stopped responding, and marks it in the charts over time', async () => {
      const { record } = states.gone;
      const sentence = `The server stopped responding after ${formatMs(record.unresponsiveFromMs ?? null)}: connection refused.`;
      const { page } = await show(states.gone);
      assert.deepEqual(await badges(states.gone), ['Server stopped responding']);
      assert.equal(await page.locator('.note').first().textContent(), sentence);
      assert.equal(await page.locator('.note.error').count(), 1);
      const health = page.locator('.health.neutral');
      const verdict = 'Too many requests got no response to tell whether the client kept up.';
      assert.equal(await health.locator('p').textContent(), verdict);
      const labels = await page
        .locator('canvas')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
      const marked = labels.filter((label) => label?.endsWith(` ${sentence}`)).map((label) => label?.split('.')[0]);
      assert.deepEqual(marked, ['Latency over time', 'Throughput over time']);
    });

    it('says what is lost when it broke off, and what was too short to tell', async () => {
      const { page } = await show(states.small);
      await page
        .getByText('Run stopped unexpectedly. The benchmark process ended (exit code 7). Results cover')
        .waitFor();
      const health = page.getByRole('region', { name: 'Client health' });
      assert.match(await health.innerText(), /^What the client measured of itself is lost\./);
      assert.deepEqual(await health.locator('dd span').count(), 1);
      const short = await show({
        kind: 'run',
        record: syntheticRecord({ requests: 20, medianMs: 10 }),
        keptForSession: false,
      });
      await short.page.getByText('The run was too short to tell whether the client kept up.').waitFor();
    });

    it('shows what a server said as text, whatever it said', async () => {
      const { page } = await show(states.refused);
      const sample = page.locator('details.failure').first();
      await sample.locator('summary').click();
      assert.equal(await sample.locator('pre').textContent(), '<img src=x onerror="alert(1)"><b>429</b> & "slow down"');
      assert.equal(await page.locator('main img, main b').count(), 0);
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

    it('stays quick with thousands of targets and says what it leaves out', async () => {
      const many = syntheticRecord({ requests: 6000, targets: 3000 });
      const { page } = await show({ kind: 'run', record: many, keptForSession: false });
      assert.equal((await rowsOf(page, 'Targets')).length, 200);
      await page.getByText('200 of 3,000 targets are shown').waitFor();
    });

    it('runs again, exports in the chosen format, opens the file and the history', async () => {
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

    it('keeps the id of the run and nothing else', async () => {
      const panel = await show(states.completed);
      assert.deepEqual(await panel.kept(), { runIds: [record.id] });
    });
  });

  it('says what there is when nothing was measured', async () => {
    const { page } = await show(states.nothing);
    await page.getByText('No request ended, so there are no numbers.').waitFor();
    assert.equal(await page.locator('.tile, .health, figure').count(), 0);
    assert.match((await page.locator('main').textContent()) ?? '', /Cut off and in no number: 4 requests\./);
  });

  it('says why nothing responded, without empty tables of times', async () => {
    const { page } = await show(states.unanswered);
    await page
      .locator('.note.error')
      .getByText(/^All 60 requests failed: connection refused/)
      .waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Failures' }).count(), 1);
    assert.equal(await page.getByRole('heading', { name: /Latency statistics|Other times/ }).count(), 0);
  });

  it('says that a run is gone and what to do', async () => {
    const panel = await show(states.missing);
    await panel.page.getByRole('heading', { name: 'This run is no longer in the history' }).waitFor();
    await panel.page.getByRole('button', { name: 'Show History' }).click();
    assert.deepEqual(await lastPosted(panel), { type: 'showHistory' });
  });
});
