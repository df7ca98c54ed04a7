import { sendsAll, type Choice } from './choice.ts';

/** What a stream showed of its tokens. */
export interface TokenTrack {
  /** Parts with text, of all choices. */
  parts: number;
  /** Parts without text before the first with some, between it and the last, and after that. */
  silentBefore: number;
  silentBetween: number;
  silentAfter: number;
  /** Tokens counted so far by usage at the first part and at the last; 0 when it didn't say. */
  soFarAtFirst: number;
  soFarAtLast: number;
  /** Tokens that the parts list up to the first with text, and all of them; 0 when none is listed. */
  listedAtFirst: number;
  listed: number;
  /** The model ended every choice by itself. */
  endedBySelf: boolean;
}

/**
 * Returns how many of a stream's output tokens did not come between its first and its last part: those in the first part of
 * each choice, tokens without text around them, and tokens that were never sent. The others share that time evenly: TPOT.
 * @param tokens output tokens as the server counts them
 * @param hidden those of them that were not streamed
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
  // The token that ends a response has no text, and comes with the finish.
  const ends = track.endedBySelf ? starts : 0;
  if (surplus <= silent + ends) {
    const share = silent === 0 ? 0 : Math.min(1, surplus / silent);
    return tokens - (parts - starts + Math.round(track.silentBetween * share));
  }
  return hidden + Math.max(starts, Math.round(sent * firstShare(spoken)));
}

/** Returns the share of the text that came with the first part of each choice. */
function firstShare(choices: readonly Choice[]): number {
  let first = 0;
  let all = 0;
  for (const choice of choices) {
    first += choice.firstSize;
    all += sendsAll(choice) ? choice.text.length : choice.size;
  }
  return first / all;
}
