const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  kib: 1_024,
  mib: 1_048_576,
};

/** Returns the bytes in `1MiB`, `64kB`, or a number without a unit; undefined for other texts. */
export function parseSizeBytes(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const factor = unitBytes[unit.toLowerCase()];
  return amount === '' || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** Returns a text that parses as the same size, in its largest whole binary unit: `256KiB`. */
export function sizeText(bytes: number): string {
  const [unit, factor] = (
    [
      ['MiB', 1_048_576],
      ['KiB', 1_024],
    ] as const
  ).find(([, one]) => bytes % one === 0) ?? ['', 1];
  return `${bytes / factor}${unit}`;
}
