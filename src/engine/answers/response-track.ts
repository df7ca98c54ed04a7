import type { GeneratedText, StreamSample } from '../../core/metrics/types.ts';
import { addText, choiceOf, isThought, keepText, repeatsAll, textOf, textOfAll, type Choice } from './choice.ts';
import { createCounts } from './counts.ts';
import type { Story } from './dialects/dialect.ts';
import type { Usage } from './dialects/usage.ts';
import { untimedTokens, type TokenTrack } from './untimed-tokens.ts';

/** State of one response after the messages read so far. */
export interface ResponseTrack extends TokenTrack {
  readonly story: Story;
  /** Times of the parts, on the clock of `performance.now()`. */
  readonly stream: { -readonly [K in keyof StreamSample]: StreamSample[K] };
  readonly choices: readonly Choice[];
  /** Reason of a failure, in the server's words. */
  readonly failure: string | undefined;
  /** Why a complete response isn't finished. */
  readonly unfinished: string | undefined;
  /** The model says that it refuses to answer. */
  readonly refused: boolean;
  /** 0: not finished; 1: every choice is finished, usage may follow; 2: nothing more is expected. */
  readonly finished: 0 | 1 | 2;
  /** Returns true if usage counts no output although there is some. */
  countsNone(): boolean;
  /** Returns how many results count their own output. */
  countedResults(): number;
  /** Keeps the text of the first choice. Reset by `clear`. */
  keepsText: boolean;
  /** Returns the text of the first choice; undefined if it isn't kept or too long. */
  answer(): string | undefined;
  /** Returns the texts of the choices; undefined unless they are kept, and all of the response is text. */
  texts(): readonly GeneratedText[] | undefined;
  /** Number of results in a list, and the index of the one being read. */
  results: number;
  listIndex: number | undefined;
  /** Time when it became finished. */
  readonly finishedMs: number;
  /** Starts a new response. */
  clear(): void;
  /** Starts the next message. */
  next(): void;
  /** Returns the tokens, and how many were counted but not streamed. For a complete response, only its own counts. */
  tokens(isStream: boolean): { readonly usage: Usage | undefined; readonly hiddenTokens: number };
}

/** Minimum number of characters per token. Some tokens have less than one, but hardly less than a third. */
const leastCharacters = 1 / 3;

/**
 * Creates the state. Its buffers are made once and grow with the longest response.
 * @param now arrival time of what is being read, ms
 */
export function createResponseTrack(now: { readonly atMs: number }): ResponseTrack {
  const stream: { -readonly [K in keyof StreamSample]: StreamSample[K] } = {
    firstTokenMs: Number.NaN,
    lastTokenMs: Number.NaN,
    chunks: 0,
    untimedTokens: 0,
    gapsMs: new Float64Array(64),
  };
  let sinceFirstMs: Float64Array = new Float64Array(64);
  const choices: Choice[] = [];
  const counts = createCounts();
  let counted = 0;
  const reasoning = { parts: 0, characters: 0, isSummary: false };

  const story: Story = {
    part(id, text, reasoningSize, other, listed) {
      const choice = choiceOf(choices, id);
      track.listed += listed;
      if (text !== '' && repeatsAll(choice, text)) return;
      if (track.keepsText) keepText(choice, text, reasoningSize + other);
      const thought = text !== '' && isThought(choice, text);
      const size = (text === '' ? 0 : addText(choice, text)) + reasoningSize + other;
      if (size === 0) {
        if (track.parts === 0) track.silentBefore += 1;
        else track.silentAfter += 1;
        return;
      }
      stamp(choice);
      if (choice.parts === 0) choice.firstSize = size;
      choice.parts += 1;
      choice.size += size;
      if (track.parts === 0) {
        track.listedAtFirst = track.listed;
        track.soFarAtFirst = counted;
      }
      track.soFarAtLast = counted;
      track.silentBetween += track.silentAfter;
      track.silentAfter = 0;
      track.parts += 1;
      if (thought || reasoningSize > 0) {
        reasoning.parts += 1;
        reasoning.characters += reasoningSize + (thought ? text.length : 0);
      }
    },
    usage(said, choice = 0) {
      counted = said.tokens ?? 0;
      counts.add(track.listIndex ?? choice, said);
    },
    refused() {
      track.refused = true;
    },
    summary() {
      reasoning.isSummary = true;
    },
    finishChoice(id, bySelf) {
      const choice = choiceOf(choices, id);
      if (choice.finished) return;
      choice.finished = true;
      if (!bySelf) track.endedBySelf = false;
      if (track.finished === 0 && choices.every(({ finished }) => finished)) reach(1);
    },
    finish() {
      if (track.finished < 2) reach(2);
    },
    fail(words) {
      track.failure ??= words;
    },
    unfinished(words) {
      track.unfinished ??= words;
    },
  };

  const reach = (finished: 1 | 2): void => {
    track.finished = finished;
    track.finishedMs = now.atMs;
  };

  const stamp = (choice: Choice): void => {
    const { atMs } = now;
    const index = stream.chunks - 1;
    if (stream.chunks === 0) stream.firstTokenMs = atMs;
    else {
      if (index === stream.gapsMs.length) {
        stream.gapsMs = doubled(stream.gapsMs);
        sinceFirstMs = doubled(sinceFirstMs);
      }
      stream.gapsMs[index] = atMs - choice.lastMs;
      sinceFirstMs[index] = atMs - stream.firstTokenMs;
    }
    choice.lastMs = stream.lastTokenMs = atMs;
    stream.chunks += 1;
  };

  /** Returns the reasoning tokens that were counted but not streamed; NaN if unknown. */
  const hiddenOf = (tokens: number, ofReasoning: number): number => {
    if (ofReasoning === 0) return 0;
    if (reasoning.parts === 0) return Math.min(tokens, ofReasoning);
    return reasoning.isSummary || reasoning.characters < ofReasoning * leastCharacters ? Number.NaN : 0;
  };

  // Without accessors, because with them V8 turns the object into a dictionary, which slows down every part.
  const track = {
    story,
    stream,
    choices: choices as readonly Choice[],
    failure: undefined as string | undefined,
    unfinished: undefined as string | undefined,
    refused: false,
    finished: 0 as 0 | 1 | 2,
    finishedMs: Number.NaN,
    countsNone: (): boolean => counts.total(track.results)?.tokens === 0 && track.parts > 0,
    countedResults: (): number => counts.results(),
    keepsText: false,
    answer: (): string | undefined => {
      const [first] = choices;
      if (!track.keepsText) return undefined;
      return first === undefined ? '' : textOf(first);
    },
    texts: (): readonly GeneratedText[] | undefined =>
      track.keepsText && track.results === 1 ? textOfAll(choices) : undefined,
    results: 1,
    listIndex: undefined as number | undefined,
    parts: 0,
    silentBefore: 0,
    silentBetween: 0,
    silentAfter: 0,
    soFarAtFirst: 0,
    soFarAtLast: 0,
    listedAtFirst: 0,
    listed: 0,
    endedBySelf: true,
    clear(): void {
      choices.length = 0;
      counts.clear();
      track.keepsText = false;
      track.results = 1;
      track.listIndex = undefined;
      counted = 0;
      reasoning.parts = reasoning.characters = 0;
      reasoning.isSummary = false;
      stream.firstTokenMs = stream.lastTokenMs = track.finishedMs = Number.NaN;
      stream.chunks = 0;
      stream.sinceFirstMs = undefined;
      track.failure = track.unfinished = undefined;
      track.refused = false;
      track.finished = 0;
      track.parts = track.silentBefore = track.silentBetween = track.silentAfter = 0;
      track.soFarAtFirst = track.soFarAtLast = track.listedAtFirst = track.listed = 0;
      track.endedBySelf = true;
    },
    next(): void {
      counted = 0;
    },
    tokens(isStream: boolean) {
      const usage = counts.total(track.results);
      const { inputTokens, cachedTokens } = usage ?? {};
      const said = usage?.tokens ?? 0;
      if (!isStream) return { usage, hiddenTokens: 0 };
      if (choices.length > 1) stream.sinceFirstMs = sinceFirstMs;
      if (said === 0 || usage === undefined) {
        stream.untimedTokens = choices.filter(({ parts }) => parts > 0).length;
        const isCounted = track.parts > 0 || usage !== undefined;
        const { parts: tokens } = track;
        const told = { source: 'chunks' as const, tokens, reasoningTokens: reasoning.parts, inputTokens, cachedTokens };
        return { usage: isCounted ? told : undefined, hiddenTokens: 0 };
      }
      const hidden = hiddenOf(said, usage.reasoningTokens ?? 0);
      stream.untimedTokens = untimedTokens(said, hidden, track, choices);
      const reasoningTokens = usage.reasoningTokens ?? Math.min(said, reasoning.parts);
      return { usage: { ...usage, reasoningTokens }, hiddenTokens: Number.isNaN(hidden) ? 0 : hidden };
    },
  };
  return track;
}

function doubled(values: Float64Array): Float64Array {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}
