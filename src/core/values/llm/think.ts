import { parseDurationMs } from '../duration.ts';
import { drawLength, parseLengths, type Lengths } from './lengths.ts';

/** Distribution of the time between the end of a turn and the next one. Its unit is 1 ms where that of a length is a token. */
export type ThinkTime = Lengths;

/** Longest think time, ms. */
export const mostThinkMs = 3_600_000;

/** Form of a think time, for messages. */
export const thinkForm =
  'a time such as 2s, normal(2s, 500ms), lognormal(2s, 1s), uniform(1s, 5s), or choice(1s:3, 10s:1), up to 1h';

const time = /\d[\d.]*(?:ms|s|m|h)(?:\d[\d.]*(?:ms|s|m|h))*/g;

/** Returns the think time in `2s` or `normal(2s, 500ms)`; undefined for other texts, such as a number without a unit. */
export function parseThinkTime(text: string): ThinkTime | undefined {
  const written = text.trim();
  if (/^0(?:ms|s|m|h)$/.test(written)) return { kind: 'fixed', tokens: 0 };
  if (written.includes('#')) return undefined;
  const numbers: number[] = [];
  const inMs = written.replace(time, (part) => {
    numbers.push(Math.round(parseDurationMs(part) ?? Number.NaN));
    return `#${String(numbers.at(-1))}`;
  });
  // Each time has a unit; a weight has none.
  if (/(?:^|[(,])\s*\d/.test(inMs) || numbers.length === 0 || numbers.some((ms) => !(ms <= mostThinkMs)))
    return undefined;
  return parseLengths(inMs.replaceAll('#', ''));
}

/**
 * Returns one think time, whole ms, at most an hour.
 * @param unit returns the random numbers of this time, in [0, 1), by their index
 */
export const drawThinkMs = (think: ThinkTime, unit: (draw: number) => number): number =>
  Math.min(mostThinkMs, drawLength(think, unit));
