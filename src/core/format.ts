/** Placeholder for a missing number. */
export const noValue = '–';

/**
 * Formats a duration in milliseconds, with 3 significant digits by default: `850 µs`, `12.3 ms`, `1.02 s`, `2 min 05
 * s`.
 */
export function formatMs(ms: number | null, digits = 3): string {
  if (ms === null || !Number.isFinite(ms)) return noValue;
  if (ms < 0) return `-${formatMs(-ms, digits)}`;
  if (ms === 0) return '0 ms';
  const rounded = Number(ms.toPrecision(digits));
  if (rounded < 1) return `${plain(ms * 1000, digits)} µs`;
  if (rounded < 1000) return `${plain(ms, digits)} ms`;
  if (rounded < 60_000) return `${plain(ms / 1000, digits)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

/** Formats both ends of a range of durations, with a common unit once: `103` to `120 ms`, `980 ms` to `1.02 s`. */
export function formatMsRange(lowMs: number, highMs: number): [low: string, high: string] {
  const low = formatMs(lowMs);
  const high = formatMs(highMs);
  const [number = low, ...unit] = low.split(' ');
  return [high.split(' ').slice(1).join(' ') === unit.join(' ') && unit.length === 1 ? number : low, high];
}

/** Formats a duration in seconds like formatMs. */
export function formatS(seconds: number | null): string {
  return formatMs(seconds === null ? null : seconds * 1000);
}

/** A rate: `9.78 req/s`, `12,345 req/s`. */
export function formatRate(perS: number | null, unit = 'req'): string {
  return perS === null || !Number.isFinite(perS) ? noValue : `${formatNumber(perS)} ${unit}/s`;
}

/** Power: `312 W`, `1,250 W`. */
export function formatWatts(watts: number | null): string {
  return watts === null || !Number.isFinite(watts) ? noValue : `${formatNumber(watts)} W`;
}

/** A ratio: `98.6%`. It is 100% or 0% only when it is exactly that. */
export function formatPercent(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return noValue;
  const percent = ratio * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.01) return percent > 0 ? '< 0.01%' : '> -0.01%';
  if (size >= 100) return `${formatNumber(percent)}%`;
  const text = size < 1 ? percent.toFixed(2) : plain(percent, 3);
  if (Math.abs(Number(text)) < 100) return `${text.replace(/\.0+$/, '')}%`;
  // Rounding must not turn it into 0% or 100%.
  return size > 99.99 ? '> 99.99%' : `${(Math.floor(percent * 100) / 100).toFixed(2)}%`;
}

/** A whole number with its thousands apart: `12,345`. */
export function formatCount(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return noValue;
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number with 3 significant digits, whole from 1,000 on. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return noValue;
  return Math.abs(value) >= 999.5 ? formatCount(value) : plain(value, 3);
}

/** A size: `512 B`, `1.5 kB`, `3.2 MB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return noValue;
  let value = bytes;
  let unit = 'B';
  for (const larger of ['kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  return unit === 'B' ? `${formatCount(value)} B` : `${plain(value, 3)} ${unit}`;
}

/** The text with a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A count with its noun: `1 request`, `2 requests`. */
export function countOf(n: number | null, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A time of ISO 8601 in UTC, as people read it: `2026-11-22 20:15:37 UTC`. */
export function formatUtc(time: string): string {
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

/** How long ago: `just now`, `2 min ago`, `3 h ago`, `5 d ago`. */
export function formatAgo(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${String(minutes)} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${String(hours)} h ago` : `${formatCount(Math.floor(hours / 24))} d ago`;
}

/** A formatted number that is exact by choice needs no zeros to show its precision: `30 s`, not `30.0 s` or `1 min 00 s`. */
export function withoutZeros(formatted: string): string {
  return formatted
    .replace(/\.(\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`))
    .replace(/ 00 (?:s|min)$/, '');
}

/** toPrecision would use an exponent, as in 1.2e+3. */
function plain(value: number, digits: number): string {
  if (value === 0) return '0';
  const whole = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))) + 1;
  return value.toFixed(Math.min(20, Math.max(0, digits - whole)));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A factor: `1.64×`. */
export const formatFactor = (factor: number | null): string =>
  factor === null || !Number.isFinite(factor) ? noValue : `${factor.toFixed(2)}×`;

/** From a factor of 2 on, rounded as percentages are, a percentage is hard to read: `17×` instead of 1640%. */
const leastFactor = 1.9995;

/** A change of a factor of 2 or more in either direction as a factor of at least 2; otherwise null. */
function factorOf(change: number): number | null {
  const factor = change < 0 ? 1 / (1 + change) : 1 + change;
  return Number.isFinite(factor) && factor >= leastFactor ? factor : null;
}

/** The size of a change, such as 0.04, without its direction: `4.0%`, `17×`. @param digits of a percentage */
export function formatChangeSize(change: number, digits = 1): string {
  const factor = factorOf(change);
  if (factor !== null) return `${factor < 9.95 ? factor.toFixed(1) : formatCount(factor)}×`;
  return `${(Math.abs(change) * 100).toFixed(digits)}%`;
}

/** A change, such as 0.04, with one decimal, or as a factor from 2 on: `+4.0%`, `−0.3%`, `17× higher`, `2.5× lower`. */
export function formatChange(change: number | null): string {
  if (change === null || !Number.isFinite(change)) return noValue;
  const size = formatChangeSize(change);
  if (size.endsWith('×')) return `${size} ${change < 0 ? 'lower' : 'higher'}`;
  return size === '0.0%' ? size : `${change < 0 ? '−' : '+'}${size}`;
}

/** A difference of shares, such as 0.04: `+4.0 points`, `−0.3 points`. */
export function formatPoints(difference: number | null): string {
  if (difference === null || !Number.isFinite(difference)) return noValue;
  const size = (Math.abs(difference) * 100).toFixed(1);
  return `${size === '0.0' ? '' : difference < 0 ? '−' : '+'}${size} points`;
}

/** Returns a text of at most a number of characters: a longer one is cut after a word, if there is one, with an ellipsis. */
export function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const space = text.lastIndexOf(' ', most - 1);
  return `${text.slice(0, space > most / 2 ? space : most - 1)}…`;
}
