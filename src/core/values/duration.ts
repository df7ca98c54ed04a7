const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const wholePattern = /^(?:\d{1,12}(?:\.\d{1,9})?(?:ms|s|m|h))+$/;
const partPattern = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Units of durations, the smallest first. */
export const durationUnits: readonly string[] = Object.keys(unitMs);

/** Returns the milliseconds in `500ms`, `1.5s`, or `1m30s`; undefined for other texts, such as a number without a unit. */
export function parseDurationMs(text: string): number | undefined {
  const compact = text.trim();
  if (!wholePattern.test(compact)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of compact.matchAll(partPattern)) total += Number(amount) * (unitMs[unit] ?? 0);
  return total;
}

/** Returns a text that parses as the same duration, in its largest whole unit: `90s`. `ms`: whole milliseconds. */
export function durationText(ms: number): string {
  const unit = durationUnits.findLast((one) => ms > 0 && ms % (unitMs[one] ?? 1) === 0) ?? 'ms';
  return `${ms / (unitMs[unit] ?? 1)}${unit}`;
}
