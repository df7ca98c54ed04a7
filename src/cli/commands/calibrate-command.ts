import { ExitCode } from '../../core/errors.ts';
import { readEnvironment } from '../../engine/machine/environment.ts';
import { calibrate, usualLevels } from '../calibrate/measure.ts';
import { busyNote, calibrationTable } from '../calibrate/table.ts';
import { keepCalibration, renderCalibration } from '../calibrate/store.ts';
import { onInterrupt } from '../interrupt.ts';
import { progressLine } from '../output/progress.ts';
import { checkReportFiles, standardOutput, writeReport } from '../output/report-files.ts';

/** Parsed options of `loadlens calibrate`. */
export interface CalibrateOptions {
  readonly quick?: true;
  readonly json?: string;
}

/** Runs `loadlens calibrate` and returns the exit code. @throws LoadlensError for errors that the user can fix */
export async function calibrateCommand(options: CalibrateOptions, version: string): Promise<ExitCode> {
  if (options.json !== undefined) checkReportFiles([{ option: '--json', path: options.json }]);
  const progress = progressLine(process.stderr, true);
  const interrupt = onInterrupt({ first: () => progress.show('Stopping…'), second: () => progress.clear() });
  try {
    const calibration = await calibrate({
      levels: usualLevels(options.quick === true),
      commandLine: process.argv.slice(1, 2),
      version,
      signal: interrupt.signal,
      onProgress: (text) => progress.show(text),
    });
    progress.clear();
    const environment = readEnvironment(version);
    const screen = options.json === standardOutput ? process.stderr : process.stdout;
    screen.write(calibrationTable(calibration));
    process.stderr.write(busyNote(calibration));
    if (options.json !== undefined) writeReport(options.json, renderCalibration(calibration, environment));
    process.stderr.write(
      `Later runs on this machine include this calibration. Saved to ${keepCalibration(calibration, environment)}\n`,
    );
    return ExitCode.done;
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}
