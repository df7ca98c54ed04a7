import assert from 'node:assert/strict';
import {
  changeOf,
  prefixHitShare,
  ratesOf,
  serverE2eMs,
  serverTtftMs,
} from '../../../../src/core/metrics/server/server-metrics.ts';
import { metricsOf } from './readings.ts';

interface Expected {
  readonly server: string;
  readonly running: readonly number[];
  readonly waiting: readonly number[];
  readonly kvCacheUse: readonly number[] | undefined;
  /** Changes from the first reading to the last; null: the server doesn't count it. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly preemptions: number | null;
  readonly prefixHits: number | null;
  /** Tokens per second between the readings. */
  readonly prefill: readonly [number, number];
  readonly decode: readonly [number, number];
  readonly ttftMs: number | null;
  readonly e2eMs: number | null;
}

/** By the name of the fixture. Seconds between the readings: 1.05 and 1. */
const servers: Readonly<Record<string, Expected>> = {
  'vllm-v0': {
    server: 'vLLM',
    running: [0, 3, 2],
    waiting: [0, 1, 0],
    kvCacheUse: [0, 0.25, 0.5],
    promptTokens: 1_200,
    outputTokens: 900,
    preemptions: 2,
    // The last value of the gauge, as this version has no counters.
    prefixHits: 0.6,
    prefill: [600 / 1.05, 600],
    decode: [300 / 1.05, 600],
    // (2.5 − 1) s of 5 requests, and (30 − 20) s of 4.
    ttftMs: 300,
    e2eMs: 2_500,
  },
  'vllm-v1': {
    server: 'vLLM',
    // Two engines are added up, and the old names beside the new ones aren't.
    running: [0, 12, 12],
    waiting: [0, 2, 0],
    kvCacheUse: [0, 0.4, 0.6],
    promptTokens: 4_000,
    outputTokens: 2_200,
    preemptions: 3,
    // 2,000 of 4,000 tokens.
    prefixHits: 0.5,
    prefill: [2_500 / 1.05, 1_500],
    decode: [1_100 / 1.05, 1_100],
    // (8.5 − 5) s of 15 requests, and (130 − 100) s of 13.
    ttftMs: 3_500 / 15,
    e2eMs: 30_000 / 13,
  },
  sglang: {
    server: 'SGLang',
    running: [0, 5, 4],
    waiting: [0, 3, 0],
    kvCacheUse: [0, 0.35, 0.9],
    // This server had just been started: its counters begin with the first finished request.
    promptTokens: 1_800,
    outputTokens: 480,
    preemptions: 2,
    // 800 tokens on the device and 100 on the host, of 1,800.
    prefixHits: 0.5,
    prefill: [600 / 1.05, 1_200],
    decode: [120 / 1.05, 360],
    ttftMs: 200,
    e2eMs: 2_000,
  },
  tgi: {
    server: 'TGI',
    running: [0, 4, 4],
    waiting: [0, 6, 1],
    kvCacheUse: undefined,
    promptTokens: 1_500,
    outputTokens: 330,
    preemptions: null,
    prefixHits: null,
    prefill: [300 / 1.05, 1_200],
    decode: [90 / 1.05, 240],
    ttftMs: null,
    e2eMs: 21_000 / 9,
  },
  'llama-cpp': {
    server: 'llama.cpp',
    running: [0, 2, 2],
    waiting: [0, 1, 0],
    kvCacheUse: [0, 0.4, 0.6],
    promptTokens: 700,
    outputTokens: 750,
    preemptions: null,
    prefixHits: null,
    prefill: [500 / 1.05, 200],
    decode: [250 / 1.05, 500],
    ttftMs: null,
    e2eMs: null,
  },
  'llama-cpp-cached': {
    server: 'llama.cpp',
    running: [0, 4, 3],
    waiting: [0, 2, 0],
    kvCacheUse: undefined,
    // 600 computed and 600 cached ones, which this version counts separately.
    promptTokens: 1_200,
    outputTokens: 750,
    preemptions: null,
    prefixHits: 0.5,
    prefill: [500 / 1.05, 700],
    decode: [250 / 1.05, 500],
    ttftMs: null,
    e2eMs: null,
  },
};

const near = (actual: number | null | undefined, expected: number | null): void => {
  if (expected === null) assert.equal(actual, null);
  else assert.ok(typeof actual === 'number' && Math.abs(actual / expected - 1) < 1e-9, `${actual} for ${expected}`);
};

describe('metrics as servers write them', () => {
  for (const [name, expected] of Object.entries(servers)) {
    it(`have the figures of ${name}`, () => {
      const metrics = metricsOf(name);
      const { running, waiting, kvCacheUse } = metrics.figures;
      assert.equal(metrics.server, expected.server);
      assert.deepEqual([running, waiting, kvCacheUse], [expected.running, expected.waiting, expected.kvCacheUse]);
      for (const figure of ['promptTokens', 'outputTokens', 'preemptions'] as const)
        assert.equal(changeOf(metrics, figure), expected[figure], figure);
      near(prefixHitShare(metrics), expected.prefixHits);
      for (const [figure, [first, second]] of [
        ['promptTokens', expected.prefill],
        ['outputTokens', expected.decode],
      ] as const) {
        const rates = ratesOf(metrics, figure);
        assert.equal(rates[0], null);
        near(rates[1], first);
        near(rates[2], second);
      }
      near(serverTtftMs(metrics), expected.ttftMs);
      near(serverE2eMs(metrics), expected.e2eMs);
    });
  }

  it('have no share of hits where vLLM has none yet', () => {
    assert.deepEqual(metricsOf('vllm-v0').figures.prefixHitRate, [null, 0.4, 0.6]);
  });
});
