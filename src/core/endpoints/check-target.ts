import { checkCombinations } from './llm/check-llm.ts';
import { checkLlm } from './llm/prepare-llm.ts';
import { checkedParts, type Fail } from './prepare.ts';
import type { Target } from './types.ts';
import { placeholderPattern } from './variables/variables.ts';

/** Value of a placeholder that only a run knows: valid in a host, in JSON, and in a header. */
const standIn = (): string => '1';
const values = { env: standIn, secret: standIn, dotenv: standIn, bodyFile: () => undefined, shownAs: '' };

/** A placeholder at the start of a URL, which has the host, the scheme, or both. */
const outsideFirst = new RegExp(`^${placeholderPattern.source}(?<scheme>://)?`);
const outside = new RegExp(placeholderPattern.source);
/** A placeholder in the end of the path, which says what the API is. */
const outsideInPath = new RegExp(`${placeholderPattern.source}[^/?]*(?:[?].*)?$`);

/**
 * Calls `fail` with what makes a target impossible to send, whatever is in the files that it names and in the environment.
 * @returns its address; undefined if that depends on the environment
 */
export function checkTarget(target: Target, fail: Fail): string | undefined {
  const { url, body, llm } = target;
  const known = url.replace(outsideFirst, (...found) => `http${found.at(-1)?.scheme ?? '://host'}`);
  const { address, resolve } = checkedParts({ ...target, url: known }, values, fail);
  if (llm !== undefined) {
    const inFile = body !== undefined && body.kind !== 'inline';
    const bytes = body?.kind === 'inline' ? new TextEncoder().encode(resolve(body.text)) : undefined;
    if (outsideInPath.test(url)) checkCombinations(llm, fail);
    else checkLlm(address, inFile ? null : bytes, llm, fail);
  }
  return outside.test(url) ? undefined : address;
}
