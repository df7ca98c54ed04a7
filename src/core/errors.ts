/** What the command line exits with; see docs/cli.md. */
export const ExitCode = {
  done: 0,
  nothingMeasured: 1,
  usage: 2,
  objectiveFailed: 99,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * A failure that the user can mend. `message` is one sentence that names file and line where there are any,
 * `hint` says what to do next, `exitCode` is what the command line ends with.
 * Everything else that is thrown is a bug and shows its stack in the log.
 */
export class LoadlensError extends Error {
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(message: string, options: { hint: string; exitCode?: ExitCode; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LoadlensError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.usage;
  }
}
