import * as v from 'valibot';
import { about, count } from '../../schema.ts';

/** Prompts that two suites send; see `ThroughputWorkload`. */
const common = {
  quick: about('True: fewer requests.', v.boolean()),
  prompts: about('Questions asked in turn.', v.array(v.string())),
  maxNewTokens: about('Maximum number of tokens of a response.', count),
};

export const throughputWorkloadSchema = v.object({
  quick: about('True: fewer requests, and concurrency up to 4.', v.boolean()),
  preset: v.exactOptional(
    about(
      'reference: exactly the prompts and counts of the reference. Absent: counts that fill each level, and no prompt twice.',
      v.literal('reference'),
    ),
  ),
  maxNewTokens: common.maxNewTokens,
  warmupRequests: about('Number of requests before the first level.', count),
  prompts: about('Questions asked in turn. Concurrency 1 uses only the first.', v.array(v.string())),
  levels: about(
    'Concurrency 1 first.',
    v.array(
      v.object({
        concurrency: about('Requests in flight.', count),
        requests: about('Number of requests at this concurrency.', count),
      }),
    ),
  ),
});

/** Lengths of a cell of the latency suite. */
export const latencyCellSchema = v.object({
  wantedInput: about('Prompt tokens of the reference.', count),
  input: about("Prompt tokens that fit into the model's context with the response.", count),
  output: about('Tokens of the response.', count),
});

export const latencyWorkloadSchema = v.object({
  quick: common.quick,
  requests: about('Number of requests per cell.', count),
  warmupRequests: about('Number of requests before the first cell.', count),
  context: about('Maximum number of tokens of prompt and response together; null if unknown.', v.nullable(count)),
  cells: about('Combinations of lengths.', v.array(latencyCellSchema)),
});

export const memoryWorkloadSchema = v.object({
  ...common,
  iterations: about('Number of iterations.', count),
  requests: about('Number of requests per iteration.', count),
  concurrency: about('Requests in flight.', count),
});
