import { ExitCode, LoadlensError } from '../core/errors.ts';

/** Returns a failure as text, with a hint, and its exit code. @param debug adds the stack trace */
export function describeFailure(error: unknown, debug: boolean): { text: string; exitCode: ExitCode } {
  const stack = debug && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  if (error instanceof LoadlensError) {
    return { text: `error: ${error.message}\nhint:  ${error.hint}${stack}\n`, exitCode: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'This is a bug. Rerun with LOADLENS_DEBUG=1 and report it.';
  return { text: `error: ${message}\nhint:  ${hint}${stack}\n`, exitCode: ExitCode.nothingMeasured };
}
