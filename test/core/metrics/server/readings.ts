import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServerMetrics, type ServerMetrics } from '../../../../src/core/metrics/server/server-metrics.ts';

/** Returns the metrics of a server in test/fixtures/metrics: three readings, at -50, 1,000, and 2,000 ms. */
export function metricsOf(name: string): ServerMetrics {
  const text = readFileSync(new URL(`../../../fixtures/metrics/${name}.txt`, import.meta.url), 'utf8');
  const collector = createServerMetrics();
  for (const [, ms = '', reading = ''] of text.matchAll(/^# reading at (-?\d+) ms\n((?:(?!# reading at ).*\n)*)/gm))
    collector.add(Number(ms), reading);
  const metrics = collector.result('http://a/metrics');
  assert.ok(metrics !== undefined);
  assert.deepEqual(metrics.atMs, [-50, 1_000, 2_000]);
  return metrics;
}
