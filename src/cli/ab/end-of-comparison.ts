import { ExitCode, LoadlensError } from '../../core/errors.ts';
import type { ComparisonRecord } from '../../core/record/comparisons/comparison.ts';

/** The verdict that fails a command. */
export type FailOn = 'worse';

/** Returns the exit code of a comparison that has been shown, and says on standard error why it isn't 0. */
export function endOfComparison(record: ComparisonRecord, failOn: FailOn | undefined): ExitCode {
  const { status, stopReason = '', verdict } = record;
  if (status === 'cancelled') return ExitCode.interrupted;
  if (status === 'crashed') {
    throw new LoadlensError(`The comparison stopped unexpectedly. ${stopReason}`.trim(), {
      hint: 'The results above cover the pairs that were complete. Run it again, and report it if it repeats.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  if (failOn === undefined || verdict.name !== failOn) return ExitCode.done;
  process.stderr.write(`--fail-on ${failOn}: ${verdict.sentence}\n`);
  return ExitCode.objectiveFailed;
}
