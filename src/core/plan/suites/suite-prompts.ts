import { seededUnits } from '../../values/pick.ts';
import type { Prompt } from './suite-request.ts';

/** Words that are one token in most vocabularies. */
const words =
  `time year people way day man thing woman life child world school state family student group country problem hand
part place case week company system program question work government number night point home water room mother area
money story fact month lot right study book eye job word business issue side kind head house service friend father
power hour game line end member law car city community name president team minute idea body information back parent
face others level office door health person art war history party result change morning reason research girl guy moment
air teacher force education foot boy age policy music market sense nation plan college interest death experience`.split(
    /\s+/,
  );

/** Range of GPT-2 tokens in use: common ones, no special ones. */
const tokens = { first: 262, count: 20_000 } as const;

const seed = 0x1a7e;

/**
 * Creates prompts of one length that all start differently, so that a prefix cache never helps. The same arguments
 * return the same prompts.
 * @param length number of tokens, or of words if only texts can be sent
 * @param from number of the first one among all prompts of a suite; different numbers give different prompts
 */
export function distinctPrompts(length: number, asTokens: boolean, count: number, from: number): Prompt[] {
  return Array.from({ length: count }, (_, i) => {
    const number = from + i;
    const unit = seededUnits(seed + number);
    const pick = (place: number, choices: number): number =>
      place === 0 ? number % choices : Math.floor(unit(place) * choices);
    const places = Array.from({ length }, (_, place) => place);
    return asTokens
      ? places.map((place) => tokens.first + pick(place, tokens.count))
      : places.map((place) => words[pick(place, words.length)] ?? '').join(' ');
  });
}

/**
 * Creates prompts that ask the questions in turn, each with its own number at the start, so that no two are equal.
 * @param from number of the first one among all prompts of a suite
 */
export const numberedPrompts = (questions: readonly string[], count: number, from: number): string[] =>
  Array.from({ length: count }, (_, i) => `${from + i + 1}. ${questions[i % questions.length] ?? ''}`);
