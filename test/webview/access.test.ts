import assert from 'node:assert/strict';
import { formatCount, formatMs } from '../../src/core/format.ts';
import { scrollToEnd, usePanels } from './panels.ts';
import { states } from './states/states.ts';
import { themes } from './themes.ts';

/** Says in the page which control has the focus, and whether its outline is visible. */
function outlineOfFocus(): string {
  let control = document.activeElement;
  while (control?.shadowRoot?.activeElement) control = control.shadowRoot.activeElement;
  if (control === null || control === document.body) return 'nothing';
  const name = `${control.tagName}.${control.className} ${control.textContent.trim().slice(0, 20)}`;
  const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(control);
  if (outlineStyle === 'none') return `${name}: no outline`;
  const beyond = parseFloat(outlineWidth) + parseFloat(outlineOffset);
  const box = control.getBoundingClientRect();
  const around = control.parentElement?.closest('.table-box');
  if (!around) return `${name}: visible`;
  const within = around.getBoundingClientRect();
  const first = control.closest('th:first-child') === null ? around.querySelector('th')?.getBoundingClientRect() : null;
  const isCut =
    box.left - beyond < (first?.right ?? within.left) - 0.5 ||
    box.right + beyond > within.right + 0.5 ||
    box.top - beyond < within.top - 0.5;
  return `${name}: ${isCut ? 'cut off' : 'visible'}`;
}

describe('accessibility of the results panel', () => {
  const { open, show } = usePanels();
  const { record } = states.completed;

  it('describes each chart in a sentence', async () => {
    const { page } = await show(states.completed);
    const labels = await page
      .locator('canvas[role=img]')
      .evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label') ?? ''));
    assert.equal(labels.length, 4);
    const { latencyMs } = record;
    assert.equal(
      labels[0],
      `Latency, all responses. 500 responses between ${formatMs(latencyMs.min)} and ${formatMs(latencyMs.max)}; ` +
        `half took at most ${formatMs(latencyMs.median)}, 95% at most ${formatMs(latencyMs.p95)}.`,
    );
    assert.match(labels[1] ?? '', /^Percentiles, all responses\. Latency from p50 .+ to p99\.75 .+\.$/);
    assert.match(labels[2] ?? '', /^Latency over time\. p50 of each target\. generate: .+, hello: .+, sleeper: .+\.$/);
    assert.match(labels[3] ?? '', /^Throughput over time\. Throughput per slice: .+–.+\.$/);
  });

  it('has a table for each chart that the keyboard opens', async () => {
    const { page } = await show(states.completed);
    const twins = page.locator('figure details');
    assert.equal(await twins.count(), 4);
    await twins.first().locator('summary').focus();
    await page.keyboard.press('Enter');
    const rows = twins.first().locator('tbody tr');
    await rows.first().waitFor();
    const counts = await rows.evaluateAll((all) => all.map((row) => row.children[2]?.textContent));
    assert.deepEqual(counts, record.latencyBins.counts.map(formatCount));
  });

  it('scrolls wide tables under their first column by keyboard', async () => {
    for (const [state, label] of [
      ['conversing', 'Turns of conversations'],
      ['streamed', 'Stream times'],
      ['completed', 'Targets'],
      ['rateSweepOfStreams', 'Rates'],
    ] as const) {
      const { page } = await show(states[state], { width: 400, theme: 'high-contrast' });
      await scrollToEnd(page, label);
    }
  });

  for (const key of ['Tab', 'Shift+Tab'] as const) {
    it(`shows the whole focus outline of each control in a narrow panel with ${key}`, async () => {
      const { page } = await show(states.completed, { width: 350, theme: 'high-contrast' });
      if (key === 'Shift+Tab') await page.locator('section, button').last().focus();
      const focused = (): Promise<string> => page.evaluate(outlineOfFocus);
      const seen: string[] = [];
      for (let outline = ''; seen.length < 100 && outline !== 'nothing'; seen.push(outline)) {
        await page.keyboard.press(key);
        outline = await focused();
      }
      assert.ok(seen.length > 20);
      assert.deepEqual(
        seen.filter((outline) => !/visible$|^nothing$/.test(outline)),
        [],
      );
    });
  }

  it('labels each series, and hides it on a click', async () => {
    const { page } = await show(states.completed);
    const series = page.getByRole('list', { name: 'Series of Latency over time' });
    const median = series.getByRole('button', { name: 'hello' });
    const canvas = page.getByRole('img', { name: /^Latency over time/ });
    const drawn = () => canvas.evaluate((each: HTMLCanvasElement) => each.toDataURL());
    const whole = await drawn();
    assert.equal(await median.getAttribute('aria-pressed'), 'true');
    await median.press('Enter');
    assert.equal(await median.getAttribute('aria-pressed'), 'false');
    assert.notEqual(await drawn(), whole);
  });

  it('marks the time under the pointer in every chart over time', async () => {
    const { page } = await show(states.completed);
    const drawn = (name: RegExp) =>
      page.getByRole('img', { name }).evaluate((each: HTMLCanvasElement) => each.toDataURL());
    const before = [await drawn(/^Throughput over time/), await drawn(/^Percentiles/)];
    await page.getByRole('img', { name: /^Latency over time/ }).hover();
    assert.notEqual(await drawn(/^Throughput over time/), before[0]);
    assert.equal(await drawn(/^Percentiles/), before[1]);
    await page.getByRole('heading', { level: 1 }).hover();
    assert.equal(await drawn(/^Throughput over time/), before[0]);
  });

  it('names each of these tables after its chart', async () => {
    const { page } = await show(states.streamed);
    const names = await page
      .locator('figure summary')
      .evaluateAll((all) => all.map((summary) => summary.getAttribute('aria-label')));
    const titles = await page.locator('figure h3').allTextContents();
    assert.ok(titles.length > 5);
    assert.deepEqual(
      names,
      titles.map((title) => `Show as table: ${title}`),
    );
  });

  it('opens these tables for a screen reader', async () => {
    const { page } = await show(states.completed, { classes: ['vscode-using-screen-reader'] });
    assert.equal(await page.locator('figure details[open]').count(), 4);
    assert.ok((await page.locator('figure tbody tr').count()) > 30);
  });

  it('hides the progress ring if reduced motion is set', async () => {
    const calm = await show(states.running, { classes: ['vscode-reduce-motion'] });
    assert.equal(await calm.page.locator('vscode-progress-ring').isVisible(), false);
    const usual = await show(states.running);
    assert.equal(await usual.page.locator('vscode-progress-ring').isVisible(), true);
  });

  it("follows a theme change while it's open", async () => {
    const { page } = await show(states.completed, { theme: 'dark' });
    const redrawn = async () =>
      page
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await redrawn();
    await page.evaluate((variables) => {
      for (const [name, value] of Object.entries(variables)) {
        document.documentElement.style.setProperty(`--vscode-${name}`, value);
      }
      document.body.className = 'vscode-light';
    }, themes.light);
    const colors = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(colors, 'rgb(255, 255, 255)');
    assert.notEqual(await redrawn(), before);
  });

  for (const width of [300, 640, 1400]) {
    it(`fits ${String(width)} px without cutting anything off`, async function () {
      this.timeout(60_000);
      const panel = await open({ width });
      for (const [name, state] of Object.entries(states)) {
        await panel.send({ type: 'init', state });
        // In a narrow panel, a table of many columns scrolls by itself.
        const scrolling = width < 1000 ? ', .table-box:has(thead th:nth-child(4))' : '';
        const cut = await panel.page.evaluate(
          (all) =>
            [document.documentElement, ...document.querySelectorAll(all)]
              .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
              .map((element) => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 60)}`),
          `main :not(pre, canvas${scrolling})`,
        );
        assert.deepEqual(cut, [], name);
      }
    });
  }
});
