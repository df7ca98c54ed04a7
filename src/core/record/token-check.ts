import { formatCount, formatPercent } from '../format.ts';
import type { TokenCheck } from './run.ts';

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
