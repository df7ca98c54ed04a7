import { hasStreams } from '../../../src/core/metrics/streams.ts';
import type { Distribution, Numbers, StreamNumbers, TokenSource } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMs, formatRate } from '../../../src/core/format.ts';
import { tokenSourceShort } from '../../words.ts';
import { reliability } from './reliability.ts';
import type { Tile } from '../kit/tiles.ts';

/** The numbers that streams are judged by. */
export function streamTiles(numbers: Numbers & StreamNumbers, tokenSource: TokenSource): Tile[] {
  const { ttftMs, iclMs, tpotMs, e2eMs } = numbers;
  return [
    quantileTile('TTFT p50', ttftMs, needsStreams),
    quantileTile('TTFT p95', ttftMs, needsStreams, 'p95'),
    quantileTile('ICL p50', iclMs, needsGaps),
    quantileTile('TPOT p50', tpotMs, needsStreams),
    quantileTile('E2E p50', e2eMs, needsStreams),
    tokensTile(numbers, tokenSource),
  ];
}

/** The same of a run in progress: no intervals yet. */
export function liveStreamTiles(numbers: (Numbers & { readonly tokenSource: TokenSource }) | undefined): Tile[] {
  const streams = numbers !== undefined && hasStreams(numbers) ? numbers : undefined;
  return [
    soFar('TTFT p50', streams?.ttftMs.median),
    soFar('TTFT p95', streams?.ttftMs.p95),
    soFar('ICL p50', streams?.iclMs.median),
    soFar('TPOT p50', streams?.tpotMs.median),
    soFar('E2E p50', streams?.e2eMs.median),
    tokensTile(
      { outputTokens: streams?.outputTokens ?? 0, outputTokensPerS: streams?.outputTokensPerS ?? null },
      numbers?.tokenSource ?? 'none',
    ),
  ];
}

/** What a number of one value for each stream would need. */
export function needsStreams(count: string): string {
  return `needs ${count} streams`;
}

/** What a number of one value for each gap between chunks would need. */
export function needsGaps(count: string): string {
  return `needs ${count} gaps`;
}

function soFar(label: string, value: number | null | undefined): Tile {
  return { label, value: formatMs(value ?? null), remark: 'so far' };
}

function quantileTile(
  label: string,
  distribution: Distribution,
  needs: (count: string) => string,
  name: 'median' | 'p95' = 'median',
): Tile {
  const { reliable, words } = reliability(distribution, name, needs);
  return {
    label,
    value: formatMs(distribution[name]),
    remark: reliable ? words : `not reliable: ${words}`,
    unsure: !reliable,
  };
}

function tokensTile(
  { outputTokens, outputTokensPerS }: Pick<Numbers, 'outputTokens' | 'outputTokensPerS'>,
  tokenSource: TokenSource,
): Tile {
  return {
    label: 'Output tokens',
    value: formatRate(outputTokensPerS, 'tokens'),
    remark: `${formatCount(outputTokens)} in all, ${tokenSourceShort(tokenSource)}`,
  };
}
