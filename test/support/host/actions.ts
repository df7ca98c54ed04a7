// What a user does in the workbench, in the words of a user.
import type { Locator, Page } from 'playwright-core';

/** Runs a command by its full title, as the palette shows it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Titles that the palette offers for a search text. */
export async function paletteOffers(page: Page, text: string): Promise<string[]> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill(`>${text}`);
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  const titles = await rows.locator('.label-name').allInnerTexts();
  await page.keyboard.press('Escape');
  return titles;
}

/** Answers the open input box whose prompt contains `prompt`. */
export async function answer(page: Page, prompt: string | RegExp, value: string): Promise<void> {
  await page.locator('.quick-input-widget').filter({ hasText: prompt }).waitFor();
  await page.locator('.quick-input-widget input').first().fill(value);
  await page.keyboard.press('Enter');
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

/** Presses a button of a notification. */
export async function pressNotificationButton(page: Page, name: string): Promise<void> {
  await page.locator('.notifications-toasts').getByRole('button', { name, exact: true }).click();
}

/** Rows of the tree with this title, one string each. */
export function treeRows(page: Page, title: string | RegExp): Locator {
  return page.getByRole('tree', { name: title }).locator('.monaco-list-row');
}
