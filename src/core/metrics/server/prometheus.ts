/** One value of Prometheus' text format. */
export interface PrometheusSample {
  readonly name: string;
  /** The labels as written, without braces; empty without any. */
  readonly labels: string;
  readonly value: number;
}

const sampleLine = /^([A-Za-z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)/;

/**
 * Reads Prometheus' text format: the samples whose names `isWanted` accepts. Comments, other samples, and lines that can't be
 * read are skipped, because one odd series must not hide the others.
 */
export function readPrometheus(text: string, isWanted: (name: string) => boolean): PrometheusSample[] {
  const samples: PrometheusSample[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, labels = '', written = ''] = sampleLine.exec(line) ?? [];
    if (name === undefined || !isWanted(name)) continue;
    const value = /^[+-]?Inf/i.test(written) ? Number.NaN : Number(written);
    if (!Number.isNaN(value)) samples.push({ name, labels, value });
  }
  return samples;
}
