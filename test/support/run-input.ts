import assert from 'node:assert/strict';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../src/core/endpoints/prepare.ts';
import type { PreparedRequest, Target } from '../../src/core/endpoints/types.ts';
import type { RunInput, RunPlan } from '../../src/core/plan/types.ts';
import type { TransportName } from '../../src/core/vocabulary.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { runBenchmark } from '../../src/engine/run.ts';

/** A short plan with a cold start, so that a test doesn't wait for the code warm-up. */
const shortPlan: RunPlan = {
  loadModel: 'closed',
  requests: 10,
  durationS: null,
  concurrency: 2,
  seed: 1,
  warmup: 0,
  timeoutMs: 5_000,
  drainMs: 5_000,
  maxRedirects: 0,
  coldStart: true,
  objectives: [],
};

/** Parts of a run that a test sets; the rest has defaults. */
export interface Wanted {
  readonly plan?: Partial<RunPlan>;
  readonly weights?: readonly number[];
  readonly secrets?: readonly string[];
}

/** Returns the input of a run of plain URLs or prepared requests. */
export function runInput(requests: readonly (string | PreparedRequest)[], wanted: Wanted = {}): RunInput {
  const prepared = requests.map((request): PreparedRequest =>
    typeof request === 'string' ? { method: 'GET', url: request, headers: [] } : request,
  );
  const start = { line: 0, character: 0 };
  return {
    name: 'test',
    plan: { ...shortPlan, ...wanted.plan },
    targets: prepared.map(({ method, url, headers }, i): Target => ({
      name: `target ${i}`,
      method,
      url,
      headers,
      weight: wanted.weights?.[i] ?? 1,
      objectives: [],
      range: { start, end: start },
    })),
    requests: prepared,
    secrets: wanted.secrets ?? [],
    file: null,
  };
}

const nothing = (): undefined => undefined;

/** Returns the requests of an endpoints file without errors and secrets. `files` are the texts of files it names. */
export function requestsOf(text: string, files: Readonly<Record<string, string>> = {}): PreparedRequest[] {
  const { targets, problems } = parseEndpoints(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  const bodyFile = (path: string): Uint8Array | undefined =>
    files[path] === undefined ? undefined : new TextEncoder().encode(files[path]);
  return prepareTargets(targets, { env: nothing, secret: nothing, bodyFile, shownAs: 'e.txt' }).requests;
}

/** Runs plain URLs or prepared requests in this process. */
export function run(
  requests: readonly (string | PreparedRequest)[],
  wanted: Wanted = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<RunRecord> {
  return runBenchmark(runInput(requests, wanted), { signal, version: '0.0.0' });
}

/** Returns a function like `run` that uses one transport. */
export const runOver =
  (transport: TransportName): typeof run =>
  (requests, wanted, signal) =>
    run(requests, { ...wanted, plan: { ...wanted?.plan, transport } }, signal);
