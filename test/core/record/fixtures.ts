import { clientHealth } from '../../../src/core/metrics/client/client-health.ts';
import { createRecorder } from '../../../src/core/metrics/recorder/recorder.ts';
import type { Sample } from '../../../src/core/metrics/types.ts';
import type { Target } from '../../../src/core/endpoints/types.ts';
import { makeRecord, type RecordParts } from '../../../src/core/record/make-run.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';

const origin = { line: 0, character: 0 };

/** A target of the mock server. */
export function targetOf(name: string, url = 'http://localhost:5000/tokenizer?output_tokens=3'): Target {
  return { name, method: 'GET', url, headers: [], weight: 1, objectives: [], range: { start: origin, end: origin } };
}

/** A record as the engine makes it, of these samples. */
export function recordOf(
  samples: readonly Sample[],
  changes: Partial<RecordParts> & { requestsCancelled?: number; limitMs?: number } = {},
): RunRecord {
  const { requestsCancelled = 0, limitMs, ...parts } = changes;
  const targets = parts.targets ?? [targetOf('GET /tokenizer?output_tokens=3')];
  const recorder = createRecorder({ targetNames: targets.map(({ name }) => name), latencyLimitMs: [limitMs] });
  for (const sample of samples) recorder.add(sample);
  const summary = recorder.summary({ requestsCancelled });
  const readings = {
    eventLoopDelayMedianMs: 0.1,
    eventLoopDelayP99Ms: 0.8,
    eventLoopReadings: 500,
    idleDelayMedianMs: 0.25,
    eventLoopDelayMaxMs: 12,
    cpuShare: 0.123456789,
    idleDelayP99Ms: 0.25,
    loopUtilisation: 0.1123456789,
    ownStallMs: 0,
    machineStallMs: 11.3456789,
    stealShare: 0.0012345678,
    cpuPressureShare: 0.0212345678,
    dispatchGapMedianMs: samples.length > 10 ? 0.02 : null,
    dispatchGapP99Ms: samples.length > 10 ? 0.0823456789 : null,
    dispatchGapMaxMs: samples.length > 10 ? 0.9123456789 : null,
    lagIsOwn: false,
    transport: 'raw' as const,
    connectionsOpened: 10,
    connectionsReused: Math.max(0, samples.length - 10),
    inFlightIntegralMs: recorder.requestTimeMs(),
    requestTimeMs: recorder.requestTimeMs(),
  };
  return makeRecord({
    id: '20261122-201537-k3f9',
    name: 'endpoints.txt',
    startedAt: '2026-11-22T20:15:37.123Z',
    status: 'completed',
    plan: {
      loadModel: 'closed',
      requests: samples.length,
      durationS: null,
      concurrency: 10,
      seed: 7,
      warmup: 5,
      timeoutMs: 30_000,
      drainMs: 30_000,
      maxRedirects: 0,
      coldStart: false,
      objectives: [],
    },
    warmupSent: 5,
    addresses: [{ host: 'localhost:5000', address: '127.0.0.1:5000' }],
    objectives: [],
    failureSamples: [],
    client: clientHealth(readings, summary),
    environment: {
      host: 'build-7',
      os: 'Linux 6.8',
      cpu: 'AMD EPYC 9B14',
      cores: 2,
      memoryGiB: 7.8,
      node: '24.21.0',
      loadlens: '0.2.0',
    },
    source: { file: 'load/endpoints.txt', gitCommit: 'af0999371d2f4f9e8c6a', gitDirty: true },
    ...parts,
    targets,
    summary,
  });
}

/** Samples of a closed loop: `concurrency` slots, each sends as soon as it is free. */
export function closedLoop(
  count: number,
  concurrency: number,
  outcome: (index: number) => Partial<Sample> & { latencyMs: number },
): Sample[] {
  const freeAt = Array.from({ length: concurrency }, () => 0);
  return Array.from({ length: count }, (_, index) => {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    const sentMs = freeAt[slot]!;
    const { latencyMs, ...changes } = outcome(index);
    freeAt[slot] = sentMs + latencyMs;
    const base = { target: 0, scheduledMs: sentMs, sentMs, headersMs: sentMs + latencyMs * 0.99 };
    return Object.assign(base, { endMs: sentMs + latencyMs, status: 200, bytes: 20 }, changes);
  });
}

/** 500 requests of which 10 succeed in a second and 490 are refused at once. */
export function flood(): Sample[] {
  return closedLoop(500, 25, (index) =>
    index % 50 === 0
      ? { latencyMs: 1001 + index / 50, outputTokens: 3 }
      : { latencyMs: 5 + (index % 7), status: 429, bytes: 40 },
  );
}
