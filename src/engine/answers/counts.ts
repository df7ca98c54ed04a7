import type { Usage } from './dialects/usage.ts';

/** Token counts of one response, in total or per result. */
export interface Counts {
  /** Adds the counts of one result so far. */
  add(result: unknown, said: Usage): void;
  /**
   * Returns the sum over all results; undefined if nothing was counted.
   * @param results number of results; the sum is unknown unless all have counts
   */
  total(results: number): Usage | undefined;
  /** Returns how many results have output counts. */
  results(): number;
  clear(): void;
}

/** Maximum number of results counted separately. With more, the sum is unknown. */
const mostResults = 4_096;

/** Creates empty counts. */
export function createCounts(): Counts {
  /** Most responses have counts of one result, which needs no map. */
  let first: Usage | undefined;
  let firstResult: unknown;
  const others = new Map<unknown, Usage>();
  return {
    add(result, said) {
      if (first === undefined || firstResult === result) {
        firstResult = result;
        first = merged(first, said);
      } else if (others.has(result) || others.size < mostResults) others.set(result, merged(others.get(result), said));
    },
    total(results) {
      if (first === undefined || (others.size === 0 && results <= 1)) return first;
      let { tokens, reasoningTokens } = first;
      for (const other of others.values()) {
        tokens = tokens === undefined || other.tokens === undefined ? undefined : tokens + other.tokens;
        if (other.reasoningTokens !== undefined) reasoningTokens = (reasoningTokens ?? 0) + other.reasoningTokens;
      }
      if (others.size === mostResults || 1 + others.size < results) tokens = undefined;
      // Each result counts its prompt, and several results may share one, so the sum could count it several times.
      return { source: first.source, tokens, reasoningTokens };
    },
    results() {
      const counted = [...others.values()].filter(({ tokens }) => tokens !== undefined).length;
      return counted + (first?.tokens === undefined ? 0 : 1);
    },
    clear() {
      first = undefined;
      if (others.size > 0) others.clear();
    },
  };
}

function merged(usage: Usage | undefined, said: Usage): Usage {
  // Servers send zeros until they have counted.
  const tokens = (said.tokens ?? 0) > 0 || usage?.tokens === undefined ? said : usage;
  return {
    source: tokens.source,
    tokens: tokens.tokens,
    reasoningTokens: tokens.reasoningTokens ?? usage?.reasoningTokens,
    inputTokens: (said.inputTokens ?? 0) > 0 ? said.inputTokens : (usage?.inputTokens ?? said.inputTokens),
    cachedTokens: said.cachedTokens ?? usage?.cachedTokens,
  };
}
