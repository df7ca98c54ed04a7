/** One value of Prometheus' text format. */
export interface PrometheusSample {
  readonly name: string;
  /** The labels as written, without braces; empty without any. */
  readonly labels: string;
  readonly value: number;
}

const sampleLine = /^([A-Za-z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)/;
/** Number of lines by which a text is recognized. */
const mostLines = 20;

/**
 * Reads Prometheus' text format: the samples whose names start with one of `prefixes`. Comments, other samples, and lines that
 * can't be read are skipped, because one odd series must not hide the others. Skipping is fast: a text may have 100,000 of them,
 * and requests are measured at the same time.
 */
export function readPrometheus(text: string, prefixes: readonly string[]): PrometheusSample[] {
  const samples: PrometheusSample[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (prefixes.some((prefix) => text.startsWith(prefix, start))) {
      const sample = sampleOf(text.slice(start, end));
      if (sample !== undefined && !Number.isNaN(sample.value)) samples.push(sample);
    }
    start = end + 1;
  }
  return samples;
}

/** Returns whether a text has Prometheus' format. A server without any values writes an empty one. */
export function isPrometheus(text: string): boolean {
  const start = text.trimStart();
  if (start === '' || start.startsWith('# ')) return true;
  return start.split('\n', mostLines).some((line) => sampleOf(line) !== undefined);
}

/** Returns the sample of a line, NaN for a value that isn't finite; undefined for any other line. */
function sampleOf(line: string): PrometheusSample | undefined {
  const [, name, labels = '', written = ''] = sampleLine.exec(line) ?? [];
  if (name === undefined) return undefined;
  const isFinite = !/^(?:[+-]?Inf(?:inity)?|NaN)$/i.test(written);
  const value = isFinite ? Number(written) : Number.NaN;
  return isFinite && Number.isNaN(value) ? undefined : { name, labels, value };
}

/** Returns labels as written by name. @param labels those of a sample, or of a selector in PromQL */
export const labelsIn = (labels: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(labels.matchAll(/([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

/** Returns the value of a label as written; undefined without it. @param labels those of a sample */
export const labelOf = (labels: string, name: string): string | undefined => labelsIn(labels).get(name);
