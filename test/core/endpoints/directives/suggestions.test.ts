import assert from 'node:assert/strict';
import { suggestionsOf } from '../../../../src/core/endpoints/directives/directives.ts';

const texts = (directive: string, typed: string): string[] =>
  suggestionsOf(directive, typed).values.map(({ text }) => text);

describe('suggestionsOf', () => {
  it('suggests metric, operator, value, and unit of an objective, one after the other', () => {
    for (const typed of ['', 'p', 'p95 < 1s, ']) assert.ok(texts('slo', typed).includes('ttft.p95'), typed);
    assert.equal(suggestionsOf('slo', 'p95 < 1s, err').replaces, 3);
    assert.deepEqual(texts('slo', 'p95 '), ['<=', '>=', '<', '>']);
    assert.deepEqual(texts('slo', 'p95 < '), ['500ms', 'baseline + 5%']);
    assert.deepEqual(texts('slo', 'p95 < 20'), ['20ms', '20s', '20m', '20h']);
    assert.deepEqual(texts('slo', 'errors < 2'), ['2%']);
    assert.deepEqual(texts('slo', 'throughput > 2'), ['2/s']);
    assert.deepEqual(texts('slo', 'nothing < '), []);
  });

  it('suggests choices and units of other directives', () => {
    assert.deepEqual(texts('arrivals', 'po'), ['constant', 'poisson', 'gamma']);
    assert.deepEqual(texts('timeout', '3'), ['3ms', '3s', '3m', '3h']);
    assert.deepEqual(texts('timeout', '3s'), []);
    assert.deepEqual(texts('name', 'x'), []);
  });
});
