import * as v from 'valibot';
import { about, amount, count, positiveCount, timestamp } from '../../schema.ts';

/** Measured − injected time; see `MeasurementError`. */
export const measurementErrorSchema = about(
  'Measured − injected time.',
  v.object({
    injectedMs: about('Time requested from the mock server.', v.number()),
    p50Ms: about('Measured p50 − injected time.', v.number()),
    p99Ms: about('Measured p99 − injected time.', v.number()),
    serverP50Ms: about("The server's own delay, p50. The rest is the path and the client.", v.number()),
    serverP99Ms: about("The server's own delay, p99.", v.number()),
  }),
);

/** Calibration at one concurrency; see `CalibrationLevel`. */
export const calibrationLevelSchema = v.object({
  concurrency: about('Requests in flight.', positiveCount),
  latencyMs: about('Error of the latency.', measurementErrorSchema),
  ttftMs: about('Error of the TTFT.', measurementErrorSchema),
  iclMs: about('Error of the ICL.', measurementErrorSchema),
});

/** Differences between measured and known times; see `Calibration`. */
export const calibrationSchema = v.object({
  measuredAt: about('ISO 8601, UTC.', timestamp),
  levels: about('One entry per concurrency.', v.array(calibrationLevelSchema)),
});

/** Client overhead; see `SelfCalibration`. */
export const selfCalibrationSchema = v.array(
  v.object({
    concurrency: about('Requests in flight.', positiveCount),
    requests: about('Number of measured requests.', positiveCount),
    p50Ms: about('Latency, p50.', amount),
    p99Ms: about('Latency, p99.', amount),
    requestsPerS: about('Maximum rate of this client, requests per second.', amount),
  }),
);

/** The machine that sent; see `Environment`. */
export const environmentSchema = v.object({
  host: about('Host name.', v.string()),
  os: about('Operating system.', v.string()),
  cpu: about('Processor.', v.string()),
  cores: about('Number of logical processors.', count),
  memoryGiB: about('Memory.', v.number()),
  node: about('Version of Node.', v.string()),
  loadlens: about('Version of Loadlens.', v.string()),
  calibration: v.exactOptional(
    about(
      'Measurement accuracy of this machine; present if loadlens calibrate ran on it with the same software.',
      calibrationSchema,
    ),
  ),
  selfCalibration: v.exactOptional(
    about(
      'Client overhead in every latency right before the run: requests over loopback to a thread that responds at once. One entry per concurrency; absent for a cold start.',
      selfCalibrationSchema,
    ),
  ),
});

/** File of the targets; see `Source`. */
export const sourceSchema = v.object({
  file: about('Path relative to the workspace or the working directory, with /.', v.string()),
  gitCommit: v.exactOptional(about('Commit that was checked out.', v.string())),
  gitBranch: v.exactOptional(
    about('Branch that was checked out; absent without one, and in older records.', v.string()),
  ),
  gitDirty: v.exactOptional(about('True: the work tree had changes.', v.boolean())),
  unsaved: v.exactOptional(
    about('The run used the text of an editor, which differed from the file. Absent otherwise.', v.literal(true)),
  ),
});
