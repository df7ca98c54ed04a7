import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { FromPanel, PanelState } from '../../src/panel-protocol.ts';
import { startHarness, type Harness, type Panel, type PanelOptions } from './harness.ts';

/** Opens panels in the tests of one suite. */
export interface Panels {
  /** A panel that has not been told anything. */
  readonly open: (options?: PanelOptions) => Promise<Panel>;
  /** A panel that shows a state. */
  readonly show: (state: PanelState, options?: PanelOptions) => Promise<Panel>;
}

/** To be called in a suite. After each test its panels are closed, and none may have complained. */
export function usePanels(): Panels {
  let harness: Harness;
  const opened: Panel[] = [];

  before(async () => {
    harness = await startHarness();
  });

  afterEach(async () => {
    for (const panel of opened.splice(0)) {
      assert.deepEqual(await panel.complaints(), []);
      await panel.page.close();
    }
  });

  after(() => harness.close());

  async function open(options: PanelOptions = {}): Promise<Panel> {
    const panel = await harness.open(options);
    opened.push(panel);
    return panel;
  }

  return {
    open,
    show: async (state, options) => {
      const panel = await open(options);
      await panel.send({ type: 'init', state });
      return panel;
    },
  };
}

/** What the panel sent last. */
export async function lastPosted(panel: Panel): Promise<FromPanel | undefined> {
  return (await panel.posted()).at(-1);
}

/** The table of that name. */
export function tableOf(page: Page, label: string): Locator {
  return page.getByRole('table', { name: label, exact: true });
}

/** The texts of a table's cells, row by row. */
export function rowsOf(page: Page, label: string): Promise<string[][]> {
  return tableOf(page, label)
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
}

/** Scrolls a wide table to its last column by keyboard, and checks that the names of its rows stay left of the others. */
export async function scrollToEnd(page: Page, label: string): Promise<void> {
  const box = page.locator(`.table-box[aria-label="${label}"]`);
  const left = (): Promise<number> =>
    box.evaluate(({ scrollWidth, clientWidth, scrollLeft }) => scrollWidth - clientWidth - scrollLeft);
  assert.ok((await left()) > 1, `${label} fits`);
  await box.focus();
  while ((await left()) > 1) await page.keyboard.press('ArrowRight');
  const [place, name, last] = await Promise.all(
    [box, box.locator('tbody th').first(), box.locator('tbody tr').first().locator('td').last()].map((each) =>
      each.boundingBox(),
    ),
  );
  assert.ok(place && name && last);
  assert.ok(Math.abs(name.x - place.x) < 1, 'the name stays');
  assert.ok(
    last.x >= name.x + name.width - 1 && last.x + last.width <= place.x + place.width + 1,
    'the last cell shows',
  );
}
