// How far measured times are from known ones, 100 streams at once among them: `node bench/calibrate.ts`. About a minute.
// The mock server is a process of its own. Needs nothing else; a busy machine shows in the figures, and its load stands beside them.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { calibrate, usualLevels } from '../src/cli/calibrate/measure.ts';
import { readEnvironment } from '../src/engine/environment.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const signed = (ms: number): string => `${ms < 0 ? '−' : '+'}${Math.abs(ms).toFixed(3)}`;
const names = { latencyMs: 'latency', ttftMs: 'TTFT', iclMs: 'ICL' } as const;

const loadBefore = loadavg()[0] ?? 0;
const { levels } = await calibrate({
  levels: usualLevels(false),
  commandLine: [here('../src/cli/main.ts')],
  version: manifest.version,
  signal: new AbortController().signal,
  onProgress: (text) => console.error(text),
});
const environment = readEnvironment(manifest.version);
const result = { environment, loadBefore, streams: usualLevels(false), levels };

const rows = levels.flatMap((level) =>
  (['latencyMs', 'ttftMs', 'iclMs'] as const).map((name) => {
    const { injectedMs, p50Ms, p99Ms, serverP50Ms, serverP99Ms } = level[name];
    const errors = [p50Ms, serverP50Ms, p99Ms, serverP99Ms].map(signed);
    return `| ${level.concurrency} | ${names[name]} | ${injectedMs} | ${errors.join(' | ')} |`;
  }),
);
const markdown = `# Measured minus injected

| in flight | metric | injected, ms | p50, ms | of it the server | p99, ms | of it the server |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The mock server is asked for known times; the error is what the client measured, less that. “Of it the server”: the same quantile
of what the server itself was late by, as it wrote the bytes. Quantiles of a sum are not sums of quantiles, so the two columns
say where an error comes from, not what is left without it.

Machine: ${environment.cpu}, ${environment.cores} cores, Node ${environment.node}, load average ${loadBefore.toFixed(1)} before the first run.
`;
console.log(markdown);
writeFileSync(here('results/calibrate.json'), `${JSON.stringify(result, undefined, 2)}\n`);
writeFileSync(here('results/calibrate.md'), markdown);
