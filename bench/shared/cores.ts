/** Core of the server under load. */
export const serverCore = 0;
/** Core of the measured client. */
export const clientCore = 1;

/** Returns options for `fork` that bind the program to a core. */
export function onCore(core: number): { readonly execPath: string; readonly execArgv: string[] } {
  return { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] };
}
