/** The server under load has this core to itself. */
export const serverCore = 0;
/** The client that is measured has this one. */
export const clientCore = 1;

/** Options for `fork`: the program runs on that core alone. */
export function onCore(core: number): { readonly execPath: string; readonly execArgv: string[] } {
  return { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] };
}
