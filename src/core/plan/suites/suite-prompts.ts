import { seededUnits } from '../../values/pick.ts';
import { words } from '../../values/words.ts';
import type { Prompt } from './suite-request.ts';

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
