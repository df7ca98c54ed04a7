import { describeFailure } from './failure.ts';

/** Bugs that nothing else has caught. */
export interface Fault {
  /** Aborts at the first, with its Error as the reason. */
  readonly signal: AbortSignal;
  /** Gives them back to Node. */
  dispose(): void;
}

/** How long a measurement may take to end after a fault, and keep what it has. */
const limitMs = 10_000;

/** Catches what nothing else does. A measurement that does not end by itself then, and a second fault, end the process. */
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
