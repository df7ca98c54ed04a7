import { setFlagsFromString } from 'node:v8';

/** From this V8 on (Node.js 24), on these processors, there is a quick compiler, Maglev, beside the long one, TurboFan. */
const firstWithBoth = 13;
const processorsWithBoth = ['x64', 'arm64'];
/**
 * Without the quick one, hot code would not be compiled at all. And Electron's V8 may end the process when its flags are changed.
 * There compilations go on as they like, which costs nothing where a core is free for them.
 */
const mayHold =
  Number(process.versions.v8.split('.')[0]) >= firstWithBoth &&
  processorsWithBoth.includes(process.arch) &&
  process.versions['electron'] === undefined;

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
  if (mayHold) setFlagsFromString(flag);
}
