import { ExitCode } from '../core/errors.ts';

/** Handler of SIGINT and SIGTERM. */
export interface Interrupt {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Restores Node's own handling. */
  dispose(): void;
}

/** Handles SIGINT and SIGTERM: the first one aborts the signal, the second one ends the process. */
export function onInterrupt(on: { first(): void; second(): void }): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) {
      on.second();
      process.exit(ExitCode.interrupted);
    }
    controller.abort();
    on.first();
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}
