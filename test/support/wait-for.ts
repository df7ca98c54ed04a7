import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the condition holds; says what it waited for when that does not happen. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s in vain: ${what}`);
    await sleep(50);
  }
}
