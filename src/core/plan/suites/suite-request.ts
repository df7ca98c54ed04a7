import { isChatPath, modelListsOf, recognizeApi } from '../../endpoints/llm/llm-api.ts';
import type { PreparedRequest, Target } from '../../endpoints/types.ts';

/** A text or its tokens. */
export type Prompt = string | readonly number[];

/** Request to a language model by a suite. */
export interface SuiteQuestion {
  readonly url: string;
  /** Model name in the body; absent for a server with one model. */
  readonly model?: string | undefined;
  /** Texts, or lists of tokens for servers known to accept them. */
  readonly prompts: readonly Prompt[];
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Requests all tokens even if the model would end sooner. Sent only to servers known to support it. */
  readonly ignoreEos: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A target with its prepared request. */
export interface SuiteRequest {
  readonly target: Target;
  readonly request: PreparedRequest;
}

const start = { line: 0, character: 0 };
const encoder = new TextEncoder();

/**
 * Returns the request for the API in the URL: OpenAI's completions or chat, Ollama's, or `/tokenizer` of the reference
 * mock server. Several prompts are sent in turn.
 */
export function suiteRequest(question: SuiteQuestion): SuiteRequest {
  const { headers } = question;
  const { completed: url = question.url } = recognizeApi(question.url, { messages: [{ role: 'user' }] });
  const { pathname } = new URL(url);
  const isTokenizer = pathname.endsWith('/tokenizer');
  const method = isTokenizer ? 'GET' : 'POST';
  const target: Target = {
    name: `${method} ${pathname}`,
    method,
    url,
    headers,
    weight: 1,
    objectives: [],
    range: { start, end: start },
  };
  if (isTokenizer) {
    const address = `${url}${url.includes('?') ? '&' : '?'}output_tokens=${String(question.maxTokens)}`;
    return { target, request: { method, url: address, headers } };
  }
  const bodies = question.prompts.map((prompt) => encoder.encode(JSON.stringify(bodyFor(url, prompt, question))));
  const [body] = bodies;
  const typed = [['content-type', 'application/json'] as const, ...headers];
  return {
    target,
    request: {
      method,
      url,
      headers: typed,
      ...(body && { body }),
      dialect: isOllama(pathname) ? 'ollama' : 'openai',
      ...(question.stream && { streams: true }),
      ...(question.model === undefined && { modelLists: modelListsOf(url) }),
      ...(bodies.length > 1 && { prompts: { bodies, order: 'rotate' } }),
    },
  };
}

const isOllama = (pathname: string): boolean => /\/api\/(?:generate|chat)\/?$/.test(pathname);

function bodyFor(url: string, prompt: Prompt, question: SuiteQuestion): Record<string, unknown> {
  const isChat = isChatPath(url);
  const { model, maxTokens, stream, ignoreEos } = question;
  const asked = isChat ? { messages: [{ role: 'user', content: prompt }] } : { prompt };
  const named = model === undefined ? {} : { model };
  if (isOllama(new URL(url).pathname)) {
    return { ...named, ...asked, stream, options: { num_predict: maxTokens, temperature: 0 } };
  }
  return {
    ...named,
    ...asked,
    max_tokens: maxTokens,
    temperature: 0,
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    ...(ignoreEos ? { ignore_eos: true } : {}),
  };
}
