import { describeFailure } from './failure.ts';

/** Handler of uncaught errors, which are bugs. */
export interface Fault {
  /** Aborts at the first one, with its Error as the reason. */
  readonly signal: AbortSignal;
  /** Restores Node's own handling. */
  dispose(): void;
}

/** Time for a measurement to end and save its results after a fault, ms. */
const limitMs = 10_000;

/**
 * Handles uncaught errors. The process ends at a second one, or if the measurement doesn't end within 10 s of the first.
 * @param beforeEnd is called before the process ends
 */
export function onFault(beforeEnd: () => void): Fault {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = (error: unknown): never => {
    beforeEnd();
    const { text, exitCode } = describeFailure(error, process.env['LOADLENS_DEBUG'] === '1');
    process.stderr.write(text);
    return process.exit(exitCode);
  };
  const listener = (error: Error): void => {
    if (controller.signal.aborted) end(error);
    timer = setTimeout(end, limitMs, error).unref();
    controller.abort(error);
  };
  process.on('uncaughtException', listener);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      process.off('uncaughtException', listener);
    },
  };
}
