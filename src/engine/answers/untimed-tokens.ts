import { sendsAll, type Choice } from './choice.ts';

/** State of a stream's tokens. */
export interface TokenTrack {
  /** Number of parts with text, over all choices. */
  parts: number;
  /** Number of parts without text: before the first part with text, up to the last one, and after it. */
  silentBefore: number;
  silentBetween: number;
  silentAfter: number;
  /** Tokens counted by usage at the first part and at the last one; 0 if it didn't count. */
  soFarAtFirst: number;
  soFarAtLast: number;
  /** Tokens listed by the parts: up to the first part with text, and in total; 0 if none are listed. */
  listedAtFirst: number;
  listed: number;
  /** The model ended every choice itself. */
  endedBySelf: boolean;
}

/**
 * Returns how many output tokens of a stream didn't arrive between its first and last part: tokens in the first part of
 * each choice, tokens without text around them, and tokens that were never sent. The others share that time evenly
 * (TPOT).
 * @param tokens number of output tokens as counted by the server
 * @param hidden number of tokens among them that weren't streamed
 */
export function untimedTokens(tokens: number, hidden: number, track: TokenTrack, choices: readonly Choice[]): number {
  const { parts, soFarAtFirst, soFarAtLast, listedAtFirst } = track;
  const spoken = choices.filter((choice) => choice.parts > 0);
  const starts = spoken.length;
  const sent = tokens - hidden;
  if (starts === 1) {
    if (soFarAtFirst > 0 && soFarAtLast > soFarAtFirst && soFarAtLast <= tokens)
      return tokens - (soFarAtLast - soFarAtFirst);
    if (soFarAtFirst > 0 && soFarAtFirst < tokens) return soFarAtFirst;
    if (listedAtFirst > 0) return hidden + listedAtFirst;
  }
  const surplus = sent - parts;
  if (surplus <= 0) return hidden + starts;
  const silent = track.silentBefore + track.silentBetween + track.silentAfter;
  // The end token of a response has no text and arrives with the finish.
  const ends = track.endedBySelf ? starts : 0;
  if (surplus <= silent + ends) {
    const share = silent === 0 ? 0 : Math.min(1, surplus / silent);
    return tokens - (parts - starts + Math.round(track.silentBetween * share));
  }
  return hidden + Math.max(starts, Math.round(sent * firstShare(spoken)));
}

/** Returns the share of the text that arrived in the first part of each choice, 0 to 1. */
function firstShare(choices: readonly Choice[]): number {
  let first = 0;
  let all = 0;
  for (const choice of choices) {
    first += choice.firstSize;
    all += sendsAll(choice) ? choice.text.length : choice.size;
  }
  return first / all;
}
