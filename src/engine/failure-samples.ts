import { maskSecrets } from '../core/endpoints/mask.ts';
import type { ErrorKind } from '../core/metrics/types.ts';
import type { FailureSample } from '../core/report/types.ts';

/** So many failures are kept; the rest is only counted. */
export const maxFailureSamples = 5;
/** So many characters of each. */
const maxChars = 512;

/** The first few failures of a run, capped and masked. */
export interface FailureSamples {
  /** False once enough are kept: nobody needs to collect a body then. */
  readonly wanted: boolean;
  add(failure: { target: number; status: number; error?: ErrorKind; text: string; cut: boolean }): void;
  readonly list: readonly FailureSample[];
}

/** @param targetNames by target index, as samples count them */
export function createFailureSamples(targetNames: readonly string[], secrets: readonly string[]): FailureSamples {
  const list: FailureSample[] = [];
  const longestSecret = Math.max(0, ...secrets.map((secret) => secret.length));
  return {
    get wanted() {
      return list.length < maxFailureSamples;
    },
    add({ target, status, error, text, cut }) {
      if (list.length >= maxFailureSamples) return;
      // A secret may stand across the cut: half of one is not recognised, so the end goes before masking.
      const whole = cut ? text.slice(0, Math.max(0, text.length - longestSecret)) : text;
      list.push({
        target: targetNames[target] ?? '',
        status,
        ...(error ? { error } : {}),
        text: maskSecrets(whole, secrets).slice(0, maxChars),
      });
    },
    list,
  };
}
