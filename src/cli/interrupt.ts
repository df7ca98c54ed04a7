import { ExitCode } from '../core/errors.ts';

/** What became of SIGINT and SIGTERM. */
export interface Interrupt {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  dispose(): void;
}

/** The first SIGINT or SIGTERM cancels what is going on, the second ends the process at once. */
export function onInterrupt(told: { first(): void; second(): void }): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) {
      told.second();
      process.exit(ExitCode.interrupted);
    }
    controller.abort();
    told.first();
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}
