/** What the throughput suite sends: the workload of the reference. */
export interface ThroughputWorkload {
  readonly quick: boolean;
  readonly maxNewTokens: number;
  readonly warmupRequests: number;
  /** Sent in turn; a single request at a time gets the first alone. */
  readonly prompts: readonly string[];
  /** Concurrency 1 first. */
  readonly levels: readonly { readonly concurrency: number; readonly requests: number }[];
}

const prompts = ['Hello, how are you?', 'What is the capital of France?', 'Explain quantum computing briefly.'];

/** The workload of the reference; quick: fewer requests, and no more than 4 at once. */
export function throughputWorkload(quick: boolean): ThroughputWorkload {
  const concurrent = quick ? [2, 4] : [2, 4, 8];
  return {
    quick,
    maxNewTokens: 30,
    warmupRequests: 2,
    prompts,
    levels: [
      { concurrency: 1, requests: quick ? 5 : 10 },
      ...concurrent.map((concurrency) => ({ concurrency, requests: quick ? 6 : 12 })),
    ],
  };
}
