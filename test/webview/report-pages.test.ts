import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderResult, type ResultRecord } from '../../src/core/report/formats/results.ts';
import { chromiumArgs, ensureChromium } from '../support/host/chromium.ts';
import { comparisonStates } from './states/comparison-states.ts';
import { rateSweep } from './states/rate-sweep-states.ts';
import { searchStates } from './states/search-states.ts';
import { states } from './states/states.ts';

const slo = 'ttft.p95 < 500ms, tpot.p95 < 50ms, response.p95 < 400ms';
const twelve = [0.5, 1, 2, 4, 8, 12, 16, 24, 32, 48, 80, Infinity];
const results: Record<string, ResultRecord> = {
  run: states.completed.record,
  streams: states.streamed.record,
  sweep: states.sweep.sweep,
  'sweep of streams': states.sweepOfStreams.sweep,
  'sweep over 12 rates': rateSweep('r4t12', twelve, { slo, streams: true }),
  'capacity search': searchStates.searchByRate.sweep,
  suite: states.throughputSuite.suite,
  comparison: comparisonStates.comparedWorse.comparison,
};

/** What of the page is cut off, in sentences. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('.scroll')].filter(
      (box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== 'auto',
    );
    return [
      ...(root.scrollWidth > root.clientWidth ? ['page'] : []),
      ...wide.map((box) => `table ${box.ariaLabel ?? ''}`),
    ];
  });

/** Labels of charts that are outside of their chart, or on another. */
const unreadable = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('svg')].flatMap((chart) => {
      const within = chart.getBoundingClientRect();
      const labels = [...chart.querySelectorAll('text')].map((label) => ({
        name: `${chart.querySelector('title')?.textContent ?? ''}: ${label.textContent}`,
        box: label.getBoundingClientRect(),
      }));
      return labels
        .filter(
          ({ box }, i) =>
            box.left < within.left - 1 ||
            box.right > within.right + 1 ||
            labels
              .slice(i + 1)
              .some(
                ({ box: other }) =>
                  box.left < other.right - 1 &&
                  other.left < box.right - 1 &&
                  box.top < other.bottom - 3 &&
                  other.top < box.bottom - 3,
              ),
        )
        .map(({ name }) => name);
    }),
  );

/** How much of the rates is to the right of what is shown, px. */
const hidden = (page: Page): Promise<number> =>
  page.getByRole('region', { name: 'Rates' }).evaluate((box) => box.scrollWidth - box.clientWidth - box.scrollLeft);

describe('HTML reports in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
  });

  after(() => browser.close());

  const open = async (result: ResultRecord, width: number): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: 'dark' });
    await page.setContent(renderResult(result, 'html').text);
    return page;
  };

  for (const [name, result] of Object.entries(results)) {
    it(`show a ${name} at any width and on paper, with labels that can be read`, async () => {
      for (const width of [700, 1200, 1600]) {
        const page = await open(result, width);
        assert.deepEqual([await cutOff(page), await unreadable(page)], [[], []], String(width));
        await page.close();
      }
      const page = await open(result, 688);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.deepEqual([await cutOff(page), await unreadable(page)], [[], []], 'print');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      await page.close();
    });
  }

  it('show every column of a wide table at 1,200 px, and scroll it by keyboard below', async () => {
    const rates = results['sweep over 12 rates'];
    assert.ok(rates);
    const wide = await open(rates, 1200);
    assert.equal(await hidden(wide), 0);
    await wide.close();
    const narrow = await open(rates, 700);
    const before = await hidden(narrow);
    assert.ok(before > 1);
    await narrow.getByRole('region', { name: 'Rates' }).focus();
    await narrow.keyboard.press('ArrowRight');
    await narrow.waitForFunction(() => document.querySelector('.scroll')?.scrollLeft !== 0);
    const [box, name] = await Promise.all([
      narrow.getByRole('region', { name: 'Rates' }).boundingBox(),
      narrow.getByRole('rowheader', { name: '0.5/s' }).first().boundingBox(),
    ]);
    assert.ok(Math.abs((box?.x ?? 0) - (name?.x ?? -9)) < 1, 'the name stays');
    await narrow.close();
  });
});
