import * as v from 'valibot';
import { formatMs, formatRate } from '../format.ts';

const error = v.object({
  injectedMs: v.number(),
  p50Ms: v.number(),
  p99Ms: v.number(),
  serverP50Ms: v.number(),
  serverP99Ms: v.number(),
});

/** Schema of a stored Calibration. */
export const calibrationSchema = v.object({
  measuredAt: v.string(),
  levels: v.array(v.object({ concurrency: v.number(), latencyMs: error, ttftMs: error, iclMs: error })),
});

/** Schema of a stored SelfCalibration. */
export const selfCalibrationSchema = v.array(
  v.object({
    concurrency: v.number(),
    requests: v.number(),
    p50Ms: v.number(),
    p99Ms: v.number(),
    requestsPerS: v.number(),
  }),
);

/** Differences between measured and known times on this machine; docs/cli.md. */
export interface Calibration {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly levels: readonly CalibrationLevel[];
}

/** Calibration at one concurrency. */
export interface CalibrationLevel {
  readonly concurrency: number;
  readonly latencyMs: MeasurementError;
  readonly ttftMs: MeasurementError;
  readonly iclMs: MeasurementError;
}

/** Measured − injected time, ms. `server…`: the server's own delay; the rest is the path and the client. */
export interface MeasurementError {
  readonly injectedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverP50Ms: number;
  readonly serverP99Ms: number;
}

/**
 * Client overhead in every latency on this machine: requests over loopback to a thread that responds at once, measured
 * right before the run with warm code. One entry per concurrency.
 */
export type SelfCalibration = readonly SelfCalibrationLevel[];

/** Client overhead at one concurrency: latency, and the maximum rate of this client, requests/s. */
export interface SelfCalibrationLevel {
  readonly concurrency: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerS: number;
}

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
