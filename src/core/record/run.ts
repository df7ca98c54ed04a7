import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import type { environmentSchema, sourceSchema } from './schemas/environment-schema.ts';
import type {
  askedTokensSchema,
  llmRequestSchema,
  promptUseSchema,
  runSchema,
  serverSchema,
  inputCheckSchema,
  tokenCheckSchema,
  valueUseSchema,
} from './schemas/run-schema.ts';

/** Schema name of a run's record. */
export const recordSchema = 'loadlens.run/1';

/** `crashed`: stopped unexpectedly, with partial results. */
export type RunStatus = RunRecord['status'];

/** The machine that sent. */
export type Environment = Frozen<v.InferOutput<typeof environmentSchema>>;

/** Facts about the server of a run. The resource use is present only if Loadlens started the server. */
export type ServerFacts = Frozen<v.InferOutput<typeof serverSchema>>;

/** Resources that a server started by Loadlens used during the run. Null if the system doesn't report them. */
export type ServerUse = Required<Omit<ServerFacts, 'notes'>>;

/** Token counts that generated requests ask for. */
export type AskedTokens = Frozen<v.InferOutput<typeof askedTokensSchema>>;

/** Use of a target's prompts, including the warm-up. */
export type PromptUse = Frozen<v.InferOutput<typeof promptUseSchema>>;

/** Request to a language model as it was sent. */
export type LlmRequest = Frozen<v.InferOutput<typeof llmRequestSchema>>;

/** Numbers of the requests, including the warm-up, that generate the values of dynamic variables. */
export type ValueUse = Frozen<v.InferOutput<typeof valueUseSchema>>;

/** Output tokens of the same responses, as the server and the local tokenizer count them. */
export type TokenCheck = Frozen<v.InferOutput<typeof tokenCheckSchema>>;

/** Input tokens of the server next to those of the local tokenizer. */
export type InputCheck = Frozen<v.InferOutput<typeof inputCheckSchema>>;

/** File of the targets, and its git state in a work tree. */
export type Source = Frozen<v.InferOutput<typeof sourceSchema>>;

/** Plan, numbers, and provenance of one run: the JSON report and the history entry. */
export type RunRecord = Frozen<v.InferOutput<typeof runSchema>>;
