import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 of the versions of Node.js that this was tried with, 20 and 24: its flags are no stable interface. */
const triedVersions = /^(11\.3|13\.6)\./;

let collect: (() => void) | undefined;

/**
 * Keeps the heap close to what is in use, at the price of more garbage collections: by default V8 lets it grow to several
 * times that before it cleans up. For files so large that their targets alone take tens of megabytes.
 */
export function keepHeapSmall(): void {
  if (!triedVersions.test(process.versions.v8) || process.versions['electron'] !== undefined) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=10');
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  if (typeof found === 'function') collect = () => void found();
}

/** Gives back what is no longer used before the next phase needs memory of its own; nothing unless the heap is kept small. */
export const giveMemoryBack = (): void => collect?.();
