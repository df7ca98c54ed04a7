import * as v from 'valibot';
import { serverMetricsSchema } from '../../metrics/schemas/server-metrics-schema.ts';
import { dialectNames } from '../../endpoints/types.ts';
import { gpuMetricsSchema } from '../../metrics/schemas/gpu-metrics-schema.ts';
import { llmChoicesSchema } from '../../endpoints/llm/llm-choices-schema.ts';
import { clientHealthSchema } from '../../metrics/schemas/client-health-schema.ts';
import { connectionsSchema } from '../../metrics/schemas/connections-schema.ts';
import { failureSchema } from '../../metrics/schemas/failure-schema.ts';
import { saturationSchema } from '../../metrics/schemas/saturation-schema.ts';
import { precisionResultSchema, steadyStateSchema } from '../../metrics/schemas/precision-schema.ts';
import { summarySchema } from '../../metrics/schemas/summary-schema.ts';
import { planSchema } from '../../plan/plan-schema.ts';
import { about, count, numberOrNull, timestamp } from '../../schema.ts';
import { verdictSchema } from '../../vocabulary.ts';
import { recordSchema } from '../run.ts';
import { environmentSchema, sourceSchema } from './environment-schema.ts';

/** Token counts that generated requests ask for; see `AskedTokens`. */
export const askedTokensSchema = about(
  'Tokens that the requests asked for.',
  v.object({
    mean: about({ description: 'Mean per request.', minimum: 1 }, v.number()),
    min: about({ description: 'Minimum per request.', minimum: 1 }, count),
    max: about({ description: 'Maximum per request.', minimum: 1 }, count),
  }),
);

/** Use of a target's prompts; see `PromptUse`. */
const dataSetSchema = v.object({
  file: about('File as written, relative to the endpoints file.', v.string()),
  sha256: v.exactOptional(about('SHA-256 of its bytes, hexadecimal. Absent if unknown.', v.string())),
  entries: about('Number of entries in the file.', count),
  kept: about('Number of prompts that are used.', count),
  inputTokens: v.exactOptional(
    about("Tokens of these prompts, by the plan's tokenizer. Absent if they weren't counted.", askedTokensSchema),
  ),
  answerTokens: v.exactOptional(
    about(
      'Tokens of the answers in the file, which the requests asked for. Absent without @output-tokens answers.',
      askedTokensSchema,
    ),
  ),
});

export const promptUseSchema = v.object({
  distinct: about('Number of different prompts, or of conversations.', count),
  start: about(
    'Number of prompts or conversations used by earlier runs of the session: the first is number start modulo distinct.',
    count,
  ),
  sent: about('Number of requests with a prompt, or of conversations that started.', count),
  turns: v.exactOptional(
    about(
      'Turns that these conversations have in their file. Absent for prompts.',
      v.object({
        mean: about({ description: 'Mean per conversation.', minimum: 1 }, v.number()),
        min: about({ description: 'Minimum per conversation.', minimum: 1 }, count),
        max: about({ description: 'Maximum per conversation.', minimum: 1 }, count),
      }),
    ),
  ),
  askedInput: v.exactOptional(
    about(
      "Input tokens of generated prompts, including the shared prefix. Absent for prompts that aren't generated.",
      askedTokensSchema,
    ),
  ),
  askedOutput: v.exactOptional(
    about('Output tokens that @output-tokens asked for; absent without it.', askedTokensSchema),
  ),
  dataSet: v.exactOptional(about('File of the prompts; absent without one.', dataSetSchema)),
});

/** Request to a language model; see `LlmRequest`. */
export const llmRequestSchema = v.object({
  dialect: about('Response format.', v.picklist(dialectNames)),
  path: about('Path of the URL, after the completion of a base URL. Secrets are masked.', v.string()),
  model: v.exactOptional(about('Model that the body names; absent if it names none.', v.string())),
});

/** Values of dynamic variables; see `ValueUse`. */
export const valueUseSchema = v.object({
  start: about('Number of values used by earlier runs of the session, and so the first number.', count),
  taken: about('Number of requests with such values.', count),
});

/** Facts about the server; see `ServerFacts`. */
export const serverSchema = v.object({
  pid: v.exactOptional(about('Process ID.', count)),
  cpuShare: v.exactOptional(about('CPU time / elapsed time; 1 = one core.', numberOrNull)),
  rssStartMiB: v.exactOptional(about('Resident memory at the start of the clock.', numberOrNull)),
  rssEndMiB: v.exactOptional(about('Resident memory at the end of the clock.', numberOrNull)),
  rssMaxMiB: v.exactOptional(about('Maximum resident memory, read twice a second.', numberOrNull)),
  notes: v.exactOptional(
    about(
      "Remarks on the server's behavior, such as deviations from HTTP that Loadlens accepts; without duplicates, at most 20.",
      v.array(v.string()),
    ),
  ),
});

/** ID of a run or a sweep. */
export const recordIdSchema = about(
  {
    description: 'Sortable and unique: date and time in UTC, and four letters.',
    pattern: '^[0-9]{8}-[0-9]{6}-[a-z0-9]{4}$',
  },
  v.string(),
);

/** Members that every kind of result has. */
export const commonEntries = {
  startedAt: about('Start in ISO 8601, UTC.', timestamp),
  status: about(
    'completed: the whole result. cancelled: stopped by the user. crashed: stopped unexpectedly, with partial results.',
    v.picklist(['completed', 'cancelled', 'crashed']),
  ),
  stopReason: v.exactOptional(about("Why it ended early, in one sentence, if the status doesn't say it.", v.string())),
};

/** A run; see `RunRecord`. */
export const tokenCheckSchema = v.object({
  responses: about('Number of responses.', count),
  reported: about('Output tokens that the server reported, without hidden reasoning.', count),
  counted: about('Output tokens that the local tokenizer counted in the texts.', count),
});

export const runSchema = v.object({
  schema: v.literal(recordSchema),
  id: recordIdSchema,
  name: about('Name for people: the file or the single target.', v.string()),
  ...commonEntries,
  plan: about('All settings of the run except its targets.', planSchema),
  targets: about(
    'Targets as in the file, with unresolved placeholders.',
    v.array(
      v.object({
        name: about('Name, unique in its file.', v.string()),
        method: about('HTTP method.', v.string()),
        url: about('URL as written.', v.string()),
        weight: about({ description: 'Weight in the random choice.', exclusiveMinimum: 0 }, v.number()),
        llm: v.exactOptional(about('Language model directives; absent if there are none.', llmChoicesSchema)),
        llmRequest: v.exactOptional(
          about(
            'Request as sent to a language model. Absent for other targets and in older records.',
            llmRequestSchema,
          ),
        ),
        prompts: v.exactOptional(
          about(
            "Use of the target's prompts, including the warm-up. Absent for targets that aren't language models, and for bodies that are new for each request.",
            promptUseSchema,
          ),
        ),
      }),
    ),
  ),
  targetCount: about(
    'Number of targets in the plan. targets has the first 10,000, and fewer in a shortened copy.',
    count,
  ),
  warmupSent: about('Number of warm-up requests sent. In no other number.', count),
  precision: v.exactOptional(
    about('Precision that the run was to reach. Absent if the plan names none.', precisionResultSchema),
  ),
  steadyState: v.exactOptional(
    about(
      'Result of an automatic warm-up; absent without one. The timeline shows the whole run; all other numbers exclude the warm-up.',
      steadyStateSchema,
    ),
  ),
  saturation: v.exactOptional(
    about(
      'Whether the server kept up. Only in the open model with one finite rate; absent if the run was too short to tell, and in older records.',
      saturationSchema,
    ),
  ),
  values: v.exactOptional(
    about(
      'Numbers of the requests, including the warm-up, that generate the values of dynamic variables: the same seed and start give the same values. Absent without dynamic variables.',
      valueUseSchema,
    ),
  ),
  tokenCheck: v.exactOptional(
    about(
      'Output tokens of the first responses that the server counted, by its own count and by the local tokenizer; at most 200 responses of each sender thread. Absent without both counts.',
      tokenCheckSchema,
    ),
  ),
  ...summarySchema.entries,
  connections: v.exactOptional(
    about(
      'Phases of the connections opened for the run, also before its clock started. Absent if none was opened, in older records, and in results of several workers.',
      connectionsSchema,
    ),
  ),
  addresses: about(
    'Addresses connected to.',
    v.array(
      v.object({
        host: about('Host as written.', v.string()),
        address: about('IP address and port.', v.string()),
      }),
    ),
  ),
  objectives: about('Verdicts on the objectives of the plan and of the targets.', v.array(verdictSchema)),
  failureSamples: about(
    'Failures by status or error kind and text, the most frequent first; at most 50, or 10 in a history. Secrets are masked.',
    v.array(failureSchema),
  ),
  client: about(
    'Client health: accuracy of the numbers, as measured by the sending process about itself. Readings are null after a crash.',
    clientHealthSchema,
  ),
  environment: about('The machine that sent.', environmentSchema),
  source: about(
    'File of the targets, and its git state in a work tree; null if there is none.',
    v.nullable(sourceSchema),
  ),
  server: v.exactOptional(
    about(
      "The server during the run. Process data is present only if Loadlens started the server; null if the system doesn't report it.",
      serverSchema,
    ),
  ),
  serverMetrics: v.exactOptional(
    about('What the server said about itself. Absent unless its metrics were read.', serverMetricsSchema),
  ),
  gpuMetrics: v.exactOptional(
    about(
      "GPUs of the server, from a DCGM exporter or this machine's nvidia-smi. Absent without readings.",
      gpuMetricsSchema,
    ),
  ),
});
