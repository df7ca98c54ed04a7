import { isChatPath, modelListsOf, recogniseApi } from '../../endpoints/llm/llm-api.ts';
import type { PreparedRequest, Target } from '../../endpoints/types.ts';

/** A text, or its tokens. */
export type Prompt = string | readonly number[];

/** What a suite asks a language model. */
export interface SuiteQuestion {
  readonly url: string;
  /** The model's name in the body; none for a server that has one model. */
  readonly model?: string | undefined;
  /** Texts, or lists of tokens where the server is known to take them. */
  readonly prompts: readonly Prompt[];
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Asks for all tokens even when the model would end sooner; only servers known to take it are sent it. */
  readonly ignoreEos: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A target with its request, ready to send. */
export interface SuiteRequest {
  readonly target: Target;
  readonly request: PreparedRequest;
}

const start = { line: 0, character: 0 };
const encoder = new TextEncoder();

/**
 * The request for a question, in the API that the address names: OpenAI's completions or chat, Ollama's, or the
 * `/tokenizer` of the reference mock server. Several prompts are sent in turn.
 */
export function suiteRequest(question: SuiteQuestion): SuiteRequest {
  const { headers } = question;
  const { completed: url = question.url } = recogniseApi(question.url, { messages: [{ role: 'user' }] });
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
