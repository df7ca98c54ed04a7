import { formatCount, formatMs, formatS, withoutZeros } from '../../format.ts';
import type { ChartAxis } from './content.ts';

const niceSteps = [1, 2, 2.5, 5, 10];

/** Returns the smallest round number that isn't below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (niceSteps.find((nice) => nice * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** Returns multiples of a step from `min` to `max`. */
function multiples(step: number, min: number, max: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Returns round numbers between two ends.
 * @param most number of steps at most
 */
export function ticksBetween(min: number, max: number, most = 6): number[] {
  return multiples(niceStep(Math.max(max - min, 1e-9) / most), min, max);
}

/** Returns the short form of a value on an axis: `5 req/s`, not `5.00 req/s`; 0 has no unit. */
const shortOf =
  (text: (value: number) => string) =>
  (value: number): string =>
    value === 0 ? '0' : withoutZeros(text(value));

/**
 * Returns the axis of values from 0 on, with some room above the largest.
 * @param text writes a value with its unit
 * @param room above the largest value, as a share of it; 0 where nothing can be larger
 */
export function valueAxis(title: string, largest: number, text: (value: number) => string, room = 0.03): ChartAxis {
  const top = Number.isFinite(largest) && largest > 0 ? largest : 1;
  const step = niceStep(top / 5);
  const max = Number((Math.ceil((top * (1 + room)) / step - 1e-9) * step).toPrecision(12));
  return { title, min: 0, max, ticks: multiples(step, 0, max), tick: shortOf(text), text };
}

/** Returns the axis of counts from 0 on: ticks at whole numbers only. */
export function countAxis(title: string, largest: number): ChartAxis {
  const top = Math.max(1, largest);
  const step = Math.max(1, niceStep(top / 5) === 2.5 ? 5 : Math.ceil(niceStep(top / 5)));
  const max = Math.ceil((top * 1.03) / step) * step;
  return { title, min: 0, max, ticks: multiples(step, 0, max), tick: formatCount, text: formatCount };
}

/** Round lengths of time above a minute, s. */
const longSteps = [15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
const mostTimes = 7;

/** Not 2.5: a tick has as few digits as can be. */
function shortStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((nice) => nice * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** A time that is a tick, with every digit it has. */
function tickTime(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 60) return withoutZeros(formatMs(seconds * 1000, 6));
  const rest = Number((seconds % 60).toFixed(3));
  return Number.isInteger(rest)
    ? withoutZeros(formatS(seconds))
    : `${formatCount(Math.floor(seconds / 60))} min ${String(rest)} s`;
}

/** Returns round times between two ends, s. */
function timeTicks(minS: number, maxS: number): number[] {
  const least = (maxS - minS) / mostTimes;
  const step =
    maxS - minS > 120 ? (longSteps.find((nice) => nice >= least) ?? 7 * 86_400) : shortStep(Math.max(least, 1e-6));
  return multiples(step, minS, maxS);
}

/** Returns the axis of a run up to this time, or of a part of it. */
export function timeAxis(untilMs: number): ChartAxis {
  const max = untilMs / 1000 || 1;
  return {
    title: 'Time since the start',
    min: 0,
    max,
    ticks: timeTicks(0, max),
    tick: tickTime,
    text: formatS,
    ticksOf: timeTicks,
  };
}

/** Returns an axis with a name at each place: 0 for the first. */
export function namedAxis(title: string, names: readonly string[]): ChartAxis {
  const text = (place: number): string => names[Math.round(place)] ?? '';
  return { title, min: -0.6, max: names.length - 0.4, ticks: names.map((_, i) => i), tick: text, text };
}

/** Returns the position of a positive value on an axis with equal space for each doubling. */
export const logPosition = (value: number): number => Math.log2(value);

/** Width of a character of a tick, and of the gap between two, as a share of a small chart's axis. */
const characterShare = 0.018;

/**
 * Returns the places of an axis whose names don't overlap: the ends, and from the left what fits between.
 * @param places in any order, with repeats
 */
export function spacedTicks(places: readonly number[], tick: (place: number) => string): number[] {
  const sorted = [...new Set(places)].toSorted((a, b) => a - b);
  const last = sorted.at(-1);
  if (last === undefined) return [];
  const width = last - (sorted[0] ?? last);
  const apart = (a: number, b: number): boolean =>
    b - a >= width * characterShare * (1 + (tick(a).length + tick(b).length) / 2);
  const kept: number[] = [];
  for (const place of sorted.slice(0, -1)) {
    const before = kept.at(-1);
    if (before === undefined || (apart(before, place) && apart(place, last))) kept.push(place);
  }
  return [...kept, last];
}

const valueAt = (position: number): number => Number((2 ** position).toPrecision(12));

/** Returns the axis of positive values where each doubling has the same room: ticks at 1, 2, and 5 of each power of ten. */
export function logAxis(title: string, smallest: number, largest: number, text: (value: number) => string): ChartAxis {
  const [low, high] = smallest > 0 && largest >= smallest ? [smallest, largest] : [1, 10];
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 3 },
    (_, i) => i + Math.floor(Math.log10(low)) - 1,
  );
  const all = powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const from = all.findLast((value) => value <= low) ?? low;
  const to = all.find((value) => value >= high) ?? high;
  const within = all.filter((value) => value >= from && value <= to);
  // Of many, those at powers of ten.
  const shown = within.length > 8 ? within.filter((value) => Number.isInteger(Math.log10(value))) : within;
  return {
    title,
    min: logPosition(from),
    max: logPosition(to === from ? to * 2 : to),
    ticks: shown.map(logPosition),
    tick: (position) => withoutZeros(text(valueAt(position))),
    text: (position) => text(valueAt(position)),
  };
}

/**
 * Returns an axis over the range of the values, without 0, because it's for differences of a few percent.
 * @param text formats a value with its unit and a number of digits
 */
export function spreadAxis(
  title: string,
  values: readonly number[],
  text: (value: number, digits: number) => string,
): ChartAxis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.08 * (most - least || Math.abs(most) || 1);
  const [min, max] = [Math.max(0, least - room), most + room];
  const ticks = ticksBetween(min, max, 5);
  // Enough digits to distinguish the ticks without rounding.
  const digits = [3, 4, 5].find((each) => ticks.every((tick) => Number(tick.toPrecision(each)) === tick)) ?? 6;
  return {
    title,
    min,
    max,
    ticks,
    tick: (value) => withoutZeros(text(value, digits)),
    text: (value) => text(value, 3),
  };
}
