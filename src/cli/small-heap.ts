import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 of Node 20 and 24, with which this is tested: V8's flags aren't a stable interface. */
const triedVersions = /^(11\.3|13\.6)\./;

let collect: (() => void) | undefined;

/**
 * Keeps the heap close to the live data, at the price of more garbage collections. By default, V8 lets it grow to several times
 * that size. For large files, whose targets take tens of megabytes.
 */
export function keepHeapSmall(): void {
  if (!triedVersions.test(process.versions.v8) || process.versions['electron'] !== undefined) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=10');
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  if (typeof found === 'function') collect = () => void found();
}

/** Collects garbage before the next phase needs memory. Does nothing unless the heap is kept small. */
export const giveMemoryBack = (): void => collect?.();
