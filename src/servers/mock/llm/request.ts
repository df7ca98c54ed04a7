import { ApiError } from '../../openai/errors.ts';
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

type Json = Readonly<Record<string, unknown>>;

/** Reads a request. Throws an ApiError that says what is wrong with it. */
export function readLlmRequest(kind: LlmRequest['kind'], body: Json, query: URLSearchParams): LlmRequest {
  checkNames(query);
  const number = (name: NumberName): number | undefined => readNumber(name, query, body);
  const tokens = number('tokens');
  const limit = number('max_completion_tokens') ?? number('max_tokens');
  const wanted = tokens ?? limit ?? usualTokens;
  const { stream, model } = body;
  if (!isAbsent(stream) && typeof stream !== 'boolean') throw wrong('stream', 'must be true or false');
  if (!isAbsent(model) && typeof model !== 'string') throw wrong('model', 'must be a string');
  if (!isAbsent(body['n']) && body['n'] !== 1) throw wrong('n', 'must be 1. This server returns one choice');
  return {
    kind,
    model: typeof model === 'string' ? model : modelName,
    promptTokens: kind === 'chat' ? countMessages(body['messages']) : countPrompt(body['prompt']),
    tokens: Math.min(wanted, limit ?? wanted),
    finishReason: limit !== undefined && limit <= wanted ? 'length' : 'stop',
    stream: stream === true,
    includeUsage: readIncludeUsage(body['stream_options']),
    timing: readTiming(number),
    errors: {
      rate: number('error_rate') ?? 0,
      status: number('error_status') ?? 500,
      mode: readErrorMode(query, body),
    },
  };
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

function readIncludeUsage(options: unknown): boolean {
  if (isAbsent(options)) return false;
  if (typeof options !== 'object' || options === null) throw wrong('stream_options', 'must be an object');
  return 'include_usage' in options && options.include_usage === true;
}

function countPrompt(prompt: unknown): number {
  if (Array.isArray(prompt) && prompt.length > 0) {
    if (prompt.every((token) => typeof token === 'number')) return prompt.length;
    if (prompt.length === 1) return countPrompt(prompt[0]);
  }
  if (typeof prompt !== 'string') throw wrong('prompt', 'must be a string or a list of tokens');
  return countPromptTokens(prompt);
}

function countMessages(messages: unknown): number {
  if (!Array.isArray(messages) || messages.length === 0) throw wrong('messages', 'must have at least one message');
  return messages.reduce<number>((sum, message) => sum + countPromptTokens(contentOf(message)), 0);
}

function contentOf(message: unknown): string {
  if (typeof message === 'object' && message !== null && 'role' in message && 'content' in message) {
    const { content } = message;
    if (typeof content === 'string') return content;
    if (Array.isArray(content)) return content.map(textOf).join(' ');
    if (content === null) return '';
  }
  throw wrong('messages', 'must each have a role and a content');
}

const textOf = (part: unknown): string =>
  typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : '';
