import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../test/support/host/chromium.ts';
import { chartPage, type Chart } from './chart.ts';

/** Draws charts to `media` as PNG: the README of an extension can't show SVG. Returns the reason of a failure, if any. */
export async function drawCharts(charts: readonly Chart[], footer: string): Promise<string | undefined> {
  let executablePath: string;
  try {
    executablePath = ensureChromium();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const folder = fileURLToPath(new URL('../../media', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1_000, height: 800 }, deviceScaleFactor: 1.25 });
    for (const chart of charts) {
      await page.setContent(chartPage(chart, footer));
      await page.locator('figure').screenshot({ path: `${folder}/${chart.file}.png`, omitBackground: true });
    }
  } finally {
    await browser.close();
  }
  return undefined;
}
