import { readPrompts, type Prompt } from './prompts.ts';
import type { DialectName, LlmChoices, PreparedRequest, Target } from './types.ts';

type Json = Readonly<Record<string, unknown>>;
type Fail = (message: string, hint: string) => never;

/** What a request to a language model has beside what every request has. */
type Asked = Pick<PreparedRequest, 'body' | 'dialect' | 'streams' | 'prompts'>;

const paths: readonly (readonly [pattern: RegExp, dialect: DialectName])[] = [
  [/\/v1\/(?:chat\/)?completions\/?$/, 'openai'],
  [/\/api\/(?:generate|chat)\/?$/, 'ollama'],
];

/** The files that a target names, as written: whoever prepares it must have them at hand. */
export function filesOf({ body, llm }: Target): string[] {
  return [...(body?.kind === 'file' ? [body.path] : []), ...(llm?.prompts === undefined ? [] : [llm.prompts])];
}

/**
 * The body or bodies of a target as they are sent, and how its answer is read: the directives on language models put into
 * the body, a prompt into each, and a stream asked for its usage. A body that nothing has to be put into stays as it is.
 */
export function prepareLlm(
  url: string,
  body: Uint8Array | undefined,
  llm: LlmChoices,
  lookups: { bodyFile(path: string): Uint8Array | undefined; readonly stream?: boolean | undefined },
  fail: Fail,
): Asked {
  const found = paths.find(([pattern]) => pattern.test(new URL(url).pathname))?.[1];
  const same: Asked = body === undefined ? {} : { body };
  if (llm.dialect === 'plain' || (llm.dialect === undefined && found === undefined)) {
    if (llm.stream === undefined && llm.maxTokens === undefined && llm.prompts === undefined) return same;
    const hint = 'Write # @dialect openai, ollama or sse above it, or take the directive out.';
    return fail('Nothing says how to ask this target for tokens.', hint);
  }
  const written = jsonObject(body);
  const prompts =
    llm.prompts === undefined
      ? undefined
      : readPrompts(llm.prompts, lookups.bodyFile(llm.prompts), (message, hint) => fail(message, hint));
  const asks = written !== undefined && ('prompt' in written || 'messages' in written);
  const dialect = llm.dialect ?? (asks || prompts !== undefined ? found : undefined);
  const changes = llm.stream !== undefined || llm.maxTokens !== undefined || prompts !== undefined;
  if (changes && written === undefined && body !== undefined) {
    fail('The body is no JSON object, so nothing can be put into it.', 'Mend the body, or take the directive out.');
  }
  if (dialect === undefined) {
    if (!changes) return same;
    return fail(
      'The body has neither a prompt nor messages.',
      'Add one of them, or # @prompts with a file of prompts.',
    );
  }
  const chat =
    /chat(?:\/completions)?\/?$/.test(new URL(url).pathname) || (written !== undefined && 'messages' in written);
  const isStream = (json: Json): boolean => dialect === 'sse' || (json['stream'] ?? dialect === 'ollama') === true;
  // Nobody knows how to ask any other API for a stream, and a body that is no JSON object is sent as it stands.
  const canChoose = dialect !== 'sse' && (written !== undefined || prompts !== undefined);
  const complete = (json: Json): Json => {
    const byDefault = canChoose && isStream(json) !== lookups.stream ? lookups.stream : undefined;
    return withChoices(json, dialect, { ...llm, stream: llm.stream ?? byDefault });
  };
  const wanted = complete(written ?? {});
  const known = { dialect, streams: isStream(wanted) };
  if (prompts !== undefined) {
    const bodies = prompts.map((prompt) => bytesOf(complete(withPrompt(written ?? {}, prompt, chat))));
    return { ...known, body: bodies[0] ?? bytesOf(wanted), prompts: { bodies, order: llm.promptsOrder ?? 'rotate' } };
  }
  const unchanged = written === undefined || JSON.stringify(wanted) === JSON.stringify(written);
  return unchanged ? { ...known, ...same } : { ...known, body: bytesOf(wanted) };
}

/** What the directives say, in the members that the API has for it. */
function withChoices(
  json: Json,
  dialect: DialectName,
  { stream, maxTokens }: { stream: boolean | undefined; maxTokens?: number },
): Json {
  const said: Record<string, unknown> = { ...json };
  if (stream !== undefined) said['stream'] = stream;
  if (maxTokens !== undefined) {
    if (dialect === 'ollama') said['options'] = { ...objectOr(json['options']), num_predict: maxTokens };
    else said['max_completion_tokens' in json ? 'max_completion_tokens' : 'max_tokens'] = maxTokens;
  }
  // A body that has the member, be it null, knows what it wants.
  if (dialect === 'openai' && said['stream'] === true && !('stream_options' in json))
    said['stream_options'] = { include_usage: true };
  if (said['stream'] === false) delete said['stream_options'];
  return said;
}

/** A text takes the place of the prompt or of the last message of the user; an object is laid over the body. */
function withPrompt(json: Json, prompt: Prompt, chat: boolean): Json {
  if (typeof prompt !== 'string') return { ...json, ...prompt };
  if (!chat) return { ...json, prompt };
  const messages: unknown[] = Array.isArray(json['messages']) ? json['messages'] : [];
  const last = messages.findLastIndex((message) => objectOr(message)['role'] === 'user');
  const message = { role: 'user', content: prompt };
  return { ...json, messages: last < 0 ? [...messages, message] : messages.with(last, message) };
}

function jsonObject(body: Uint8Array | undefined): Json | undefined {
  if (body === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOr = (value: unknown): Json => (isObject(value) ? value : {});

const bytesOf = (json: Json): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
