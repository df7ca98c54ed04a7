// Measures the recorder: ns per sample, and memory after a million samples: `node --expose-gc bench/recorder.ts`.
import { createRecorder } from '../src/core/metrics/recorder/recorder.ts';
import type { Sample } from '../src/core/metrics/types.ts';

const samples = 1_000_000;

/** One sample, changed in place: creating samples isn't measured. */
const sample = {
  target: 0,
  scheduledMs: 0.5,
  sentMs: 0.5,
  headersMs: 0.5,
  endMs: 0.5,
  status: 200,
  bytes: 120,
  outputTokens: 3,
} satisfies Sample;

let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
}

function fill(index: number, targets: number): void {
  sample.target = Math.floor(random() * targets);
  sample.scheduledMs = index * 0.05;
  sample.sentMs = sample.scheduledMs + 0.01 + random() * 0.02;
  const latency = 2 + random() * random() * 40;
  sample.headersMs = sample.sentMs + latency - 0.1;
  sample.endMs = sample.sentMs + latency;
  sample.status = random() < 0.02 ? 429 : 200;
}

function timed(targets: number, add: (sample: Sample) => void): number {
  const start = process.cpuUsage();
  for (let index = 0; index < samples; index++) {
    fill(index, targets);
    add(sample);
  }
  // CPU time, not elapsed time, so that other programs matter less.
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / samples;
}

function memoryMiB(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

console.log('targets  add, ns  add past 100,000, ns  memory, MiB  summary, ms  live summary, ms');
for (const targets of [1, 10, 1000, 100_000]) {
  const names = Array.from({ length: targets }, (_, index) => `target ${String(index)}`);
  const limits = names.map(() => 30);
  const empty = timed(targets, () => undefined);
  const before = memoryMiB();
  const recorder = createRecorder({ targetNames: names, latencyLimitMs: limits });
  const exact = timed(targets, (each) => recorder.add(each)) - empty;
  const memory = memoryMiB() - before;
  const after = timed(targets, (each) => recorder.add(each)) - empty;
  let start = performance.now();
  recorder.liveSummary();
  const live = performance.now() - start;
  start = performance.now();
  recorder.summary({ requestsCancelled: 0 });
  const whole = performance.now() - start;
  const cells = [targets, exact.toFixed(0), after.toFixed(0), memory.toFixed(1), whole.toFixed(1), live.toFixed(2)];
  const widths = [7, 7, 20, 11, 11, 16];
  console.log(cells.map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join('  '));
}
