import { requestsOf, withChoices } from './api-requests.ts';
import { takesConversations } from './conversation-form.ts';
import { checkCombinations, recognize, type Recognized } from './check-llm.ts';
import { readImage, withImage } from './images.ts';
import { isObject, parseObject, type Json } from '../json.ts';
import { conversationsOf, hasSessions } from './prepare-conversations.ts';
import { withPrompt } from './put-prompt.ts';
import { isChatPath, modelListsOf } from './llm-api.ts';
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
  checkCombinations(llm, fail);
  const trace = llm.trace === undefined ? undefined : readTrace(llm.trace, lookups.bodyFile(llm.trace), fail);
  const synthetic = syntheticOf(llm, trace);
  const generates = { input: has(synthetic, 'input'), any: synthetic !== undefined };
  const request = recognize(address, { bytes: body, json: written }, llm, generates, fail);
  if (
    hasSessions(trace) &&
    !(request && generates.input && takesConversations(request.dialect, request.url, written))
  ) {
    const hint = 'Use an API with messages, such as …/chat/completions, and a trace with lengths of prompts.';
    return fail("The trace has sessions of several turns, which this target can't send.", hint);
  }
  if (request === undefined) return { url: address, ...(body !== undefined && { body }), ...(trace && { trace }) };
  const { dialect, url, asks, asksAnyway } = request;
  const same: Asked = { url, ...(body !== undefined && { body }) };
  const generated: Prompt[] | undefined = has(synthetic, 'input')
    ? [{ place: '@input-tokens', text: promptMark }]
    : undefined;
  const read = llm.prompts === undefined ? undefined : readPrompts(llm.prompts, lookups.bodyFile(llm.prompts), fail);
  const prompts = read?.prompts ?? generated;
  const image = llm.image === undefined ? undefined : readImage(llm.image, lookups.bodyFile(llm.image), fail);
  const chat = isChat(request, written);
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
    { dialect, written },
    (json, ownLimit) => bytesOf(complete(json, ownLimit ? lengthMark : llm.maxTokens)),
    (path) => lookups.bodyFile(path),
    synthetic,
    fail,
  );
  if (conversations !== undefined) {
    const [body = new Uint8Array()] = conversations.bodies;
    const json = complete(written ?? {});
    // Its turns are generated with the conversation.
    const { synthetic: _, ...same } = known(json);
    return { ...same, body, conversations, ...listsFor([json], url, dialect) };
  }
  if (prompts !== undefined) {
    let first: Json | undefined;
    let isNamed = false;
    // One after the other: a million bodies as objects would take gigabytes.
    const bodies = prompts.map((prompt) => {
      const json = complete(withPrompt(written ?? {}, prompt, { chat, dialect }, fail));
      first ??= json;
      isNamed ||= json['model'] !== undefined;
      return bytesOf(json);
    });
    const order = llm.promptsOrder ?? 'rotate';
    const body = bodies[0] ?? new Uint8Array();
    const sent = { ...known(first ?? {}), body, ...(isNamed ? {} : listsFor([], url, dialect)) };
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

/**
 * Calls `fail` with what makes a request impossible whatever is in the files it names.
 * @param body undefined without any; null if it is in a file
 */
export function checkLlm(address: string, body: Uint8Array | undefined | null, llm: LlmChoices, fail: Fail): void {
  checkCombinations(llm, fail);
  if (body === null) return;
  const json = jsonObject(body);
  const hasTrace = llm.trace !== undefined;
  const synthetic = syntheticOf(llm, undefined);
  // A trace may have lengths or none.
  const generates = { input: hasTrace || has(synthetic, 'input'), any: synthetic !== undefined };
  const request = recognize(address, { bytes: body, json }, llm, generates, fail);
  if (request === undefined || llm.image === undefined) return;
  const { dialect, asksAnyway } = request;
  const prompt = { place: '', text: promptMark };
  const sent = asksAnyway
    ? withPrompt(json ?? {}, prompt, { chat: isChat(request, json), dialect }, fail)
    : (json ?? {});
  withImage(sent, dialect, { type: 'image/png', base64: '' }, fail);
}

const isChat = ({ dialect, url }: Recognized, written: Json | undefined): boolean =>
  dialect === 'messages' || isChatPath(url) || (written !== undefined && 'messages' in written);

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

/** Returns the URLs that list models, unless a body names one. */
function listsFor(jsons: readonly Json[], url: string, dialect: DialectName): Pick<Asked, 'modelLists'> {
  const named = jsons.some((json) => json['model'] !== undefined);
  const modelLists = named || requestsOf(dialect).namesModel === undefined ? [] : modelListsOf(url);
  return modelLists.length === 0 ? {} : { modelLists };
}

const jsonObject = (body: Uint8Array | undefined): Json | undefined =>
  body === undefined ? undefined : parseObject(body);

const encoder = new TextEncoder();
const bytesOf = (json: Json): Uint8Array => encoder.encode(JSON.stringify(json));
