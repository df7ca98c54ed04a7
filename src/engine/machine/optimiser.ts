import { setFlagsFromString } from 'node:v8';

/**
 * V8 versions that this was tested with: 13.6 is Node.js 24. V8's flags aren't a stable interface. From 13 on, these
 * processors have a fast compiler, Maglev, besides the slow one, TurboFan.
 */
const triedVersions = /^13\.6\./;
const triedProcessors = new Set(['x64', 'arm64']);
/** Environment variable; 1 leaves V8 unchanged. */
const switchOff = 'LOADLENS_NO_COMPILER_HOLD';

/**
 * Returns whether V8's long compilations can be held back. Without Maglev, hot code would not be compiled at all, and
 * Electron's V8 may end the process when its flags change. Otherwise compilations go on, which costs nothing while a
 * core is free.
 * @param versions as `process.versions`
 * @param env as `process.env`
 */
export const mayHold = (
  versions: Readonly<Record<string, string | undefined>>,
  processor: string,
  env: Readonly<Record<string, string | undefined>>,
): boolean =>
  triedVersions.test(versions['v8'] ?? '') &&
  triedProcessors.has(processor) &&
  versions['electron'] === undefined &&
  env[switchOff] !== '1';

const holds = mayHold(process.versions, process.arch, process.env);

/**
 * Keeps V8 from starting long compilations until `freeOptimiser`. Compiled code stays, and code that becomes hot gets
 * only Maglev. If all cores are busy, each long compilation takes the core from the sending thread for milliseconds.
 */
export function holdOptimiser(): void {
  // Code compiled without TurboFan would never ask for it later.
  set('--force-emit-interrupt-budget-checks');
  set('--no-turbofan');
}

/** Allows long compilations again, because a saturated loop gains more from speed than it loses to pauses. */
export const freeOptimiser = (): void => set('--turbofan');

function set(flag: string): void {
  if (holds) setFlagsFromString(flag);
}
