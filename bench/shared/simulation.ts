import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A share of simulated cases, with the 95% interval of its Monte Carlo error (Wilson). */
export interface SimulatedShare {
  readonly share: number;
  readonly interval95: readonly [low: number, high: number];
}

/** Returns the share of `count` in `of` cases. */
export function simulatedShare(count: number, of: number): SimulatedShare {
  const z = 1.959964;
  const share = count / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return { share, interval95: [Math.max(0, middle - half), Math.min(1, middle + half)] };
}

/** Returns a share as a percentage: `95.1%`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Returns a share with its interval: `95.1% (94.7–95.5)`. */
export function shareText({ share, interval95: [low, high] }: SimulatedShare): string {
  return `${percent(share)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Returns a Markdown table. The first column is aligned left, the others right. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(columns), line(columns.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Prints a report and writes it with its data as `bench/results/NAME.md` and `NAME.json`. */
export function writeSimulation(name: string, markdown: string, data: unknown): void {
  const file = fileURLToPath(new URL(`../results/${name}`, import.meta.url));
  console.log(markdown);
  writeFileSync(`${file}.md`, `${markdown}\n`);
  writeFileSync(`${file}.json`, `${JSON.stringify(data, shortened, 1)}\n`);
}

/** Six significant digits are more than a simulation gives. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
