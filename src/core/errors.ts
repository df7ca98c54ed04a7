/** Exit codes of the command line; see docs/cli.md. */
export const ExitCode = {
  done: 0,
  nothingMeasured: 1,
  usage: 2,
  objectiveFailed: 99,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * A failure that the user can fix. `message` is one sentence that names file and line, if known. `hint` says what to do
 * next, and `exitCode` is the exit code of the command line. Any other exception is a bug, and the log shows its stack.
 */
export class LoadlensError extends Error {
  readonly hint: string;
  readonly exitCode: ExitCode;
  /** Name of the directive in an endpoints file that it is about, without `@`; undefined if it is about none, or unknown. */
  readonly directive: string | undefined;

  constructor(message: string, options: { hint: string; exitCode?: ExitCode; cause?: unknown; directive?: string }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LoadlensError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.directive = options.directive;
  }
}
