import * as v from 'valibot';
import { check } from '../../openai/check.ts';
import { ApiError } from '../../openai/errors.ts';
import { generationFields, maybe, messagesField, type Prompt, promptField, promptsOf } from '../../openai/fields.ts';
import { maxTokens, type Timing } from './schedule.ts';
import { countPromptTokens } from './text.ts';

/** What a client asks of the model that the mock server plays. */
export interface LlmRequest {
  readonly kind: 'completion' | 'chat';
  readonly model: string;
  readonly promptTokens: number;
  /** Tokens of the answer, and whether `max_tokens` is what ends it. */
  readonly tokens: number;
  readonly finishReason: 'stop' | 'length';
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly timing: Timing;
  readonly errors: { readonly rate: number; readonly status: number; readonly mode: ErrorMode };
}

const errorModes = ['status', 'event'] as const;
type ErrorMode = (typeof errorModes)[number];

/** The model's name, for requests that name none. */
export const modelName = 'mock';

/** Tokens of an answer whose request says nothing of them: what OpenAI's completions give. */
const usualTokens = 16;
const maxMs = 3_600_000;

/** What can be set, in the address or in the body: from, to, whole numbers only. */
const numbers = {
  ttft_ms: [0, maxMs, false],
  icl_ms: [0, maxMs, false],
  // The old name of icl_ms.
  itl_ms: [0, maxMs, false],
  jitter_ms: [0, maxMs, false],
  seed: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true],
  tokens_per_chunk: [1, 1000, true],
  tokens: [1, maxTokens, true],
  max_tokens: [1, maxTokens, true],
  max_completion_tokens: [1, maxTokens, true],
  error_rate: [0, 1, false],
  error_status: [400, 599, true],
  stall_at: [1, maxTokens, true],
  stall_ms: [0, maxMs, false],
  cut_at: [1, maxTokens, true],
} as const;
type NumberName = keyof typeof numbers;

/** Part of a message; only its text counts. */
const part = v.looseObject({ text: maybe(v.string()) });
const message = v.looseObject({
  role: v.string(),
  content: v.nullable(v.union([v.string(), v.array(part)], 'must be a string or a list of parts')),
});

/** The fields that both servers read, checked by the same schemas. This server ignores all other fields. */
const completion = v.looseObject({ ...generationFields, prompt: promptField });
const chat = v.looseObject({ ...generationFields, messages: messagesField(message) });

type Json = Readonly<Record<string, unknown>>;

/** Reads a request. Throws an ApiError that says what is wrong with it. */
export function readLlmRequest(kind: LlmRequest['kind'], json: unknown, query: URLSearchParams): LlmRequest {
  checkNames(query);
  const { body, promptTokens } = kind === 'chat' ? readChat(json) : readCompletion(json);
  const number = (name: NumberName): number | undefined => readNumber(name, query, body);
  const tokens = number('tokens');
  const limit = number('max_completion_tokens') ?? number('max_tokens');
  const wanted = tokens ?? limit ?? usualTokens;
  if ((body.n ?? 1) !== 1) throw wrong('n', 'must be 1. This server returns one choice');
  return {
    kind,
    model: body.model ?? modelName,
    promptTokens,
    tokens: Math.min(wanted, limit ?? wanted),
    finishReason: limit !== undefined && limit <= wanted ? 'length' : 'stop',
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
    timing: readTiming(number),
    errors: {
      rate: number('error_rate') ?? 0,
      status: number('error_status') ?? 500,
      mode: readErrorMode(query, body),
    },
  };
}

function readChat(json: unknown) {
  const body = check(chat, json);
  return { body, promptTokens: countMessages(body.messages) };
}

function readCompletion(json: unknown) {
  const body = check(completion, json);
  return { body, promptTokens: countPrompt(body.prompt) };
}

function readTiming(number: (name: NumberName) => number | undefined): Timing {
  const ttftMs = number('ttft_ms') ?? 50;
  const iclMs = number('icl_ms') ?? number('itl_ms') ?? 10;
  const jitterMs = number('jitter_ms') ?? 0;
  if (jitterMs > Math.min(ttftMs, iclMs)) throw wrong('jitter_ms', 'must not be larger than ttft_ms and icl_ms');
  const stallAt = number('stall_at');
  const stallMs = number('stall_ms');
  if ((stallAt === undefined) !== (stallMs === undefined)) {
    throw wrong(
      stallAt === undefined ? 'stall_at' : 'stall_ms',
      'is missing. stall_at and stall_ms must be set together',
    );
  }
  return {
    ttftMs,
    iclMs,
    jitterMs,
    seed: number('seed') ?? 1,
    tokensPerChunk: number('tokens_per_chunk') ?? 1,
    stall: stallAt === undefined || stallMs === undefined ? undefined : { at: stallAt, ms: stallMs },
    cutAt: number('cut_at'),
  };
}

const wrong = (param: string, complaint: string): ApiError => new ApiError(400, `${param} ${complaint}.`, { param });

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A misspelt name in the address would leave a time at its default without a word. */
function checkNames(query: URLSearchParams): void {
  const known = [...Object.keys(numbers), 'error_mode'];
  const shown = known.filter((name) => name !== 'itl_ms');
  for (const name of new Set(query.keys())) {
    if (!known.includes(name))
      throw wrong(name, `is not a known query parameter. Known parameters: ${shown.join(', ')}`);
    if (query.getAll(name).length > 1) throw wrong(name, 'appears twice in the query');
  }
}

/** The value of the address, otherwise that of the body. */
function readNumber(name: NumberName, query: URLSearchParams, body: Json): number | undefined {
  const [least, most, whole] = numbers[name];
  const text = query.get(name);
  if (text === null && isAbsent(body[name])) return undefined;
  const value = text === null ? body[name] : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw wrong(name, `must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
}

function readErrorMode(query: URLSearchParams, body: Json): ErrorMode {
  const value = query.get('error_mode') ?? body['error_mode'];
  const mode = errorModes.find((mode) => mode === (value ?? 'status'));
  if (mode === undefined) throw wrong('error_mode', `must be ${errorModes.join(' or ')}`);
  return mode;
}

function countPrompt(prompt: v.InferOutput<typeof promptField>): number {
  const [first, ...others]: readonly Prompt[] = promptsOf(prompt);
  if (first === undefined || others.length > 0) {
    throw wrong('prompt', 'must be one prompt. This server returns one choice');
  }
  return typeof first === 'string' ? countPromptTokens(first) : first.length;
}

const countMessages = (messages: readonly v.InferOutput<typeof message>[]): number =>
  messages.reduce((sum, { content }) => sum + countPromptTokens(contentText(content)), 0);

const contentText = (content: v.InferOutput<typeof message>['content']): string =>
  Array.isArray(content) ? content.map(({ text }) => text ?? '').join(' ') : (content ?? '');
