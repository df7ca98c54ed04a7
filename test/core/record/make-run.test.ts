import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { lostHealth } from '../../../src/core/metrics/client/client-health.ts';
import type { ClientHealth } from '../../../src/core/metrics/types.ts';
import type { LlmChoices } from '../../../src/core/endpoints/types.ts';
import { LoadlensError } from '../../../src/core/errors.ts';
import { formatMs } from '../../../src/core/format.ts';
import { renderJson } from '../../../src/core/report/formats/json.ts';
import { compactRecord } from '../../../src/core/record/compact-run.ts';
import { readRecord } from '../../../src/core/record/read-run.ts';
import { recordId } from '../../../src/core/record/make-run.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { near } from '../metrics/samples.ts';
import { closedLoop, flood, recordOf, targetOf } from './fixtures.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../../docs/loadlens.run-1.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
const validate = ajv.compile(schema);

function wave(index: number): number {
  return 1001 + 20 * Math.abs(Math.sin(index * 12.9898));
}

function size(record: RunRecord): number {
  return JSON.stringify(compactRecord(record)).length;
}

/** 1,000 targets, errors of all kinds, long names and texts: the largest record there is reason to expect. */
function large(): RunRecord {
  const targets = Array.from({ length: 1000 }, (_, index) => targetOf(`GET /path/number/${String(index)}`));
  const samples = closedLoop(20_000, 50, (index) => {
    const base = { latencyMs: wave(index) / 10, target: (index * 7) % 1000 };
    if (index % 97 === 0) return { ...base, status: 0, error: 'timeout', headersMs: Number.NaN };
    return index % 13 === 0 ? { ...base, status: 503 } : { ...base, outputTokens: 3 };
  });
  const text = 'x'.repeat(5000);
  const failureSamples = Array.from({ length: 20 }, () => ({ target: 'GET /path/number/1', status: 503, text }));
  return recordOf(samples, { targets, failureSamples });
}

function brokenOff(): RunRecord {
  const record = recordOf(flood(), { status: 'crashed', stopReason: 'The process is gone.' });
  return { ...record, client: lostHealth(record) };
}

const everyChoice: LlmChoices = {
  dialect: 'openai',
  stream: true,
  maxTokens: 30,
  prompts: 'prompts.jsonl',
  promptsOrder: 'random',
};

function calibrated(): RunRecord {
  const record = recordOf(flood());
  const error = { injectedMs: 50, p50Ms: 0.3, p99Ms: 1.2, serverP50Ms: 0.02, serverP99Ms: -0.1 };
  const level = { concurrency: 10, latencyMs: error, ttftMs: error, iclMs: error };
  const calibration = { measuredAt: '2026-11-22T20:15:37.999Z', levels: [level] };
  return { ...record, environment: { ...record.environment, calibration } };
}

function overUndici(): RunRecord {
  const record = recordOf(flood());
  const transport = 'undici';
  return { ...record, plan: { ...record.plan, transport }, client: { ...record.client, transport } };
}

function streamed(): RunRecord {
  return recordOf(
    closedLoop(120, 10, (index) => ({
      latencyMs: 400 + wave(index),
      outputTokens: 3,
      stream: {
        firstTokenMs: 1 / 3,
        lastTokenMs: 400 / 3,
        chunks: 3,
        untimedTokens: 1,
        gapsMs: Float64Array.of(100 / 3, 100),
      },
    })),
  );
}

/** With all that a client may say of itself. */
function tellingOnItself(): RunRecord {
  const record = recordOf(closedLoop(50, 10, () => ({ latencyMs: 10 })));
  const selfCalibration = [
    { concurrency: 1, requests: 400, p50Ms: 0.031, p99Ms: 0.14, requestsPerS: 21_400 },
    { concurrency: 16, requests: 1_500, p50Ms: 0.262, p99Ms: 0.81, requestsPerS: 42_700 },
  ];
  return {
    ...record,
    client: { ...record.client, bound: 'machine', stealShare: null, warnings: ['It was kept busy.'] },
    environment: { ...record.environment, selfCalibration },
  };
}

const ordinary = recordOf(closedLoop(500, 10, (index) => ({ latencyMs: wave(index), outputTokens: 3 })));
const big = large();
const records: readonly [name: string, record: RunRecord][] = [
  ['an ordinary run', ordinary],
  ['a flood of 429', recordOf(flood(), { limitMs: 1100, failureSamples: [{ target: 'a', status: 429, text: '{}' }] })],
  ['nothing measured', recordOf([], { status: 'crashed', source: null })],
  ['readings lost', brokenOff()],
  ['a machine whose exactness is known', calibrated()],
  ['a client that was not the server alone', tellingOnItself()],
  ['streams', streamed()],
  ['a transport that was asked for', overUndici()],
  ['directives on language models', recordOf([], { targets: [{ ...targetOf('a'), llm: everyChoice }] })],
  ['1,000 targets', big],
];

describe('a record', () => {
  for (const [name, record] of records) {
    it(`matches the schema: ${name}`, () => {
      for (const each of [record, compactRecord(record)]) {
        const json: unknown = JSON.parse(renderJson(each));
        validate(json);
        assert.deepEqual(validate.errors ?? [], []);
      }
    });

    it(`is read back unchanged: ${name}`, () => {
      const json: unknown = JSON.parse(renderJson(record));
      assert.deepEqual(readRecord(json), json);
    });
  }

  it('has an id that sorts by time', () => {
    assert.match(
      recordId(new Date('2026-11-22T20:15:37.999Z'), () => 0.5),
      /^20261122-201537-[a-z0-9]{4}$/,
    );
    assert.equal(
      recordId(new Date(0), () => 0.5),
      recordId(new Date(0), () => 0.5),
    );
  });

  it('puts each list of numbers on one line, and keeps texts unchanged', () => {
    const text = '[\n 1,\n 2 ]';
    const json = renderJson(recordOf(flood(), { failureSamples: [{ target: 'a', status: 429, text }] }));
    assert.match(json, /"responses": \[\d+, .*\],\n/);
    assert.equal(readRecord(JSON.parse(json)).failureSamples[0]?.text, text);
  });
});

describe('the schema', () => {
  it("rejects anything that isn't a record", () => {
    const json: object = JSON.parse(renderJson(ordinary));
    for (const change of [{ schema: 'loadlens.run/2' }, { latencyMs: {} }, { errors: { made_up: 1 } }, { extra: 1 }]) {
      assert.equal(validate({ ...json, ...change }), false);
    }
  });
});

describe('readRecord', () => {
  it('reports what is wrong, and what to do', () => {
    const cases: readonly [unknown, RegExp][] = [
      [null, /isn't a Loadlens result/],
      [{}, /isn't a Loadlens result/],
      [{ schema: 'loadlens.run/2' }, /format loadlens\.run\/2/],
      [{ schema: 'loadlens.run/1' }, /damaged at id/],
      [{ ...ordinary, plan: { ...ordinary.plan, concurrency: '10' } }, /damaged at plan\.concurrency/],
    ];
    for (const [json, message] of cases) {
      assert.throws(
        () => readRecord(json),
        (error) => error instanceof LoadlensError && message.test(error.message) && error.hint !== '',
      );
    }
  });

  it('reads a record without utilization and machine readings', () => {
    const { client: now } = ordinary;
    const { eventLoopDelayP99Ms, eventLoopDelayMaxMs, cpuShare, connectionsOpened, connectionsReused } = now;
    const { scheduleLagP99Ms, littlesLawResidual, warnings } = now;
    const client: ClientHealth = {
      eventLoopDelayP99Ms,
      eventLoopDelayMaxMs,
      cpuShare,
      connectionsOpened,
      connectionsReused,
      scheduleLagP99Ms,
      littlesLawResidual,
      warnings,
    };
    assert.deepEqual(readRecord({ ...ordinary, client }), { ...ordinary, client });
  });

  it('reads a record without the end of the timeline', () => {
    const { endMs, ...timeline } = ordinary.timeline;
    assert.ok(endMs !== undefined);
    assert.deepEqual(readRecord({ ...ordinary, timeline }), { ...ordinary, timeline });
  });

  it('reads a record that calls its objectives verdicts', () => {
    const { objectives: verdicts, ...before } = ordinary;
    assert.deepEqual(readRecord({ ...before, verdicts }), ordinary);
  });

  it('drops unknown members', () => {
    assert.ok(!('later' in readRecord({ ...ordinary, later: 1 })));
  });
});

describe('a shortened record', () => {
  it('is small: 9.5 kB for a run of three targets with charts, 68 kB for 1,000', () => {
    const targets = ['a', 'b', 'c'].map((name) => targetOf(name));
    const three = recordOf(
      closedLoop(500, 10, (index) => ({ latencyMs: wave(index), target: index % 3, outputTokens: 3 })),
      { targets },
    );
    assert.ok(size(ordinary) < 6_000, String(size(ordinary)));
    assert.ok(size(three) < 9_500, String(size(three)));
    assert.ok(size(big) < 68_000, String(size(big)));
  });

  it('keeps the headline numbers, except for rounding', () => {
    for (const [, record] of records) {
      const compact = compactRecord(record);
      for (const metric of ['latencyMs', 'successLatencyMs'] as const) {
        for (const name of ['min', 'mean', 'median', 'p90', 'p95', 'p99', 'p999', 'max', 'stdev'] as const) {
          const before = record[metric][name];
          if (before === null) assert.equal(compact[metric][name], null);
          else assert.ok(near(compact[metric][name], before, 1e-6));
        }
      }
      for (const name of ['requestsSent', 'responses', 'successes', 'outputTokens', 'bytesReceived'] as const) {
        assert.equal(compact[name], record[name]);
      }
      assert.deepEqual(compact.statusCodes, record.statusCodes);
      assert.deepEqual(compact.errors, record.errors);
      for (const name of ['throughputPerS', 'successThroughputPerS', 'successRatio', 'totalMs'] as const) {
        assert.ok(record[name] === null ? compact[name] === null : near(compact[name], record[name], 1e-6));
      }
    }
  });

  it('shows the only target with exactly the numbers of the run', () => {
    const record = recordOf(closedLoop(100, 10, () => ({ latencyMs: 102.46 })));
    const { latencyMs, perTarget } = compactRecord(record);
    assert.equal(formatMs(latencyMs.median), '102 ms');
    assert.equal(formatMs(perTarget[0]!.latencyMs.median), '102 ms');
    assert.equal(perTarget[0]!.latencyMs.median, 102.46);
  });

  it('keeps the 50 targets with the most failures or the highest latency, in order, and 10 short failures', () => {
    const compact = compactRecord(big);
    assert.equal(compact.perTarget.length, 50);
    assert.equal(compact.targetCount, 1000);
    assert.deepEqual(
      compact.targets.map(({ name }) => name),
      compact.perTarget.map(({ name }) => name),
    );
    const worst = Math.max(...compact.perTarget.map(({ successRatio }) => successRatio!));
    const kept = new Set(compact.perTarget.map(({ name }) => name));
    assert.ok(big.perTarget.every(({ name, successRatio }) => kept.has(name) || successRatio! >= worst - 1e-6));
    assert.equal(compact.failureSamples.length, 10);
    assert.ok(compact.failureSamples.every(({ text }) => text.length === 250));
    assert.equal(compactRecord(big, 3).perTarget.length, 3);
  });

  it("doesn't change if shortened again", () => {
    for (const [, record] of records) assert.deepEqual(compactRecord(compactRecord(record)), compactRecord(record));
  });
});
