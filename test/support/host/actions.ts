// What a user does in the workbench, in the words of a user.
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../wait-for.ts';

const quickInput = (page: Page): Locator => page.locator('.quick-input-widget input').first();
const quickRows = (page: Page): Locator => page.locator('.quick-input-list .monaco-list-row');
const quickRow = (page: Page, title: string): Locator =>
  quickRows(page).filter({ has: page.locator('.label-name').getByText(title, { exact: true }) });

/** Writes into the open palette or box. Keys would go to an editor that takes the focus meanwhile, and change its file. */
async function write(page: Page, text: string, limit: { readonly timeout?: number } = {}): Promise<void> {
  await quickInput(page).waitFor(limit);
  await quickInput(page).evaluate((input: HTMLInputElement, value) => {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, text);
}

/** Closes the open palette or box, if there is one. */
export async function closePalette(page: Page): Promise<void> {
  if (await quickInput(page).isVisible()) await quickInput(page).press('Escape');
}

/** Runs a command by its full title, as the palette shows it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  // An open palette does not hear of commands that are registered later, as they are after a start: open it anew then.
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('F1');
    try {
      await write(page, `>${title}`, { timeout: 3000 });
      await quickRow(page, title).click({ timeout: 3000 });
      return;
    } catch (error) {
      if (attempt === 5) throw error;
      await closePalette(page);
    }
  }
}

/** Reloads the window; what is done next waits for the new one. */
export async function reloadWindow(page: Page): Promise<void> {
  const title = 'Developer: Reload Window';
  await page.keyboard.press('F1');
  await write(page, `>${title}`);
  await quickRow(page, title).waitFor();
  // A click would wait for the page that it takes away.
  const gone = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await quickInput(page).focus();
  await page.keyboard.press('Enter');
  await gone;
}

/** Chooses the color theme with this name. */
export async function chooseTheme(page: Page, name: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await quickRow(page, 'Light Modern').waitFor();
  await write(page, name);
  await quickRow(page, name).click();
}

/** Titles that the palette offers for a search text. */
export async function paletteOffers(page: Page, text: string): Promise<string[]> {
  await page.keyboard.press('F1');
  await write(page, `>${text}`);
  await quickRows(page).first().waitFor();
  const titles = await quickRows(page).locator('.label-name').allInnerTexts();
  await closePalette(page);
  return titles;
}

/** Answers the open input box whose prompt contains `prompt`. */
export async function answer(page: Page, prompt: string | RegExp, value: string): Promise<void> {
  await page.locator('.quick-input-widget').filter({ hasText: prompt }).waitFor();
  await write(page, value);
  await quickInput(page).press('Enter');
}

/** Picks a row of the open list by its title. */
export async function choose(page: Page, title: string): Promise<void> {
  await quickRow(page, title).click();
}

/** Answers the save dialog, which proposes a path with this end, with another path. */
export async function saveAs(page: Page, file: string, proposed = path.extname(file)): Promise<void> {
  // It comes up empty and proposes a path a moment later, over whatever was typed until then.
  await waitFor('the proposed path', async () => (await quickInput(page).inputValue()).endsWith(proposed));
  await write(page, file);
  await page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
}

/** Opens a file of the workspace in an editor. */
export async function openFile(page: Page, name: string): Promise<void> {
  const row = page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
  await row.waitFor({ timeout: 60_000 });
  await row.dblclick();
  await page.locator('.tab.active').filter({ hasText: name }).waitFor();
}

/** The visible code lenses with this text. */
export const lenses = (page: Page, text: string | RegExp): Locator =>
  page.locator('.codelens-decoration a').filter({ hasText: text });

/** A notification that contains the text. */
export const notification = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });

/** Presses a button of the question that everything waits for. */
export async function pressDialogButton(page: Page, name: string): Promise<void> {
  await page.locator('.monaco-dialog-box').getByRole('button', { name, exact: true }).click();
}

/** Chooses an entry of the context menu of an element. */
export async function chooseFromMenu(page: Page, element: Locator, entry: string): Promise<void> {
  await element.click({ button: 'right' });
  await page.locator('.monaco-menu').getByText(entry, { exact: true }).hover();
  await page.keyboard.press('Enter');
}

/** Rows of the tree with this title. */
export function treeRows(page: Page, title: string | RegExp): Locator {
  return page.getByRole('tree', { name: title }).locator('.monaco-list-row');
}
