import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { latencyWorkloadSchema, memoryWorkloadSchema, throughputWorkloadSchema } from './workload-schemas.ts';

/** Workload of the throughput suite. */
export type ThroughputWorkload = Frozen<v.InferOutput<typeof throughputWorkloadSchema>>;

const prompts = ['Hello, how are you?', 'What is the capital of France?', 'Explain quantum computing briefly.'];

/**
 * Returns the workload of the reference. `quick`: fewer requests, concurrency up to 4. If a level's requests aren't a
 * multiple of its concurrency, the last round isn't full and scaling appears too low. So they are rounded up, unless
 * the preset requires the reference's counts.
 */
export function throughputWorkload(quick: boolean, preset?: 'reference'): ThroughputWorkload {
  const concurrent = quick ? [2, 4] : [2, 4, 8];
  const fewest = quick ? 6 : 12;
  const requestsAt = (concurrency: number): number =>
    preset === 'reference' ? fewest : Math.ceil(fewest / concurrency) * concurrency;
  return {
    quick,
    ...(preset && { preset }),
    maxNewTokens: 30,
    warmupRequests: 2,
    prompts,
    levels: [
      { concurrency: 1, requests: quick ? 5 : 10 },
      ...concurrent.map((concurrency) => ({ concurrency, requests: requestsAt(concurrency) })),
    ],
  };
}

/** Workload of the latency suite, at concurrency 1. */
export type LatencyWorkload = Frozen<v.InferOutput<typeof latencyWorkloadSchema>>;

const inputLengths = [128, 512, 1024];
const outputLengths = [64, 128, 256];

/**
 * Returns the lengths of the reference. A prompt that doesn't fit into the context with its response is shortened and
 * marked.
 */
export function latencyWorkload(quick: boolean, context: number | null): LatencyWorkload {
  const cells = inputLengths.flatMap((wantedInput) =>
    outputLengths.map((output) => ({
      wantedInput,
      input: Math.min(wantedInput, (context ?? Infinity) - output),
      output,
    })),
  );
  return {
    quick,
    requests: quick ? 3 : 5,
    warmupRequests: 1,
    context,
    cells: cells.filter(({ input }) => input > 0),
  };
}

/** Repeated workload of the memory suite. */
export type MemoryWorkload = Frozen<v.InferOutput<typeof memoryWorkloadSchema>>;

/** Returns the workload of the memory suite. */
export const memoryWorkload = (quick: boolean): MemoryWorkload => ({
  quick,
  prompts,
  maxNewTokens: 30,
  iterations: quick ? 40 : 80,
  requests: 8,
  concurrency: 4,
});
