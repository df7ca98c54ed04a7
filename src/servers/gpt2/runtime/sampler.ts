import { candidates } from '../convert/graph.ts';

/** How the next token is chosen. Temperature 0 selects the most likely one. */
export interface Sampling {
  readonly temperature: number;
  /** Only the k most likely tokens; 0 for all. */
  readonly topK: number;
  /** Only the most likely tokens whose shares add up to this; 1 for all. */
  readonly topP: number;
  readonly seed: number;
}

/** Returns a source of numbers in [0, 1): a mixed 32-bit Weyl sequence. A seed gives the same numbers everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Returns true if all logits are needed, false if the candidates of a step are enough. */
export const needsAllLogits = (sampling: Sampling): boolean =>
  sampling.temperature > 0 && (sampling.topK === 0 || sampling.topK > candidates);

/** One row of the output of a step. */
export interface Choices {
  readonly topIds: Int32Array;
  readonly topValues: Float32Array;
  readonly logits: Float32Array | undefined;
}

/** Returns the next token: temperature first, then top-k, then top-p, as usual. */
export function sample(choices: Choices, sampling: Sampling, random: () => number): number {
  const { topIds, topValues, logits } = choices;
  if (sampling.temperature === 0) return topIds[0] ?? 0;
  if (!needsAllLogits(sampling)) {
    const ids = topIds.subarray(0, sampling.topK);
    const shares = sharesOf(topValues.subarray(0, sampling.topK), topValues[0] ?? 0, sampling.temperature);
    return draw(ids, shares, keep(shares, sampling.topP, total(shares)), random());
  }
  if (logits === undefined) throw new Error('Sampling over the whole vocabulary needs all logits.');
  if (sampling.topK > 0) {
    const ids = byLogit(logits).subarray(0, sampling.topK);
    const shares = sharesOf(
      Float32Array.from(ids, (id) => logits[id] ?? 0),
      topValues[0] ?? 0,
      sampling.temperature,
    );
    return draw(ids, shares, keep(shares, sampling.topP, total(shares)), random());
  }
  const shares = sharesOf(logits, topValues[0] ?? 0, sampling.temperature);
  const sum = total(shares);
  if (sampling.topP >= 1) return draw(undefined, shares, { count: shares.length, sum }, random());
  // Usually a few tokens make up the share that is kept, and sorting isn't necessary.
  const best = sharesOf(topValues, topValues[0] ?? 0, sampling.temperature);
  const kept = keep(best, sampling.topP, sum);
  if (kept.sum >= sampling.topP * sum) return draw(topIds, best, kept, random());
  const ids = byLogit(logits);
  const ordered = Float64Array.from(ids, (id) => shares[id] ?? 0);
  return draw(ids, ordered, keep(ordered, sampling.topP, sum), random());
}

/** Returns the shares before division by their sum; the largest is 1. */
function sharesOf(logits: Float32Array, highest: number, temperature: number): Float64Array {
  const shares = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) shares[i] = Math.exp(((logits[i] ?? 0) - highest) / temperature);
  return shares;
}

function total(shares: Float64Array): number {
  let sum = 0;
  for (const share of shares) sum += share;
  return sum;
}

/** Returns the number of shares, best first, that reach `topP` of the whole, at least one, and their sum. */
function keep(shares: Float64Array, topP: number, whole: number): { count: number; sum: number } {
  let sum = 0;
  let count = 0;
  while (count < shares.length && (count === 0 || sum < topP * whole)) sum += shares[count++] ?? 0;
  return { count, sum };
}

function draw(
  ids: Int32Array | undefined,
  shares: Float64Array,
  kept: { readonly count: number; readonly sum: number },
  random: number,
): number {
  let rest = random * kept.sum;
  let chosen = 0;
  for (; chosen < kept.count - 1; chosen++) {
    rest -= shares[chosen] ?? 0;
    if (rest < 0) break;
  }
  return ids === undefined ? chosen : (ids[chosen] ?? 0);
}

/** Returns all ids, the most likely first, equal ones by id. */
function byLogit(logits: Float32Array): Int32Array {
  const ids = Int32Array.from(logits, (_, id) => id);
  return ids.toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
}
