import { requestsOf, withChoices, type ApiRequests } from './api-requests.ts';
import { readImage, withImage } from './images.ts';
import { isObject, type Json } from '../json.ts';
import { conversationsOf } from './prepare-conversations.ts';
import { withPrompt } from './put-prompt.ts';
import { isChatPath, modelListsOf, recognizeApi, type LlmApi } from './llm-api.ts';
import { readPrompts, type Prompt } from '../data/prompts.ts';
import { parseTokenRange } from '../../values/llm/token-range.ts';
import {
  answerLengths,
  type DialectName,
  type LlmChoices,
  type PreparedRequest,
  type Prompts,
  type Target,
} from '../types.ts';
import { lengthMark, promptMark } from './synthetic-marks.ts';
import { readTrace } from '../data/trace.ts';
import { generates as has, syntheticOf } from './synthetic.ts';

type Fail = (message: string, hint: string) => never;

/** Properties of a request to a language model. */
type Asked = Pick<
  PreparedRequest,
  'url' | 'body' | 'dialect' | 'streams' | 'prompts' | 'conversations' | 'synthetic' | 'trace' | 'modelLists'
>;

/** Returns the paths of the files that a target needs, as written. */
export function filesOf({ body, llm }: Target): string[] {
  const parts = body?.kind === 'parts' ? body.parts : body?.kind === 'file' ? [body] : [];
  return [
    ...parts.flatMap((part) => ('path' in part ? [part.path] : [])),
    ...[llm?.prompts, llm?.conversations, llm?.image, llm?.trace].filter((path) => path !== undefined),
  ];
}

/**
 * Returns the bodies of a target and the format of its responses. Directives and prompts are added to the body, and a
 * stream requests token counts. A body without changes is sent byte for byte. A base URL is completed.
 */
export function prepareLlm(
  address: string,
  body: Uint8Array | undefined,
  llm: LlmChoices,
  lookups: {
    bodyFile(path: string): Uint8Array | undefined;
    readonly stream?: boolean | undefined;
    digest?(bytes: Uint8Array): string;
  },
  fail: Fail,
): Asked {
  const written = jsonObject(body);
  const trace = llm.trace === undefined ? undefined : readTrace(llm.trace, lookups.bodyFile(llm.trace), fail);
  const synthetic = syntheticOf(llm, trace, fail);
  const asksAnyway = [llm.prompts, llm.conversations, synthetic?.input ?? (has(synthetic, 'input') || undefined)].some(
    (given) => given !== undefined,
  );
  const { api, completed } = recognizeApi(address, written, asksAnyway);
  const url = completed !== undefined && (llm.dialect ?? 'openai') === 'openai' ? completed : address;
  const same: Asked = { url, ...(body !== undefined && { body }), ...(trace && { trace }) };
  const dialect = llm.dialect ?? api?.dialect;
  const isPlain = dialect === undefined || dialect === 'plain';
  const generates = isPlain && trace !== undefined ? undefined : synthetic;
  const says = [llm.stream, llm.maxTokens, llm.prompts, llm.conversations, llm.think, llm.image, generates].some(
    (value) => value !== undefined,
  );
  if (dialect === undefined || dialect === 'plain') {
    if (!says) return same;
    const byPath = api ?? recognizeApi(address, null).api;
    if (byPath?.dialect !== undefined) checkJson(body, written, fail);
    return failUnread(llm.dialect === undefined ? byPath : undefined, fail);
  }
  const asks = requestsOf(dialect);
  checkChoices(asks, dialect, llm, url, fail);
  const generated: Prompt[] | undefined = has(synthetic, 'input')
    ? [{ place: '@input-tokens', text: promptMark }]
    : undefined;
  const read = llm.prompts === undefined ? undefined : readPrompts(llm.prompts, lookups.bodyFile(llm.prompts), fail);
  const prompts = read?.prompts ?? generated;
  const image = llm.image === undefined ? undefined : readImage(llm.image, lookups.bodyFile(llm.image), fail);
  if (says) checkJson(body, written, fail);
  const chat = dialect === 'messages' || isChatPath(url) || (written !== undefined && 'messages' in written);
  // Other APIs have no known member for streams, and a body that isn't a JSON object is sent unchanged.
  const canChoose = asks.streaming === 'member' && (written !== undefined || asksAnyway);
  const marksLength = has(synthetic, 'output') || llm.outputTokens === answerLengths;
  const complete = (json: Json, limit: number | undefined = marksLength ? lengthMark : llm.maxTokens): Json => {
    const byDefault = canChoose && asks.streams(json, url) !== lookups.stream ? lookups.stream : undefined;
    const chosen = withChoices(json, dialect, {
      usage: llm.usage,
      maxTokens: limit,
      stream: llm.stream ?? byDefault,
    });
    const seen = image === undefined ? chosen : withImage(chosen, dialect, image, fail);
    return marksLength && asks.exactLength ? asks.exactLength(seen, url) : seen;
  };
  const known = (json: Json): Asked => ({
    url,
    dialect,
    streams: asks.streams(json, url),
    ...(synthetic && { synthetic }),
    ...(trace && { trace }),
  });
  const conversations = conversationsOf(
    llm,
    { dialect, url, written },
    (json, ownLimit) => bytesOf(complete(json, ownLimit ? lengthMark : llm.maxTokens)),
    (path) => lookups.bodyFile(path),
    fail,
  );
  if (conversations !== undefined) {
    const [body = new Uint8Array()] = conversations.bodies;
    const json = complete(written ?? {});
    return { ...known(json), body, conversations, ...listsFor([json], url, dialect) };
  }
  if (prompts !== undefined) {
    const jsons = prompts.map((prompt) => complete(withPrompt(written ?? {}, prompt, { chat, dialect }, fail)));
    const [first = {}] = jsons;
    const bodies = jsons.map(bytesOf);
    const order = llm.promptsOrder ?? 'rotate';
    const sent = { ...known(first), body: bodies[0] ?? bytesOf(first), ...listsFor(jsons, url, dialect) };
    if (read === undefined || llm.prompts === undefined) return sent;
    const sha256 = lookups.digest?.(lookups.bodyFile(llm.prompts) ?? new Uint8Array());
    const dataSet = { file: llm.prompts, entries: read.entries, ...(sha256 !== undefined && { sha256 }) };
    return { ...sent, prompts: { bodies, order, dataSet, ...uncountedIn(read.prompts, llm) } };
  }
  const wanted = complete(written ?? {});
  const unchanged = written === undefined || JSON.stringify(wanted) === JSON.stringify(written);
  const lists = written === undefined ? {} : listsFor([wanted], url, dialect);
  return { ...known(wanted), ...lists, ...(unchanged ? same : { body: bytesOf(wanted) }) };
}

/** Returns what a tokenizer has to count; empty if nothing depends on it. */
function uncountedIn(
  prompts: readonly Prompt[],
  { promptsTokens, outputTokens }: LlmChoices,
): Pick<Prompts, 'uncounted'> {
  const range = promptsTokens === undefined ? undefined : parseTokenRange(promptsTokens);
  const usesAnswers = outputTokens === answerLengths;
  if (range === undefined && !usesAnswers) return {};
  const texts = prompts.map(({ text, messages, members }) => text ?? contentsOf(messages ?? [members?.['prompt']]));
  const answers = usesAnswers ? { answers: prompts.map(({ answer }) => answer) } : {};
  return { uncounted: { texts, ...(range && { range }), ...answers } };
}

/** Returns the texts of messages, one per line. */
const contentsOf = (messages: readonly unknown[]): string =>
  messages
    .map((message) => (isObject(message) ? message['content'] : message))
    .map((content) => (typeof content === 'string' ? content : JSON.stringify(content ?? '')))
    .join('\n');

/** Fails for a directive that the API doesn't support. */
function checkChoices(asks: ApiRequests, dialect: DialectName, llm: LlmChoices, url: string, fail: Fail): void {
  const { stream, maxTokens, outputTokens } = llm;
  if (stream === true && asks.streaming === 'never') {
    fail(`Responses of ${dialect} aren't streamed.`, 'Remove @stream.');
  }
  if (asks.limit === undefined && (maxTokens ?? outputTokens) !== undefined) {
    fail(`Responses of ${dialect} have no output tokens.`, 'Remove the directive.');
  }
  if (asks.paths !== undefined && stream !== undefined && stream !== asks.streams({}, url)) {
    const [forStream, forWhole] = asks.paths;
    fail(
      'The path of this API selects streaming.',
      `Use ${forStream} for a stream or ${forWhole} for a complete response.`,
    );
  }
}

function checkJson(body: Uint8Array | undefined, written: Json | undefined, fail: Fail): void {
  if (body === undefined || written !== undefined) return;
  fail("The body isn't a JSON object, so directives can't change it.", 'Fix the body, or remove the directive.');
}

/** Fails for directives on an unknown or unsupported API. */
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

/** Returns the URLs that list models, unless a body names one. */
function listsFor(jsons: readonly Json[], url: string, dialect: DialectName): Pick<Asked, 'modelLists'> {
  const named = jsons.some((json) => json['model'] !== undefined);
  const modelLists = named || requestsOf(dialect).namesModel === undefined ? [] : modelListsOf(url);
  return modelLists.length === 0 ? {} : { modelLists };
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

const bytesOf = (json: Json): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
