import assert from 'node:assert/strict';
import { assert as check, integer, property } from 'fast-check';
import { noLimitSentences, objectiveText, parseObjectives } from '../../../src/core/values/objectives.ts';
import { parseRelation, relationText, relativeLimit } from '../../../src/core/values/relations.ts';

describe('relative objectives', () => {
  it('are read with their change, and with the rest as written', () => {
    const { objectives, error } = parseObjectives('p95 < baseline + 5%, throughput>baseline-10%, errors <= baseline');
    assert.equal(error, undefined);
    assert.deepEqual(objectives, [
      { metric: 'p95', operator: '<', value: null, text: 'p95 < baseline + 5%', baseline: { change: 0.05 } },
      { metric: 'throughput', operator: '>', value: null, text: 'throughput>baseline-10%', baseline: { change: -0.1 } },
      { metric: 'errors', operator: '<=', value: null, text: 'errors <= baseline', baseline: { change: 0 } },
    ]);
  });

  it('name what is wrong with them, and the unit that is missing', () => {
    const { error } = parseObjectives('p95 < baseline + 5');
    assert.deepEqual(error, {
      message: '"baseline + 5" isn\'t a valid value of p95.',
      hint: 'Expected baseline, or baseline + 5%, or baseline - 10%.',
      instead: 'p95 < baseline + 5%',
      offset: 0,
      length: 18,
    });
    for (const value of [
      'baseline +',
      'baseline - 100%',
      'baseline * 2',
      'baseline + 20ms',
      'baseline + 20000%',
      'baselines',
    ])
      assert.notEqual(parseObjectives(`p95 < ${value}`).error, undefined, value);
  });

  it('have a limit that is a share of the baseline, and for errors percentage points', () => {
    assert.equal(relativeLimit('p95', 200, { change: 0.05 }), 210);
    assert.equal(relativeLimit('throughput', 200, { change: -0.1 }), 180);
    assert.equal(relativeLimit('errors', 0, { change: 0.01 }), 0.01);
    assert.equal(relativeLimit('errors', 0.995, { change: 0.01 }), 1);
    assert.equal(relativeLimit('errors', 0.005, { change: -0.01 }), 0);
  });

  it('read what they write', () => {
    const changes = integer({ min: -9_999, max: 1_000_000 }).map((n) => n / 10_000);
    check(
      property(changes, (change) => assert.deepEqual(parseRelation(`baseline${relationText({ change })}`), { change })),
    );
  });

  it('say where their limit comes from, and why there is none', () => {
    const [objective] = parseObjectives('p95 < baseline + 5%').objectives;
    assert.ok(objective);
    assert.equal(objectiveText(objective), 'p95 < baseline + 5%');
    const known = { ...objective, value: 210, baseline: { change: 0.05, name: 'main', value: 200 } };
    assert.equal(objectiveText(known), 'p95 < 210 ms (baseline main 200 ms + 5%)');
    assert.equal(
      objectiveText({ ...known, baseline: { ...known.baseline, host: 'ci-3' } }),
      'p95 < 210 ms (baseline main 200 ms + 5%, measured on ci-3)',
    );
    const unknown = { ...objective, baseline: { change: 0.05, name: 'main', problem: 'baseline main not found' } };
    const other = { ...unknown, text: 'p50 < baseline' };
    assert.deepEqual(noLimitSentences([unknown, known, other, unknown]), [
      'No limit for p95 < baseline + 5%, p50 < baseline: baseline main not found.',
    ]);
  });
});
