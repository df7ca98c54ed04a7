import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keepCalibration, withCalibration } from '../../../src/cli/calibrate/store.ts';
import type { Calibration } from '../../../src/core/record/calibration.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { closedLoop, recordOf } from '../../core/record/fixtures.ts';
import { freshFolder } from '../spawn.ts';

const error = { injectedMs: 50, p50Ms: 0.3, p99Ms: 1.2, serverP50Ms: 0.02, serverP99Ms: 0.1 };
const calibration: Calibration = {
  measuredAt: '2026-11-22T20:15:37.999Z',
  levels: [{ concurrency: 1, latencyMs: error, ttftMs: error, iclMs: error }],
};
const record = recordOf(closedLoop(10, 1, () => ({ latencyMs: 5 })));
const attached = (of: RunRecord): unknown => withCalibration(of).environment.calibration;

describe('stored calibration', () => {
  const folder = freshFolder();
  const names = ['XDG_CACHE_HOME', 'LOCALAPPDATA', 'HOME'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  beforeEach(() => {
    for (const name of names) process.env[name] = join(folder.path, 'not there yet');
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('is included in records of the same machine and software', () => {
    assert.equal(attached(record), undefined);
    const path = keepCalibration(calibration, record.environment);
    assert.ok(path.startsWith(folder.path) && existsSync(path));
    assert.deepEqual(attached(record), calibration);
    assert.deepEqual(readdirSync(dirname(path)), ['calibration.json'], 'no draft is left');
  });

  it('is included together with the client overhead of a run', () => {
    keepCalibration(calibration, record.environment);
    const selfCalibration = [{ concurrency: 1, requests: 400, p50Ms: 0.02, p99Ms: 0.1, requestsPerS: 30_000 }];
    const measured = { ...record, environment: { ...record.environment, selfCalibration } };
    assert.deepEqual(attached(measured), calibration);
    assert.deepEqual(withCalibration(measured).environment.selfCalibration, selfCalibration);
  });

  it("isn't included for another machine, version, or Node", () => {
    keepCalibration(calibration, record.environment);
    for (const change of [{ host: 'other' }, { cores: 999 }, { loadlens: '99.0.0' }, { node: '99.0.0' }]) {
      assert.equal(attached({ ...record, environment: { ...record.environment, ...change } }), undefined);
    }
  });

  it('is replaced by a later one', () => {
    keepCalibration(calibration, record.environment);
    const later = { ...calibration, measuredAt: '2027-01-01T00:00:00.000Z' };
    keepCalibration(later, record.environment);
    assert.deepEqual(attached(record), later);
  });

  it("is ignored if it's damaged", () => {
    const path = keepCalibration(calibration, record.environment);
    for (const text of ['', '{', 'null', readFileSync(path, 'utf8').replace('calibration/1', 'calibration/2')]) {
      writeFileSync(path, text);
      assert.equal(attached(record), undefined, text);
    }
  });
});
