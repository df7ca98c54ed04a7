import * as v from 'valibot';
import { formatMs, formatRate } from '../format.ts';

const error = v.object({
  injectedMs: v.number(),
  p50Ms: v.number(),
  p99Ms: v.number(),
  serverP50Ms: v.number(),
  serverP99Ms: v.number(),
});

/** The shape of a Calibration, for what is read back. */
export const calibrationSchema = v.object({
  measuredAt: v.string(),
  levels: v.array(v.object({ concurrency: v.number(), latencyMs: error, ttftMs: error, iclMs: error })),
});

/** The shape of a SelfCalibration, for what is read back. */
export const selfCalibrationSchema = v.array(
  v.object({
    concurrency: v.number(),
    requests: v.number(),
    p50Ms: v.number(),
    p99Ms: v.number(),
    requestsPerS: v.number(),
  }),
);

/** How far measured times were from known ones, on the machine that sent; docs/cli.md. */
export interface Calibration {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly levels: readonly CalibrationLevel[];
}

/** What was found with so many requests in flight. */
export interface CalibrationLevel {
  readonly concurrency: number;
  readonly latencyMs: MeasurementError;
  readonly ttftMs: MeasurementError;
  readonly iclMs: MeasurementError;
}

/** Measured less injected, ms. `server…`: what the server itself was late by; the rest is the way and the client. */
export interface MeasurementError {
  readonly injectedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverP50Ms: number;
  readonly serverP99Ms: number;
}

/**
 * What the machine that sent adds to every latency: requests over loopback to a thread that answers at once, measured right
 * before the run, with code that is warm. One entry for each number of requests in flight.
 */
export type SelfCalibration = readonly SelfCalibrationLevel[];

/** What was found with so many requests in flight: latency, and how many requests a second this client sends at most. */
export interface SelfCalibrationLevel {
  readonly concurrency: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerS: number;
}

/** What a calibration says of a run with so many requests in flight: of the level that is not below it, if there is one. */
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

/** What the machine itself added to a latency right before the run. */
export function selfCalibrationText(levels: SelfCalibration): string {
  const texts = levels.map(
    ({ concurrency, p50Ms, p99Ms, requestsPerS }) =>
      `${concurrency} in flight p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)}, ${formatRate(requestsPerS)}`,
  );
  return `${texts.join('; ')}; over loopback to a server that answers at once`;
}

const errorText = ({ p50Ms, p99Ms }: MeasurementError): string => `p50 ${signed(p50Ms)}, p99 ${signed(p99Ms)}`;

const signed = (ms: number): string => (ms > 0 ? `+${formatMs(ms)}` : formatMs(ms));
