import { setFlagsFromString } from 'node:v8';

/**
 * V8 of the versions of Node.js that this was tried with: 13.6 is Node.js 24. Its flags are no stable interface, and from 13 on, on
 * these processors, there is a quick compiler, Maglev, beside the long one, TurboFan.
 */
const triedVersions = /^13\.6\./;
const triedProcessors = new Set(['x64', 'arm64']);
/** Set to 1, it keeps V8 as it is. */
const switchOff = 'LOADLENS_NO_COMPILER_HOLD';

/**
 * Returns whether V8 may be told to begin no long compilation. Without the quick one, hot code would not be compiled at all. And
 * Electron's V8 may end the process when its flags are changed. There compilations go on as they like, which costs nothing where a
 * core is free for them.
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
 * Lets V8 begin no long compilation until `freeOptimiser`: what is compiled stays, and what becomes hot gets the quick compiler
 * alone. On a machine whose cores are all taken, each long one keeps the sending thread from its core for milliseconds.
 */
export function holdOptimiser(): void {
  // Subtle: code that is compiled while there is no TurboFan would never ask for it later.
  set('--force-emit-interrupt-budget-checks');
  set('--no-turbofan');
}

/** Takes that back: for code that has all the work it can do, speed is worth the pauses. */
export const freeOptimiser = (): void => set('--turbofan');

function set(flag: string): void {
  if (holds) setFlagsFromString(flag);
}
