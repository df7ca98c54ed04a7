import { isChatPath, modelListsOf, recogniseApi, type LlmApi } from './llm-api.ts';
import { readPrompts, type Prompt } from '../data/prompts.ts';
import type { DialectName, LlmChoices, PreparedRequest, Target } from '../types.ts';
import { lengthMark, promptMark } from './synthetic-marks.ts';
import { syntheticOf } from './synthetic.ts';

type Json = Readonly<Record<string, unknown>>;
type Fail = (message: string, hint: string) => never;

/** What a request to a language model has beside what every request has. */
type Asked = Pick<PreparedRequest, 'url' | 'body' | 'dialect' | 'streams' | 'prompts' | 'synthetic' | 'modelLists'>;

/** The files that a target names, as written: whoever prepares it must have them at hand. */
export function filesOf({ body, llm }: Target): string[] {
  const parts = body?.kind === 'parts' ? body.parts : body?.kind === 'file' ? [body] : [];
  return [
    ...parts.flatMap((part) => ('path' in part ? [part.path] : [])),
    ...(llm?.prompts === undefined ? [] : [llm.prompts]),
  ];
}

/**
 * The body or bodies of a target as they are sent, and how its answer is read: the directives on language models put into
 * the body, a prompt into each, and a stream asked for its usage. A body that nothing has to be put into stays as it is. A base
 * URL is completed.
 */
export function prepareLlm(
  address: string,
  body: Uint8Array | undefined,
  llm: LlmChoices,
  lookups: { bodyFile(path: string): Uint8Array | undefined; readonly stream?: boolean | undefined },
  fail: Fail,
): Asked {
  const written = jsonObject(body);
  const synthetic = syntheticOf(llm, fail);
  const asksAnyway = llm.prompts !== undefined || synthetic?.input !== undefined;
  const { api, completed } = recogniseApi(address, written, asksAnyway);
  const url = completed !== undefined && (llm.dialect ?? 'openai') === 'openai' ? completed : address;
  const same: Asked = body === undefined ? { url } : { url, body };
  const dialect = llm.dialect ?? api?.dialect;
  if (dialect === undefined || dialect === 'plain') {
    if (llm.stream === undefined && llm.maxTokens === undefined && llm.prompts === undefined && !synthetic) return same;
    const byPath = api ?? recogniseApi(address, null).api;
    if (byPath?.dialect !== undefined) checkJson(body, written, fail);
    return failUnread(llm.dialect === undefined ? byPath : undefined, fail);
  }
  const generated: Prompt[] | undefined = synthetic?.input && [{ place: '@input-tokens', text: promptMark }];
  const prompts =
    llm.prompts === undefined
      ? generated
      : readPrompts(llm.prompts, lookups.bodyFile(llm.prompts), (message, hint) => fail(message, hint));
  const changes = llm.stream !== undefined || llm.maxTokens !== undefined || prompts !== undefined || synthetic;
  if (changes) checkJson(body, written, fail);
  const chat = dialect === 'messages' || isChatPath(url) || (written !== undefined && 'messages' in written);
  const isStream = (json: Json): boolean => streams(json, dialect, url);
  // Nobody knows how to ask any other API for a stream, and a body that is no JSON object is sent as it stands.
  const canChoose = dialect !== 'sse' && dialect !== 'tgi' && (written !== undefined || prompts !== undefined);
  if (dialect === 'tgi' && llm.stream !== undefined && llm.stream !== isStream({})) {
    fail(
      'The path of this API selects streaming.',
      'Use /generate_stream for a stream or /generate for a complete response.',
    );
  }
  const complete = (json: Json): Json => {
    const byDefault = canChoose && isStream(json) !== lookups.stream ? lookups.stream : undefined;
    const chosen = withChoices(json, dialect, {
      ...llm,
      ...(synthetic?.output && { maxTokens: lengthMark }),
      stream: llm.stream ?? byDefault,
    });
    return synthetic?.output ? withExactLength(chosen, dialect, url) : chosen;
  };
  const wanted = complete(written ?? {});
  const known = { url, dialect, streams: isStream(wanted), ...(synthetic && { synthetic }) };
  if (prompts !== undefined) {
    const jsons = prompts.map((prompt) =>
      complete(withPrompt(written ?? {}, prompt, { chat, member: promptMembers[dialect] ?? 'prompt' }, fail)),
    );
    const bodies = jsons.map(bytesOf);
    const order = llm.promptsOrder ?? 'rotate';
    const sent = { ...known, body: bodies[0] ?? bytesOf(wanted), ...listsFor(jsons, known) };
    return llm.prompts === undefined ? sent : { ...sent, prompts: { bodies, order } };
  }
  const unchanged = written === undefined || JSON.stringify(wanted) === JSON.stringify(written);
  const lists = written === undefined ? {} : listsFor([wanted], known);
  return { ...known, ...lists, ...(unchanged ? same : { body: bytesOf(wanted) }) };
}

function checkJson(body: Uint8Array | undefined, written: Json | undefined, fail: Fail): void {
  if (body === undefined || written !== undefined) return;
  fail("The body isn't a JSON object, so directives can't change it.", 'Fix the body, or remove the directive.');
}

/** Fails for directives that nobody knows how to follow. */
function failUnread(api: LlmApi | undefined, fail: Fail): never {
  if (api?.dialect !== undefined) {
    const hint = 'Add one of them, or # @prompts with a file of prompts.';
    return fail('The body has neither a prompt nor messages.', hint);
  }
  if (api !== undefined) {
    const hint = "Remove the directive, or use the server's OpenAI-compatible URL.";
    return fail(`The ${api.name} API isn't supported.`, hint);
  }
  const hint = 'Add # @dialect with its API above it, such as openai, or remove the directive.';
  return fail('The API of this target is unknown.', hint);
}

/** Where to look for the name of the model when no body has one. */
function listsFor(
  jsons: readonly Json[],
  { url, dialect }: { url: string; dialect: DialectName },
): Pick<Asked, 'modelLists'> {
  const named = jsons.some((json) => json['model'] !== undefined);
  const modelLists = named || !namesModel.has(dialect) ? [] : modelListsOf(url);
  return modelLists.length === 0 ? {} : { modelLists };
}

/** APIs whose requests name a model. */
const namesModel: ReadonlySet<DialectName> = new Set(['openai', 'ollama', 'responses', 'messages']);

/** The members for the most tokens of a response. */
const limitMembers: Readonly<Record<DialectName, readonly [outer: string, inner?: string]>> = {
  openai: ['max_tokens'],
  ollama: ['options', 'num_predict'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
  'llama-cpp': ['n_predict'],
  tgi: ['parameters', 'max_new_tokens'],
  sglang: ['sampling_params', 'max_new_tokens'],
  sse: ['max_tokens'],
};

/** The members for a prompt, where they are not `prompt`. */
const promptMembers: Partial<Readonly<Record<DialectName, string>>> = {
  responses: 'input',
  tgi: 'inputs',
  sglang: 'text',
};

/** Whether a request asks for a stream. */
function streams(json: Json, dialect: DialectName, url: string): boolean {
  if (dialect === 'sse') return true;
  if (dialect === 'tgi') return /\/generate_stream\/*$/.test(new URL(url).pathname);
  return (json['stream'] ?? dialect === 'ollama') === true;
}

/** What the directives say, in the members that the API has for it. */
function withChoices(
  json: Json,
  dialect: DialectName,
  { stream, maxTokens, usage }: Pick<LlmChoices, 'maxTokens' | 'usage'> & { stream: boolean | undefined },
): Json {
  const said: Record<string, unknown> = { ...json };
  if (stream !== undefined && dialect !== 'tgi') said['stream'] = stream;
  if (maxTokens !== undefined) {
    const [outer, inner] = 'max_completion_tokens' in json ? ['max_completion_tokens'] : limitMembers[dialect];
    said[outer] = inner === undefined ? maxTokens : { ...objectOr(json[outer]), [inner]: maxTokens };
  }
  if (dialect === 'openai' && said['stream'] === true && usage !== 'off' && !('stream_options' in json))
    said['stream_options'] = { include_usage: true };
  // Null says that it is to be left out: there are servers that refuse the member whatever it holds.
  if (said['stream'] === false || usage === 'off' || json['stream_options'] === null) delete said['stream_options'];
  return said;
}

/** Hosted APIs. They reject members that they don't know; servers that run elsewhere ignore them. */
const hosted =
  /(?:^|\.)(?:openai\.com|azure\.com|anthropic\.com|googleapis\.com|mistral\.ai|groq\.com|deepseek\.com|cohere\.com|x\.ai|perplexity\.ai)$/i;

/**
 * Returns the request for a response of exactly `lengthMark` tokens, where the API has members for that: the model must not end
 * it sooner. Members in the body stay as they are.
 */
function withExactLength(json: Json, dialect: DialectName, url: string): Json {
  if (dialect === 'sglang') {
    const member = 'sampling_params';
    return { ...json, [member]: { ignore_eos: true, min_new_tokens: lengthMark, ...objectOr(json[member]) } };
  }
  if (dialect === 'llama-cpp') return { ignore_eos: true, ...json };
  if (dialect !== 'openai' || hosted.test(new URL(url).hostname)) return json;
  return { ignore_eos: true, min_tokens: lengthMark, ...json };
}

/** Members of bodies that an entry without a prompt may set. */
const requestMembers = new Set(['prompt', 'messages', 'model', 'max_tokens', 'temperature', 'stop', 'seed', 'options']);

/**
 * Puts a prompt into a body: a text takes the place of the prompt or of the last message of the user, a conversation that of
 * all messages, and members are laid over the body.
 */
function withPrompt(
  written: Json,
  { place, text: prompt, messages: conversation, members }: Prompt,
  { chat, member }: { readonly chat: boolean; readonly member: string },
  fail: Fail,
): Json {
  const json = { ...written, ...members };
  if (conversation !== undefined) {
    if (member === 'input') return { ...json, input: conversation };
    if (chat) return { ...json, messages: conversation };
    return fail(`${place} is a conversation, but this URL takes text.`, 'Send it to …/chat/completions.');
  }
  if (prompt === undefined) {
    const known = Object.keys(members ?? {}).some((name) => name in written || requestMembers.has(name));
    if (known && (member in json || 'messages' in json)) return json;
    const hint = 'Expected a member prompt, text, messages, conversations, question, or instruction.';
    return fail(`${place} has no prompt.`, hint);
  }
  if (!chat) return { ...json, [member]: prompt };
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
