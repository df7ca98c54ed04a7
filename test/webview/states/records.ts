import { clientHealth, lostHealth } from '../../../src/core/metrics/client/client-health.ts';
import type { ClientReadings } from '../../../src/core/metrics/client/client-readings.ts';
import { createRecorder, type Recorder } from '../../../src/core/metrics/recorder/recorder.ts';
import type { ErrorKind, FailureSample, Sample, Snapshot } from '../../../src/core/metrics/types.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { Verdict } from '../../../src/core/vocabulary.ts';
import { makeRecord, recordId } from '../../../src/core/record/make-run.ts';
import type { RunRecord, RunStatus } from '../../../src/core/record/run.ts';

/** What a synthetic run is like. Everything else is drawn from the seed. */
export interface RunChoices {
  readonly requests?: number;
  readonly concurrency?: number;
  readonly seed?: number;
  readonly medianMs?: number;
  /** Share of requests that are refused with 429, quickly. */
  readonly refused?: number;
  readonly errors?: readonly ErrorKind[];
  readonly status?: RunStatus;
  readonly targets?: number;
  /** Latency of each target, as a share of that of the run. */
  readonly factors?: readonly number[];
  readonly verdicts?: readonly Verdict[];
  readonly failureSamples?: readonly FailureSample[];
  /** From then on the server refuses connections, and the client pauses between tries, ms. */
  readonly goneAtMs?: number;
  /** Answers are streams of so many chunks. */
  readonly chunks?: number;
  /** What the client measured of itself, where it is not calm. */
  readonly health?: Partial<ClientReadings>;
}

const planOf = (choices: RunChoices): RunPlan => ({
  loadModel: 'closed',
  requests: choices.requests ?? 500,
  durationS: null,
  concurrency: choices.concurrency ?? 10,
  seed: choices.seed ?? 7,
  warmup: 5,
  timeoutMs: 30_000,
  drainMs: 30_000,
  maxRedirects: 0,
  coldStart: false,
  objectives: [],
});

/** Objectives with each of the three outcomes. */
export const threeVerdicts: readonly Verdict[] = [
  {
    objective: { metric: 'p95', operator: '<', value: 2000, text: 'p95 < 2s' },
    outcome: 'pass',
    actual: 1430.2,
  },
  {
    objective: { metric: 'errors', operator: '<', value: 0.001, text: 'errors < 0.1%' },
    outcome: 'fail',
    actual: 0.0132,
  },
  {
    objective: { metric: 'p99.9', operator: '<=', value: 3000, text: 'p99.9 <= 3s' },
    target: 'sleeper',
    outcome: 'not enough data',
    actual: 2110,
  },
];

/** A run that never was, put together by the same code that puts real ones together. */
export function syntheticRecord(choices: RunChoices = {}): RunRecord {
  const { recorder, inFlightIntegralMs, names } = feed(choices, Infinity);
  const cancelled = choices.status === 'cancelled' ? 4 : 0;
  const summary = recorder.summary({ requestsCancelled: cancelled });
  const startedAt = new Date(Date.UTC(2026, 10, 22, 20, 15, choices.seed ?? 7));
  return makeRecord({
    id: recordId(startedAt, random(choices.seed ?? 7)),
    name: 'endpoints.txt',
    startedAt: startedAt.toISOString(),
    status: choices.status ?? 'completed',
    plan: planOf(choices),
    targets: names.map((name) => ({
      name,
      method: name === 'generate' ? 'POST' : 'GET',
      url: `http://localhost:5000/${name}`,
      headers: [],
      weight: 1,
      objectives: [],
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    })),
    ...(choices.status === 'crashed' && { stopReason: 'The benchmark process ended (exit code 7).' }),
    summary,
    warmupSent: 5,
    addresses: [{ host: 'localhost:5000', address: '[::1]:5000' }],
    connections: {
      dns: { count: 10, meanMs: 12, p50Ms: 9, maxMs: 31 },
      connect: { count: 10, meanMs: 24, p50Ms: 22, maxMs: 41 },
      tls: { count: 10, meanMs: 61, p50Ms: 58, maxMs: 90 },
    },
    objectives: choices.verdicts ?? [],
    failureSamples: choices.failureSamples ?? [],
    client:
      choices.status === 'crashed'
        ? lostHealth(summary)
        : clientHealth(
            {
              eventLoopDelayMedianMs: 0.1,
              eventLoopDelayP99Ms: 0.31,
              eventLoopReadings: 500,
              idleDelayMedianMs: 0.25,
              eventLoopDelayMaxMs: 1.24,
              idleDelayP99Ms: 0.25,
              cpuShare: 0.062,
              loopUtilisation: 0.055,
              ownStallMs: 0,
              machineStallMs: 11.3,
              stealShare: 0.0012,
              cpuPressureShare: 0.031,
              dispatchGapMedianMs: 0.02,
              dispatchGapP99Ms: 0.082,
              dispatchGapMaxMs: 0.94,
              lagIsOwn: false,
              connectionsOpened: choices.concurrency ?? 10,
              connectionsReused: (choices.requests ?? 500) - (choices.concurrency ?? 10),
              inFlightIntegralMs,
              requestTimeMs: recorder.requestTimeMs(),
              transport: 'raw',
              ...choices.health,
            },
            summary,
          ),
    environment: {
      host: 'build-07.example.org',
      os: 'Linux 6.8.0',
      cpu: 'AMD EPYC 7R13',
      cores: 8,
      memoryGiB: 31.3,
      node: '22.19.0',
      loadlens: '0.2.0',
      selfCalibration: [
        { concurrency: 1, requests: 400, p50Ms: 0.031, p99Ms: 0.14, requestsPerS: 21_400 },
        { concurrency: 16, requests: 1_500, p50Ms: 0.262, p99Ms: 0.81, requestsPerS: 42_700 },
      ],
    },
    source: { file: 'load/endpoints.txt', gitCommit: '3f9c1d2ab47e5f60718293a4b5c6d7e8f9012345', gitDirty: true },
  });
}

/** The same run as it looked after that time. */
export function syntheticSnapshot(elapsedMs: number, choices: RunChoices = {}): Snapshot {
  const { recorder } = feed(choices, elapsedMs);
  return {
    phase: 'running',
    elapsedMs,
    waiting: 0,
    inFlight: choices.concurrency ?? 10,
    summary: recorder.liveSummary(),
  };
}

/** The plan of the synthetic runs. */
export const syntheticPlan = planOf({});

/** A closed loop in fast motion: each slot sends as soon as its answer is there. */
function feed(
  choices: RunChoices,
  untilMs: number,
): { recorder: Recorder; inFlightIntegralMs: number; names: readonly string[] } {
  const next = random(choices.seed ?? 7);
  const known = ['generate', 'hello', 'sleeper'];
  const names = Array.from({ length: choices.targets ?? 3 }, (_, i) => known[i] ?? `target-${String(i)}`);
  const recorder = createRecorder({ targetNames: names, latencyLimitMs: [] });
  const free = Array.from({ length: choices.concurrency ?? 10 }, () => 0);
  const ends: { endMs: number; add: () => void }[] = [];
  let inFlightIntegralMs = 0;
  for (let i = 0; i < (choices.requests ?? 500); i++) {
    const slot = free.indexOf(Math.min(...free));
    const dueMs = free[slot]!;
    const sentMs = dueMs + next() * 0.05;
    const isRefused = next() < (choices.refused ?? 0);
    const isGone = sentMs >= (choices.goneAtMs ?? Infinity);
    const anyError = next() < 0.01 ? choices.errors?.[i % choices.errors.length] : undefined;
    const error = isGone ? 'refused' : anyError;
    const slow = next() < 0.02 ? 2.2 : 1;
    const served = isRefused
      ? 1 + next() * 3
      : (choices.medianMs ?? 1020) *
        (choices.factors?.[i % names.length] ?? 1) *
        slow *
        Math.exp(0.16 * gaussian(next) + 0.08 * Math.sin(sentMs / 9000));
    const latencyMs = isGone ? 0.4 : served;
    const endMs = sentMs + latencyMs;
    free[slot] = isGone ? endMs + 250 : endMs;
    inFlightIntegralMs += latencyMs;
    const sample = {
      target: i % names.length,
      scheduledMs: dueMs,
      sentMs,
      headersMs: error === undefined ? endMs - 0.2 : Number.NaN,
      endMs,
      status: error === undefined ? (isRefused ? 429 : 200) : 0,
      bytes: 120,
      ...(choices.chunks === undefined || isRefused
        ? { outputTokens: 64 }
        : streamed(choices.chunks, sentMs, latencyMs, next)),
      ...(error === undefined ? {} : { error }),
    };
    ends.push({ endMs, add: () => recorder.add(sample) });
  }
  for (const { endMs, add } of ends.toSorted((a, b) => a.endMs - b.endMs)) if (endMs <= untilMs) add();
  return { recorder, inFlightIntegralMs, names };
}

/** A stream that begins after a fifth of its time and stalls now and then; a fifth of its tokens are reasoning. */
function streamed(chunks: number, sentMs: number, latencyMs: number, next: () => number): Partial<Sample> {
  const weights = Array.from({ length: chunks - 1 }, () => (next() < 0.01 ? 12 : 0.7 + next() * 0.6));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const gapsMs = Float64Array.from(weights, (weight) => (weight / all) * latencyMs * 0.79);
  const firstTokenMs = sentMs + latencyMs * 0.2;
  return {
    outputTokens: chunks + 4,
    tokenSource: 'usage',
    reasoningTokens: Math.round(chunks / 5),
    stream: {
      firstTokenMs,
      lastTokenMs: firstTokenMs + latencyMs * 0.79,
      chunks,
      untimedTokens: 1,
      gapsMs,
    },
  };
}

/** Numbers from 0 to 1 by mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
