import type { Json } from '../json.ts';
import { answerLengths, type DialectName, type LlmChoices } from '../types.ts';
import { requestsOf, type ApiRequests } from './api-requests.ts';
import { takesConversations } from './conversation-form.ts';
import { recognizeApi, type LlmApi } from './llm-api.ts';

type Fail = (message: string, hint: string) => never;

/** What directives of a target generate. */
export interface Generated {
  readonly input: boolean;
  /** Prompts or lengths of responses. */
  readonly any: boolean;
}

/** A request to a language model, by its target alone. */
export interface Recognized {
  readonly dialect: DialectName;
  readonly url: string;
  readonly asks: ApiRequests;
  /** Directives change the body. */
  readonly says: boolean;
  /** The request is for a language model, whatever its body is. */
  readonly asksAnyway: boolean;
}

/** Returns whether a target has conversations, of a file or generated. */
export const hasConversations = ({ conversations, turns }: LlmChoices): boolean =>
  conversations !== undefined || turns !== undefined;

/** Returns whether directives of a target choose how a model responds. */
export const choosesOutput = ({ stream, maxTokens, outputTokens }: LlmChoices): boolean =>
  [stream, maxTokens, outputTokens].some((value) => value !== undefined);

/** Calls `fail` for the first pair of directives that can't be combined, or one that lacks another. */
export function checkCombinations(llm: LlmChoices, fail: Fail): void {
  const { inputTokens, outputTokens, sharedPrefix, prompts, conversations, promptsTokens, maxTokens, think, turns } =
    llm;
  const excluded = (one: string, others: readonly (readonly [name: string, value: unknown])[]): void => {
    const other = others.find(([, value]) => value !== undefined)?.[0];
    if (other !== undefined) fail(`${one} and ${other} can't be combined.`, 'Remove one of them.');
  };
  if (llm.trace !== undefined) {
    excluded('@trace', [
      ['@turns', turns],
      ['@input-tokens', inputTokens],
      ['@output-tokens', outputTokens],
      ['@shared-prefix', sharedPrefix],
      ['@prompts', prompts],
      ['@conversations', conversations],
    ]);
  }
  if (conversations !== undefined) {
    excluded('@conversations', [
      ['@turns', turns],
      ['@prompts', prompts],
      ['@input-tokens', inputTokens],
      ['@image', llm.image],
    ]);
  }
  if (turns !== undefined) {
    excluded('@turns', [
      ['@prompts', prompts],
      ['@image', llm.image],
    ]);
    if (inputTokens === undefined)
      fail('@turns has no length of a turn.', 'Add # @input-tokens with the tokens of each turn, such as 64.');
  }
  if (think !== undefined && !hasConversations(llm)) {
    const hint = 'Add # @conversations with a file of them, such as chats.jsonl, or # @turns to generate them.';
    fail('@think has no conversations.', hint);
  }
  if (inputTokens !== undefined) excluded('@input-tokens', [['@prompts', prompts]]);
  if (prompts === undefined && promptsTokens !== undefined)
    fail('@prompts-tokens has no prompts.', 'Add # @prompts with a file of prompts.');
  if (prompts === undefined && outputTokens === answerLengths)
    fail(`@output-tokens ${answerLengths} has no answers.`, 'Add # @prompts with a file of prompts and answers.');
  if (outputTokens !== undefined) excluded('@output-tokens', [['@max-tokens', maxTokens]]);
  if (sharedPrefix !== undefined && inputTokens === undefined)
    fail('@shared-prefix has no generated prompts.', 'Add # @input-tokens with their length, such as 512.');
}

/**
 * Returns the API of a request; undefined if it isn't for a language model. Calls `fail` if it can't be sent with its directives.
 * @param address URL without placeholders
 * @param body its bytes, and as JSON; undefined without any, and if they aren't a JSON object
 */
export function recognize(
  address: string,
  body: { readonly bytes: Uint8Array | undefined; readonly json: Json | undefined },
  llm: LlmChoices,
  generated: Generated,
  fail: Fail,
): Recognized | undefined {
  const asksAnyway = llm.prompts !== undefined || llm.conversations !== undefined || generated.input;
  const { api, completed } = recognizeApi(address, body.json, asksAnyway, asksAnyway || choosesOutput(llm));
  const url = completed !== undefined && (llm.dialect ?? 'openai') === 'openai' ? completed : address;
  const dialect = llm.dialect ?? api?.dialect;
  const isPlain = dialect === undefined || dialect === 'plain';
  const says =
    [llm.stream, llm.maxTokens, llm.prompts, llm.conversations, llm.think, llm.image].some(
      (value) => value !== undefined,
    ) ||
    // Of a trace, other targets than language models have the times.
    (generated.any && !(isPlain && llm.trace !== undefined));
  if (isPlain) {
    if (!says) return undefined;
    const byPath = api ?? recognizeApi(address, null).api;
    if (byPath?.dialect !== undefined) checkJson(body, fail);
    return failUnread(llm.dialect === undefined ? byPath : undefined, fail);
  }
  const asks = requestsOf(dialect);
  checkChoices(asks, dialect, llm, url, fail);
  if (says) checkJson(body, fail);
  if (llm.dialect === undefined) checkLimit(asks, body.json, llm, fail);
  if (hasConversations(llm) && !takesConversations(dialect, url, body.json)) {
    const hint =
      'Use an API with messages, such as …/chat/completions, …/messages, …/responses, or Ollama’s /api/chat.';
    return fail("This URL takes a text, so it can't have a conversation.", hint);
  }
  return { dialect, url, asks, says, asksAnyway };
}

/** Fails for a directive that the API doesn't support. */
function checkChoices(asks: ApiRequests, dialect: DialectName, llm: LlmChoices, url: string, fail: Fail): void {
  const { stream, maxTokens, outputTokens } = llm;
  if (stream === true && asks.streaming === 'never') {
    fail(`Responses of ${dialect} aren't streamed.`, 'Remove @stream.');
  }
  if (asks.limit === undefined && (maxTokens ?? outputTokens) !== undefined) {
    fail(
      `Responses of ${dialect} have no output tokens.`,
      `Remove @${maxTokens === undefined ? 'output-tokens' : 'max-tokens'}.`,
    );
  }
  if (asks.paths !== undefined && stream !== undefined && stream !== asks.streams({}, url)) {
    const [forStream, forWhole] = asks.paths;
    fail(
      'The path of this API selects streaming.',
      `Use ${forStream} for a stream or ${forWhole} for a complete response.`,
    );
  }
}

/** Fails without the maximum number of output tokens that an API requires. Files of prompts may have their own. */
function checkLimit({ limit, needsLimit }: ApiRequests, json: Json | undefined, llm: LlmChoices, fail: Fail): void {
  const [member = ''] = limit ?? [];
  const sources = [llm.maxTokens, llm.outputTokens, llm.prompts, llm.conversations, llm.trace];
  if (needsLimit !== true || json === undefined || member in json || sources.some((source) => source !== undefined)) {
    return;
  }
  fail(`The body has no ${member}, which this API requires.`, 'Add it, or # @max-tokens above the target.');
}

function checkJson({ bytes, json }: { readonly bytes: unknown; readonly json: unknown }, fail: Fail): void {
  if (bytes === undefined || json !== undefined) return;
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
