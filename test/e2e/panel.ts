// The results panel as a reader sees it.
import type { Locator } from 'playwright-core';
import type { Workbench } from '../support/host/launch.ts';

/** The heading of the panel, once it shows this name. */
export const heading = (bench: Workbench, name: string | RegExp): Locator =>
  bench.webview().getByRole('heading', { level: 1, name });

/** Waits for the finished run of this name and returns the word for how it ended. */
export async function finishedRun(bench: Workbench, name: string, status = 'Completed'): Promise<void> {
  await heading(bench, name).waitFor();
  await bench.webview().locator('.headline, .verdict', { hasText: status }).waitFor();
}

/** The number in large print and the small print of a tile. */
export async function tile(bench: Workbench, label: string): Promise<{ value: string; remark: string }> {
  const box = bench
    .webview()
    .locator('dl.tiles > div')
    .filter({ has: bench.webview().locator('dt', { hasText: label }) });
  const [value = '', remark = ''] = await box.locator('dd').allInnerTexts();
  return { value, remark };
}

/** The rows of a table, by its caption: first cell to the other cells. */
export async function table(bench: Workbench, label: string): Promise<Record<string, string[]>> {
  const rows = await bench.webview().getByRole('table', { name: label }).locator('tbody tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()));
  return Object.fromEntries(cells.map(([name = '', ...rest]) => [name, rest]));
}
