/** Exit codes of the command line; see docs/cli.md. */
export const ExitCode = {
  done: 0,
  nothingMeasured: 1,
  usage: 2,
  objectiveFailed: 99,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Line of an endpoints file, from 1. */
export interface FileLine {
  /** Its path as messages show it. */
  readonly file: string;
  readonly line: number;
}

/**
 * A failure that the user can fix. `message` is one sentence that names file and line, if known. `hint` says what to do
 * next, and `exitCode` is the exit code of the command line. Any other exception is a bug, and the log shows its stack.
 */
export class LoadlensError extends Error {
  readonly hint: string;
  readonly exitCode: ExitCode;
  /** Name of the directive in an endpoints file that it is about, without `@`; undefined if it is about none, or unknown. */
  readonly directive: string | undefined;

  /** Where the cause is, as the message says it; undefined outside endpoints files, or if unknown. */
  readonly place: FileLine | undefined;

  constructor(
    message: string,
    options: { hint: string; exitCode?: ExitCode; cause?: unknown; directive?: string; place?: FileLine },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LoadlensError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.directive = options.directive;
    this.place = options.place;
  }
}

/**
 * Returns the error of a line in an endpoints file.
 * @param what the sentence without file and line
 */
export const errorAt = (place: FileLine, what: string, hint: string): LoadlensError =>
  new LoadlensError(`${place.file}:${place.line}: ${what}`, { hint, place });
