/** Workload of the throughput suite. */
export interface ThroughputWorkload {
  readonly quick: boolean;
  /**
   * `reference`: exactly the prompts and counts of the reference. Absent: counts that fill each level, and no prompt
   * twice.
   */
  readonly preset?: 'reference';
  readonly maxNewTokens: number;
  readonly warmupRequests: number;
  /** Questions asked in turn. Concurrency 1 uses only the first. */
  readonly prompts: readonly string[];
  /** Concurrency 1 first. */
  readonly levels: readonly { readonly concurrency: number; readonly requests: number }[];
}

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

/** One combination of lengths in the latency suite. */
export interface LatencyCell {
  /** Prompt tokens of the reference, and those that fit into the model's context with the response. */
  readonly wantedInput: number;
  readonly input: number;
  readonly output: number;
}

/** Workload of the latency suite, at concurrency 1. */
export interface LatencyWorkload {
  readonly quick: boolean;
  readonly requests: number;
  readonly warmupRequests: number;
  /** Maximum number of tokens of prompt and response together; null if unknown. */
  readonly context: number | null;
  readonly cells: readonly LatencyCell[];
}

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
export interface MemoryWorkload extends Pick<ThroughputWorkload, 'quick' | 'prompts' | 'maxNewTokens'> {
  readonly iterations: number;
  readonly requests: number;
  readonly concurrency: number;
}

/** Returns the workload of the memory suite. */
export const memoryWorkload = (quick: boolean): MemoryWorkload => ({
  quick,
  prompts,
  maxNewTokens: 30,
  iterations: quick ? 40 : 80,
  requests: 8,
  concurrency: 4,
});
