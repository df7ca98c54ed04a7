import type * as v from 'valibot';
import { formatMs, formatRate } from '../format.ts';
import type { Frozen } from '../schema.ts';
import type {
  calibrationLevelSchema,
  calibrationSchema,
  measurementErrorSchema,
  selfCalibrationSchema,
} from './schemas/environment-schema.ts';

/** Differences between measured and known times on this machine; docs/cli.md. */
export type Calibration = Frozen<v.InferOutput<typeof calibrationSchema>>;

/** Calibration at one concurrency. */
export type CalibrationLevel = Frozen<v.InferOutput<typeof calibrationLevelSchema>>;

/** Measured − injected time, ms. `server…`: the server's own delay; the rest is the path and the client. */
export type MeasurementError = Frozen<v.InferOutput<typeof measurementErrorSchema>>;

/**
 * Client overhead in every latency on this machine: requests over loopback to a thread that responds immediately,
 * measured right before the run with warm code. One entry per concurrency.
 */
export type SelfCalibration = Frozen<v.InferOutput<typeof selfCalibrationSchema>>;

/**
 * Returns the calibration for a run as text: of the lowest level that is not below its concurrency, otherwise of the
 * highest.
 */
export function calibrationText(
  { levels, measuredAt }: Calibration,
  run: { concurrency: number; streams: boolean },
): string {
  const level = levels.find(({ concurrency }) => concurrency >= run.concurrency) ?? levels.at(-1);
  if (!level) return 'not measured';
  const errors = [
    `latency ${errorText(level.latencyMs)}`,
    ...(run.streams ? [`TTFT ${errorText(level.ttftMs)}`, `ICL ${errorText(level.iclMs)}`] : []),
  ];
  return `${errors.join('; ')}; with ${level.concurrency} in flight, measured minus known, ${measuredAt}`;
}

/** Returns the client overhead measured right before the run, as text. */
export function selfCalibrationText(levels: SelfCalibration): string {
  const texts = levels.map(
    ({ concurrency, p50Ms, p99Ms, requestsPerS }) =>
      `${concurrency} in flight p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)}, ${formatRate(requestsPerS)}`,
  );
  return `${texts.join('; ')}; over loopback to a server that responds immediately`;
}

const errorText = ({ p50Ms, p99Ms }: MeasurementError): string => `p50 ${signed(p50Ms)}, p99 ${signed(p99Ms)}`;

const signed = (ms: number): string => (ms > 0 ? `+${formatMs(ms)}` : formatMs(ms));
