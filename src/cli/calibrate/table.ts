import type { Calibration, MeasurementError } from '../../core/record/calibration.ts';

const metrics = [
  ['latency', 'latencyMs'],
  ['TTFT', 'ttftMs'],
  ['ICL', 'iclMs'],
] as const;

const columns = ['concurrency', 'metric', 'injected', 'p50', 'server', 'p99', 'server'];

/** Returns the calibration as a table for a terminal. */
export function calibrationTable({ levels }: Calibration): string {
  const rows = levels.flatMap((level) => metrics.map(([label, name]) => rowOf(level.concurrency, label, level[name])));
  const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [
    'Measurement error in ms: measured minus injected time. Server: the part caused by delays of the mock server itself.',
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

/** From this delay of the server on (p99, ms), other programs have taken its processor. */
const busyFromMs = 3;

/** Returns a warning if other programs kept the machine busy, otherwise an empty text. */
export function busyNote({ levels }: Calibration): string {
  const latest = Math.max(...levels.flatMap(({ ttftMs, iclMs }) => [ttftMs.serverP99Ms, iclMs.serverP99Ms]));
  return latest < busyFromMs
    ? ''
    : `Noisy machine: the mock server's own delay was ${latest.toFixed(1)} ms (p99). Calibrate again when this machine is idle.\n`;
}
