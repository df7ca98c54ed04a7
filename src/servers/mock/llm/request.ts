import { ApiError } from '../../openai/errors.ts';
import type { Asked, LlmApi } from './apis/api.ts';
import { maxTokens, type Timing } from './schedule.ts';

/** A request to the mock model. */
export interface LlmRequest {
  readonly asked: Asked;
  readonly model: string;
  /** Number of output tokens, reasoning included. */
  readonly tokens: number;
  readonly reasoningTokens: number;
  /** `length` if a limit ends the response. */
  readonly finishReason: 'stop' | 'length';
  readonly timing: Timing;
  readonly errors: { readonly rate: number; readonly status: number; readonly mode: ErrorMode };
}

const errorModes = ['status', 'event'] as const;
type ErrorMode = (typeof errorModes)[number];

/** Times of requests that don't set them. */
export interface TimingDefaults {
  /** Time to first token without prompt tokens, ms. */
  readonly ttftMs?: number;
  /** Time to first token per prompt token that isn't cached, ms. */
  readonly ttftMsPerToken?: number;
  /** Time from one chunk to the next, ms. */
  readonly iclMs?: number;
}

/** Name of the model for requests without one. */
export const modelName = 'mock';

/** Output tokens of a request that doesn't set them: the default of OpenAI's completions. */
const usualTokens = 16;
const maxMs = 3_600_000;

/** Fields that can be set in the query or the body: minimum, maximum, whole numbers only. */
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
  ttft_ms_per_token: [0, maxMs, false],
  reasoning_tokens: [0, maxTokens, true],
} as const;
type NumberName = keyof typeof numbers;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a request.
 * @param json body, a JSON object or any invalid value
 * @throws ApiError that says what is wrong with it
 */
export function readLlmRequest(api: LlmApi, json: unknown, url: URL, defaults: TimingDefaults): LlmRequest {
  const query = url.searchParams;
  checkNames(query, api);
  const asked = api.read(json, url);
  const body: Json = { ...Object(json) };
  const number = (name: NumberName): number | undefined => readNumber(name, query, body);
  const tokens = number('tokens');
  const limit = number('max_completion_tokens') ?? number('max_tokens') ?? asked.maxTokens;
  const wanted = tokens ?? limit ?? usualTokens;
  const reasoning = number('reasoning_tokens') ?? 0;
  if (reasoning > 0 && !api.hasReasoning) throw wrong('reasoning_tokens', "isn't supported by this API");
  const output = asked.pooled ? 0 : Math.min(wanted, limit ?? wanted);
  return {
    asked,
    model: asked.model ?? modelName,
    tokens: output,
    reasoningTokens: Math.min(reasoning, output),
    finishReason: limit !== undefined && limit <= wanted ? 'length' : 'stop',
    timing: readTiming(number, defaults),
    errors: {
      rate: number('error_rate') ?? 0,
      status: number('error_status') ?? 500,
      mode: readErrorMode(query, body),
    },
  };
}

function readTiming(number: (name: NumberName) => number | undefined, defaults: TimingDefaults): Timing {
  const ttftMs = number('ttft_ms') ?? defaults.ttftMs ?? 50;
  const iclMs = number('icl_ms') ?? number('itl_ms') ?? defaults.iclMs ?? 10;
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
    ttftMsPerToken: number('ttft_ms_per_token') ?? defaults.ttftMsPerToken ?? 0,
    iclMs,
    jitterMs,
    seed: number('seed') ?? 1,
    tokensPerChunk: number('tokens_per_chunk') ?? 1,
    stall: stallAt === undefined || stallMs === undefined ? undefined : { at: stallAt, ms: stallMs },
    cutAt: number('cut_at'),
  };
}

const wrong = (param: string, complaint: string): ApiError => new ApiError(400, `${param} ${complaint}.`, { param });

/** Checks the query, because a misspelled name would otherwise be ignored. */
function checkNames(query: URLSearchParams, { query: own = [] }: LlmApi): void {
  const known = [...Object.keys(numbers), 'error_mode'];
  const shown = known.filter((name) => name !== 'itl_ms');
  for (const name of new Set(query.keys())) {
    if (own.includes(name)) continue;
    if (!known.includes(name))
      throw wrong(name, `is not a known query parameter. Known parameters: ${shown.join(', ')}`);
    if (query.getAll(name).length > 1) throw wrong(name, 'appears twice in the query');
  }
}

/** Returns the value of the query, or that of the body. */
function readNumber(name: NumberName, query: URLSearchParams, body: Json): number | undefined {
  const [least, most, whole] = numbers[name];
  const text = query.get(name);
  const given = body[name];
  if (text === null && (given === undefined || given === null)) return undefined;
  const value = text === null ? given : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw wrong(name, `must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
}

function readErrorMode(query: URLSearchParams, body: Json): ErrorMode {
  const value = query.get('error_mode') ?? body['error_mode'];
  const mode = errorModes.find((mode) => mode === (value ?? 'status'));
  if (mode === undefined) throw wrong('error_mode', `must be ${errorModes.join(' or ')}`);
  return mode;
}
