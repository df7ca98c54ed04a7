// Measures the error of known times, up to 100 concurrent streams: `node bench/calibrate.ts [rounds]`. A round takes 12 s.
// The mock server is a separate process. On a busy machine, the scheduler causes most of the error, so the load is reported.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { calibrate } from '../src/cli/calibrate/measure.ts';
import type { MeasurementError } from '../src/core/record/calibration.ts';
import { readEnvironment } from '../src/engine/machine/environment.ts';

const levels = [1, 10, 100].map((concurrency) => ({
  concurrency,
  requests: concurrency * 12,
  streams: concurrency * 8,
}));
const metrics = [
  ['latency', 'latencyMs'],
  ['TTFT', 'ttftMs'],
  ['ICL', 'iclMs'],
] as const;
const columns = ['p50Ms', 'serverP50Ms', 'p99Ms', 'serverP99Ms'] as const;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function middle(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const ms = sorted[sorted.length >> 1] ?? Number.NaN;
  return `${ms < 0 ? '−' : '+'}${Math.abs(ms).toFixed(3)}`;
}

const rounds = Number(process.argv[2] ?? 5);
const loadBefore = loadavg()[0] ?? 0;
const results: { levels: Awaited<ReturnType<typeof calibrate>>['levels'] }[] = [];
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds} …`);
  const { levels: found } = await calibrate({
    levels,
    commandLine: [here('../src/cli/main.ts')],
    version: manifest.version,
    signal: new AbortController().signal,
  });
  results.push({ levels: found });
}

const environment = readEnvironment(manifest.version);
const rows = levels.flatMap(({ concurrency }, i) =>
  metrics.map(([label, name]) => {
    const errors = results.flatMap((round): MeasurementError[] => {
      const level = round.levels[i];
      return level ? [level[name]] : [];
    });
    const cells = columns.map((column) => middle(errors.map((error) => error[column])));
    return `| ${concurrency} | ${label} | ${errors[0]?.injectedMs ?? ''} | ${cells.join(' | ')} |`;
  }),
);
const markdown = `# Measured minus injected

| in flight | metric | injected, ms | p50, ms | of it the server | p99, ms | of it the server |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The mock server is asked for known times; the error is what the client measured, less that; medians of ${rounds} rounds. “Of it the server”: the
same quantile of what the server itself was late by when it wrote. Quantiles of a sum are not sums of quantiles: the two columns say
where an error comes from, not what is left without it. A round has 12 answers and 8 streams for each in flight: a 99th percentile needs 299
values, so with 1 and 10 in flight it is close to the largest there.

Machine: ${environment.cpu}, ${environment.cores} cores, Node ${environment.node}, load average ${loadBefore.toFixed(1)} before the first round.
`;
console.log(markdown);
writeFileSync(
  here('results/calibrate.json'),
  `${JSON.stringify({ environment, loadBefore, levels, results }, undefined, 2)}\n`,
);
writeFileSync(here('results/calibrate.md'), markdown);
