import { ExitCode, LoadlensError } from '../core/errors.ts';

/** What the user is told about a failure: sentence and hint. A stack is shown for LOADLENS_DEBUG=1 alone. */
export function describeFailure(error: unknown, debug: boolean): { text: string; exitCode: ExitCode } {
  const stack = debug && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  if (error instanceof LoadlensError) {
    return { text: `error: ${error.message}\nhint:  ${error.hint}${stack}\n`, exitCode: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'This is a bug. Rerun with LOADLENS_DEBUG=1 and report it.';
  return { text: `error: ${message}\nhint:  ${hint}${stack}\n`, exitCode: ExitCode.nothingMeasured };
}
