import type { Prompt } from './suite-request.ts';

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

/** A common word, as GPT-2 has it, and as text. */
const commonToken = 262;
const commonWord = ' the';

/** A prompt of so many tokens: exactly, where tokens may be sent; about so many words otherwise. */
export const promptOf = (tokens: number, asTokens: boolean): Prompt =>
  asTokens ? Array.from({ length: tokens }, () => commonToken) : commonWord.repeat(tokens).trimStart();

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
