import { hasStreams } from '../../../../src/core/metrics/streams.ts';
import type {
  Distribution,
  Numbers,
  Snapshot,
  StreamNumbers,
  TokenSource,
} from '../../../../src/core/metrics/types.ts';
import type { FigureName } from '../../../../src/core/report/tiles/figures.ts';
import { formatCount, formatMs, formatRate } from '../../../../src/core/format.ts';
import { tokenSourceShort } from '../../../words.ts';
import { isTooEarly } from '../live-rate.ts';
import { intervalWords, reliability } from '../reliability.ts';
import type { Tile } from '../../kit/tiles.ts';

/** A tile of a number that earlier runs have, too. */
export interface NamedTile extends Tile {
  readonly figure: FigureName;
}

/** Returns the numbers that streams are judged by first. */
export function leadingStreamTiles(numbers: Numbers & StreamNumbers, tokenSource: TokenSource): NamedTile[] {
  const { ttftMs, tpotMs } = numbers;
  return [
    { figure: 'ttftP95', ...quantileTile('TTFT p95', ttftMs, needsStreams, 'p95') },
    { figure: 'tpotP50', ...quantileTile('TPOT p50', tpotMs, needsStreams) },
    { figure: 'tokens', ...tokensTile(numbers, tokenSource) },
  ];
}

/** Returns the token rates of responses that aren't streams; embeddings have only input tokens. */
export function tokenTiles(numbers: Numbers, tokenSource: TokenSource): NamedTile[] {
  const { avgOutputTokens, inputTokens, inputTokensPerS = null } = numbers;
  return [
    ...(avgOutputTokens === null ? [] : [{ figure: 'tokens' as const, ...tokensTile(numbers, tokenSource) }]),
    ...(inputTokens === undefined
      ? []
      : [
          {
            figure: 'inputTokens' as const,
            label: 'Input tokens',
            value: formatRate(inputTokensPerS, 'tokens'),
            remark: `total ${formatCount(inputTokens)}`,
          },
        ]),
  ];
}

/** Returns the other numbers of streams. */
export function otherStreamTiles({ ttftMs, iclMs }: StreamNumbers): NamedTile[] {
  return [
    { figure: 'ttftP50', ...quantileTile('TTFT p50', ttftMs, needsStreams) },
    { figure: 'iclP50', ...quantileTile('ICL p50', iclMs, needsGaps) },
  ];
}

/** Returns the numbers of streams in progress: no intervals yet. */
export function liveStreamTiles(snapshot: Snapshot | null): Tile[] {
  const numbers = snapshot?.summary;
  const streams = numbers !== undefined && hasStreams(numbers) ? numbers : undefined;
  const rate = isTooEarly(snapshot) ? null : (streams?.outputTokensPerS ?? null);
  return [
    { ...soFar('TTFT p95', streams?.ttftMs.p95), lead: true },
    { ...soFar('TPOT p50', streams?.tpotMs.median), lead: true },
    {
      ...tokensTile(
        { outputTokens: streams?.outputTokens ?? 0, outputTokensPerS: rate },
        numbers?.tokenSource ?? 'none',
      ),
      lead: true,
    },
    soFar('TTFT p50', streams?.ttftMs.median),
    soFar('ICL p50', streams?.iclMs.median),
    soFar('E2E p50', streams?.e2eMs.median),
  ];
}

/** Requests needed for a number with one value per stream. */
export function needsStreams(count: string): string {
  return `needs ${count} streams`;
}

/** Requests needed for a number with one value per gap between chunks. */
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
    remark: reliable ? intervalWords(words) : `not reliable: ${words}`,
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
    remark: `total ${formatCount(outputTokens)}, ${tokenSourceShort(tokenSource)}`,
  };
}
