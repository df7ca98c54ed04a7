import { ExitCode } from '../core/errors.ts';
import type { Calibration, MeasurementError } from '../core/report/calibration.ts';
import { readEnvironment } from '../engine/environment.ts';
import { calibrate, usualLevels } from './calibrate/measure.ts';
import { keepCalibration, renderCalibration } from './calibrate/store.ts';
import { onInterrupt } from './interrupt.ts';
import { progressLine } from './progress.ts';
import { checkReportFiles, writeWhole } from './report-files.ts';

/** The options of `loadlens calibrate`, as the argument parser hands them over. */
export interface CalibrateOptions {
  readonly quick?: true;
  readonly json?: string;
}

/** `loadlens calibrate`: answers the exit code. Throws a LoadlensError for what the user can mend. */
export async function calibrateCommand(options: CalibrateOptions, version: string): Promise<ExitCode> {
  if (options.json !== undefined) checkReportFiles([{ option: '--json', path: options.json }]);
  const progress = progressLine(process.stderr, true);
  const interrupt = onInterrupt({ first: () => progress.show('Stopping …'), second: () => progress.clear() });
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
    process.stdout.write(calibrationTable(calibration));
    if (options.json !== undefined) writeWhole(options.json, renderCalibration(calibration, environment));
    process.stderr.write(
      `Later runs on this machine carry this. Kept in ${keepCalibration(calibration, environment)}\n`,
    );
    return ExitCode.done;
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

const metrics = [
  ['latency', 'latencyMs'],
  ['TTFT', 'ttftMs'],
  ['ICL', 'iclMs'],
] as const;

const columns = ['in flight', 'metric', 'injected', 'p50', 'server', 'p99', 'server'];

/** The calibration for a terminal. */
function calibrationTable({ levels }: Calibration): string {
  const rows = levels.flatMap((level) => metrics.map(([label, name]) => rowOf(level.concurrency, label, level[name])));
  const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [
    'Measured minus injected, ms. Server: what the mock server itself was late by; the rest is the network and the client.',
    '',
    ...[columns, ...rows].map(line),
    '',
  ].join('\n');
}

const rowOf = (concurrency: number, label: string, error: MeasurementError): string[] => [
  String(concurrency),
  label,
  String(error.injectedMs),
  signed(error.p50Ms),
  signed(error.serverP50Ms),
  signed(error.p99Ms),
  signed(error.serverP99Ms),
];

const signed = (ms: number): string => `${ms < 0 ? '-' : '+'}${Math.abs(ms).toFixed(3)}`;
