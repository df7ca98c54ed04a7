/** What the throughput suite sends. */
export interface ThroughputWorkload {
  readonly quick: boolean;
  /** `reference`: exactly the prompts and counts of the reference. Absent: counts that fill each level, and no prompt twice. */
  readonly preset?: 'reference';
  readonly maxNewTokens: number;
  readonly warmupRequests: number;
  /** Questions asked in turn; a single request at a time asks the first alone. */
  readonly prompts: readonly string[];
  /** Concurrency 1 first. */
  readonly levels: readonly { readonly concurrency: number; readonly requests: number }[];
}

const prompts = ['Hello, how are you?', 'What is the capital of France?', 'Explain quantum computing briefly.'];

/**
 * The workload of the reference; quick: fewer requests, and no more than 4 at once. Where a level's requests are no multiple of
 * its concurrency, the last round is not full and scaling reads low: unless the preset wants the reference's own counts, they are
 * rounded up.
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

/** One cell of the latency suite. */
export interface LatencyCell {
  /** Tokens of the prompt that the reference has, and those that fit the model's context beside the answer. */
  readonly wantedInput: number;
  readonly input: number;
  readonly output: number;
}

/** What the latency suite sends, one request at a time. */
export interface LatencyWorkload {
  readonly quick: boolean;
  readonly requests: number;
  readonly warmupRequests: number;
  /** Tokens that prompt and answer may have together; null when not known. */
  readonly context: number | null;
  readonly cells: readonly LatencyCell[];
}

const inputLengths = [128, 512, 1024];
const outputLengths = [64, 128, 256];

/** The lengths of the reference. A prompt that does not fit the context beside its answer is made shorter, and says so. */
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

/** What the memory suite sends again and again. */
export interface MemoryWorkload extends Pick<ThroughputWorkload, 'quick' | 'prompts' | 'maxNewTokens'> {
  readonly iterations: number;
  readonly requests: number;
  readonly concurrency: number;
}

/** The workload of the memory suite. */
export const memoryWorkload = (quick: boolean): MemoryWorkload => ({
  quick,
  prompts,
  maxNewTokens: 30,
  iterations: quick ? 40 : 80,
  requests: 8,
  concurrency: 4,
});
