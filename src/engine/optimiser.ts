import { setFlagsFromString } from 'node:v8';

/**
 * Electron's V8 may refuse a change of its flags by ending the process.
 * There the compiler goes on as it likes, which costs nothing where a core is free for it.
 */
const mayHold = process.versions['electron'] === undefined;

/**
 * Lets V8 begin no long compilation until `freeOptimiser`: what is compiled stays, and what becomes hot gets the quick compiler
 * alone. On a machine whose cores are all taken, each long one keeps the sending thread from its core for milliseconds.
 */
export const holdOptimiser = (): void => set('--no-turbofan');

/** Takes that back: for code that has all the work it can do, speed is worth the pauses. */
export const freeOptimiser = (): void => set('--turbofan');

function set(flag: string): void {
  if (mayHold) setFlagsFromString(flag);
}
