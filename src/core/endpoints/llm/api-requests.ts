import type { DialectName } from '../types.ts';
import { lengthMark } from './synthetic-marks.ts';
import { isObject, objectOr, type Json } from '../json.ts';

/** How the requests of an API are written. */
export interface ApiRequests {
  /** The member for the maximum number of output tokens, or a member of that; absent if responses have no tokens. */
  readonly limit?: readonly [outer: string, inner?: string];
  /** Servers reject a request without that member. */
  readonly needsLimit?: true;
  /** Returns the member for a prompt in a body. */
  readonly prompt: (json: Json) => string;
  /** The body names the model. */
  readonly namesModel?: true;
  /** How streaming is requested: by the member `stream`, by the path, always, or not at all. */
  readonly streaming: 'member' | 'path' | 'always' | 'never';
  /** Whether a request asks for a stream. */
  readonly streams: (json: Json, url: string) => boolean;
  /** The paths for a stream and for a complete response, for messages; only with `path`. */
  readonly paths?: readonly [stream: string, complete: string];
  /** Returns the body with what makes a response as long as its limit; absent if the API has no member for that. */
  readonly exactLength?: (json: Json, url: string) => Json;
}

/** Hosted APIs. They reject members that they don't know; servers that run elsewhere ignore them. */
const hosted =
  /(?:^|\.)(?:openai\.com|azure\.com|anthropic\.com|googleapis\.com|mistral\.ai|groq\.com|deepseek\.com|cohere\.com|x\.ai|perplexity\.ai)$/i;

const byMember = (json: Json): boolean => json['stream'] === true;
const never = (): boolean => false;
const pathMatches =
  (path: RegExp) =>
  (_: Json, url: string): boolean =>
    path.test(new URL(url).pathname);
const inMember = (name: string) => () => name;
/** Returns the member of several that a body has; the first if it has none. */
const inFirstOf =
  (...names: readonly [string, ...string[]]) =>
  (json: Json): string =>
    names.find((name) => name in json) ?? names[0];

/** The requests of every API. Requests for a response format without its own API have OpenAI's format. */
const requests: Readonly<Record<DialectName, ApiRequests>> = {
  openai: {
    limit: ['max_tokens'],
    prompt: inMember('prompt'),
    namesModel: true,
    streaming: 'member',
    streams: byMember,
    exactLength: (json, url) =>
      hosted.test(new URL(url).hostname) ? json : { ignore_eos: true, min_tokens: lengthMark, ...json },
  },
  ollama: {
    limit: ['options', 'num_predict'],
    prompt: inMember('prompt'),
    namesModel: true,
    streaming: 'member',
    streams: (json) => json['stream'] !== false,
  },
  responses: {
    limit: ['max_output_tokens'],
    prompt: inMember('input'),
    namesModel: true,
    streaming: 'member',
    streams: byMember,
  },
  messages: {
    limit: ['max_tokens'],
    needsLimit: true,
    prompt: inMember('prompt'),
    namesModel: true,
    streaming: 'member',
    streams: byMember,
  },
  'llama-cpp': {
    limit: ['n_predict'],
    prompt: inMember('prompt'),
    streaming: 'member',
    streams: byMember,
    exactLength: (json) => ({ ignore_eos: true, ...json }),
  },
  tgi: {
    limit: ['parameters', 'max_new_tokens'],
    prompt: inMember('inputs'),
    streaming: 'path',
    streams: pathMatches(/\/generate_stream\/*$/),
    paths: ['/generate_stream', '/generate'],
  },
  sglang: {
    limit: ['sampling_params', 'max_new_tokens'],
    prompt: inMember('text'),
    streaming: 'member',
    streams: byMember,
    exactLength: (json) => {
      const asked = { ignore_eos: true, min_new_tokens: lengthMark, ...objectOr(json['sampling_params']) };
      return { ...json, sampling_params: asked };
    },
  },
  gemini: {
    limit: ['generationConfig', 'maxOutputTokens'],
    prompt: inMember('contents'),
    streaming: 'path',
    streams: pathMatches(/:streamGenerateContent\/*$/i),
    paths: [':streamGenerateContent?alt=sse', ':generateContent'],
  },
  embeddings: {
    prompt: inFirstOf('input', 'inputs', 'texts', 'prompt', 'content'),
    namesModel: true,
    streaming: 'never',
    streams: never,
  },
  rerank: { prompt: inMember('query'), namesModel: true, streaming: 'never', streams: never },
  sse: { limit: ['max_tokens'], prompt: inMember('prompt'), streaming: 'always', streams: () => true },
};

/** Returns how the requests of an API are written. */
export const requestsOf = (dialect: DialectName): ApiRequests => requests[dialect];

/** Returns whether the responses of an API have no output tokens, such as embeddings. */
export const isTokenless = (dialect: DialectName | undefined): boolean =>
  dialect !== undefined && requestsOf(dialect).limit === undefined;

/** Values of the directives for a request. */
export interface Choices {
  readonly stream: boolean | undefined;
  readonly maxTokens?: number | undefined;
  readonly usage?: 'on' | 'off' | undefined;
}

/** Returns the body with the values of the directives, in the members of its API. */
export function withChoices(json: Json, dialect: DialectName, { stream, maxTokens, usage }: Choices): Json {
  const said: Record<string, unknown> = { ...json };
  const { limit, streaming } = requests[dialect];
  if (stream !== undefined && streaming !== 'path') said['stream'] = stream;
  if (maxTokens !== undefined && limit !== undefined) {
    const [outer, inner] = 'max_completion_tokens' in json ? (['max_completion_tokens'] as const) : limit;
    said[outer] = inner === undefined ? maxTokens : { ...objectOr(json[outer]), [inner]: maxTokens };
  }
  if (dialect === 'openai' && said['stream'] === true && usage !== 'off' && !('stream_options' in json))
    said['stream_options'] = { include_usage: true };
  // Null omits the member, because some servers reject it with any value.
  if (said['stream'] === false || usage === 'off' || json['stream_options'] === null) delete said['stream_options'];
  return said;
}

/** Returns the member with a prompt in the form that the API has there. */
export function promptIn(json: Json, dialect: DialectName, text: string): Json {
  const member = requests[dialect].prompt(json);
  if (dialect === 'gemini') {
    const contents: unknown[] = Array.isArray(json[member]) ? json[member] : [];
    const last = contents.findLastIndex((content) => isObject(content) && content['role'] !== 'model');
    const content = { role: 'user', parts: [{ text }] };
    return { [member]: last < 0 ? [...contents, content] : contents.with(last, content) };
  }
  // Cohere's list of texts, and lists of inputs as they are written.
  const inList = member === 'texts' || Array.isArray(json[member]);
  return { [member]: dialect === 'embeddings' && inList ? [text] : text };
}
