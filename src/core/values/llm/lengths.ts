import { normalFrom } from '../pick.ts';

/** Distribution of the number of tokens of a prompt or a response. */
export type Lengths =
  | { readonly kind: 'fixed'; readonly tokens: number }
  /** Mean and standard deviation of the lengths themselves. A normal length below 0.5 is drawn again. */
  | { readonly kind: 'normal' | 'lognormal'; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'choice'; readonly choices: readonly { readonly tokens: number; readonly weight: number }[] };

/** Longest length, in tokens. */
export const mostTokens = 10_000_000;

/** Form of a distribution, for messages. */
export const lengthsForm =
  'a number of tokens, normal(mean, deviation), lognormal(mean, deviation), uniform(from, to), or choice(tokens:weight, …)';

const call = /^(normal|lognormal|uniform|choice)\s*\(([^()]*)\)$/;

/** Returns the distribution in `512` or `normal(512, 128)`; undefined for other texts. */
export function parseLengths(text: string): Lengths | undefined {
  const written = text.trim();
  if (/^\d/.test(written)) {
    const tokens = tokensOf(written);
    return tokens === undefined ? undefined : { kind: 'fixed', tokens };
  }
  const [, kind, list = ''] = call.exec(written) ?? [];
  const parts = list.split(',').map((part) => part.trim());
  if (kind === 'choice') return choiceOf(parts);
  const [first, second, ...more] = parts;
  if (kind === undefined || first === undefined || second === undefined || more.length > 0) return undefined;
  if (kind === 'uniform') {
    const [from, to] = [tokensOf(first), tokensOf(second)];
    return from === undefined || to === undefined || from > to ? undefined : { kind, from, to };
  }
  const [mean, deviation] = [numberOf(first), numberOf(second)];
  const isValid = mean >= 1 && mean <= mostTokens && deviation >= 0 && deviation <= mostTokens;
  return isValid ? { kind: kind === 'normal' ? 'normal' : 'lognormal', mean, deviation } : undefined;
}

function choiceOf(parts: readonly string[]): Lengths | undefined {
  const choices = parts.map((part) => {
    const [tokens = '', weight = '1', ...more] = part.split(':');
    return { tokens: more.length === 0 ? tokensOf(tokens) : undefined, weight: numberOf(weight) };
  });
  const known = choices.flatMap(({ tokens, weight }) =>
    tokens !== undefined && weight > 0 && weight <= 1_000_000 ? [{ tokens, weight }] : [],
  );
  return known.length === parts.length ? { kind: 'choice', choices: known } : undefined;
}

function tokensOf(text: string): number | undefined {
  const tokens = /^\d{1,8}$/.test(text.trim()) ? Number(text) : 0;
  return tokens >= 1 && tokens <= mostTokens ? tokens : undefined;
}

const numberOf = (text: string): number => (/^\d{1,8}(?:\.\d{1,6})?$/.test(text.trim()) ? Number(text) : Number.NaN);

/** Number of draws after which a normal length is 1. */
const mostDraws = 50;

/**
 * Returns one length, an integer from 1 to 10,000,000.
 * @param unit returns the random numbers of this length, in [0, 1), by their index
 */
export function drawLength(lengths: Lengths, unit: (draw: number) => number): number {
  if (lengths.kind === 'fixed') return lengths.tokens;
  if (lengths.kind === 'uniform') return lengths.from + Math.floor(unit(0) * (lengths.to - lengths.from + 1));
  if (lengths.kind === 'choice') return drawChoice(lengths.choices, unit(0));
  const { kind, mean, deviation } = lengths;
  if (kind === 'lognormal') {
    // The logarithm is normal. Its moments follow from those of the lengths.
    const variance = Math.log1p((deviation / mean) ** 2);
    return bounded(Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * normalFrom(unit(0), unit(1))));
  }
  for (let draw = 0; draw < mostDraws; draw++) {
    const length = mean + deviation * normalFrom(unit(2 * draw), unit(2 * draw + 1));
    if (length >= 0.5) return bounded(length);
  }
  return 1;
}

const bounded = (length: number): number => Math.min(mostTokens, Math.max(1, Math.round(length)));

function drawChoice(choices: readonly { readonly tokens: number; readonly weight: number }[], unit: number): number {
  let left = unit * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const { tokens, weight } of choices) {
    left -= weight;
    if (left < 0) return tokens;
  }
  return choices.at(-1)?.tokens ?? 1;
}

/** Form of a shared prefix, for messages. */
export const sharedPrefixForm = 'tokens and a number of prefixes, such as 256 of 10';

/** Returns the shared prefixes in `256 of 10`, or a single one in `256`; undefined for other texts. */
export function parseSharedPrefix(text: string): { readonly tokens: number; readonly of: number } | undefined {
  const [, tokens = '', of = '1'] = /^(\d+)(?:\s+of\s+(\d+))?$/.exec(text.trim()) ?? [];
  const [count, different] = [tokensOf(tokens), tokensOf(of)];
  return count === undefined || different === undefined ? undefined : { tokens: count, of: different };
}
