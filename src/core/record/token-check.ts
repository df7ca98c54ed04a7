import { countOf, formatCount, formatPercent } from '../format.ts';
import type { InputCheck, TokenCheck } from './run.ts';

/** Deviation from which the server and the local tokenizer don't count the same. */
const mostDeviation = 0.03;

/**
 * Returns how far the server's count is from the local tokenizer's, as a share of the latter; 0 if the difference can be
 * the token that ends each response, which has no text.
 */
function deviationOf({ responses, reported, counted }: TokenCheck): number {
  if (reported >= counted && reported <= counted + responses) return 0;
  return (reported - (reported > counted ? responses : 0) - counted) / Math.max(1, counted);
}

/** Returns whether the server's count is that of the local tokenizer, within 3% and the tokens that end responses. */
export const countsAgree = (check: TokenCheck): boolean => Math.abs(deviationOf(check)) <= mostDeviation;

/** Returns a remark on a server whose count differs from that of the plan's tokenizer; undefined if it doesn't. */
export function tokenCheckNote(check: TokenCheck | undefined, tokenizer = 'the tokenizer'): string | undefined {
  if (check === undefined || countsAgree(check)) return undefined;
  const { responses, reported, counted } = check;
  const share = formatPercent(Math.abs(reported - counted) / Math.max(1, counted));
  const more = reported > counted ? 'more' : 'fewer';
  return `reports ${share} ${more} output tokens than ${tokenizer} counts in the same texts (${formatCount(reported)} and ${formatCount(counted)} in ${formatCount(responses)} ${responses === 1 ? 'response' : 'responses'})`;
}

/** Number of tokens that servers add to each text without a chat template, such as the one that starts it. */
const specialTokens = 2;

/**
 * Returns how far the server's count of input tokens is from the tokenizer's beyond what servers add, as a share of the latter. A
 * chat template may add any number.
 */
function inputDeviationOf({ reported, counted, texts, templated }: InputCheck): number {
  const most = templated > 0 ? Infinity : counted + specialTokens * texts;
  if (reported >= counted && reported <= most) return 0;
  return (reported < counted ? reported - counted : reported - most) / Math.max(1, counted);
}

/** Returns whether the server's count of input tokens can be that of the local tokenizer, within 3% and what servers add. */
export const inputsAgree = (check: InputCheck): boolean => Math.abs(inputDeviationOf(check)) <= mostDeviation;

/** Returns a remark on a server whose count of input tokens can't be that of the plan's tokenizer; undefined if it can. */
export function inputCheckNote(check: InputCheck | undefined, tokenizer = 'the tokenizer'): string | undefined {
  if (check === undefined || inputsAgree(check)) return undefined;
  const { reported, counted, responses } = check;
  const counts = `(${formatCount(reported)} and ${formatCount(counted)} in ${countOf(responses, 'request')})`;
  const share = formatPercent(Math.abs(reported - counted) / Math.max(1, counted));
  return reported > counted
    ? `reports ${share} more input tokens than ${tokenizer} counts in the same prompts ${counts}`
    : `reports ${share} fewer input tokens than ${tokenizer} counts in the same prompts ${counts}: it cuts prompts off, or has another tokenizer`;
}
