const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const wholePattern = /^(?:\d{1,12}(?:\.\d{1,9})?(?:ms|s|m|h))+$/;
const partPattern = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Milliseconds of `500ms`, `30s`, `1.5s`, `2m`, `1h`, `1m30s`; undefined for anything else, a number without unit included. */
export function parseDurationMs(text: string): number | undefined {
  const compact = text.trim();
  if (!wholePattern.test(compact)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of compact.matchAll(partPattern)) total += Number(amount) * (unitMs[unit] ?? 0);
  return total;
}
