import assert from 'node:assert/strict';
import {
  errorWords,
  outcomeOf,
  outcomeOfAll,
  outcomeWords,
  statusCodeWords,
} from '../../../../src/core/report/words/outcome-words.ts';
import { limitAdvice } from '../../../../src/engine/machine/client-limit.ts';
import { sampleOf } from '../../metrics/samples.ts';
import { recordOf } from '../../record/fixtures.ts';

const answered = recordOf([sampleOf(5), sampleOf(6)]);
const mixed = recordOf([sampleOf(5), sampleOf(6, { status: 503 })]);
const refused = recordOf([sampleOf(5, { status: 401 }), sampleOf(6, { status: 401 })]);
const silent = recordOf([sampleOf(5, { status: 0, error: 'dns' })]);

describe('the outcome of a run', () => {
  it('depends on its numbers, not only on its status', () => {
    assert.equal(outcomeOf(answered), 'completed');
    assert.equal(outcomeOf(mixed), 'withFailures');
    assert.equal(outcomeOf(refused), 'noSuccess');
    assert.equal(outcomeOf(silent), 'noResponse');
    assert.equal(outcomeOf({ ...mixed, unresponsiveFromMs: 6 }), 'serverGone');
    assert.equal(outcomeOf({ ...mixed, unresponsiveFromMs: 6, status: 'cancelled' }), 'cancelled');
    assert.equal(outcomeOf(recordOf([])), 'nothingEnded');
    assert.equal(outcomeOf({ ...refused, status: 'cancelled' }), 'cancelled');
    assert.equal(outcomeOf({ ...answered, status: 'crashed' }), 'crashed');
  });

  it('is bad if nothing succeeded, an objective was missed, or the server or the run ended early', () => {
    const bad = Object.entries(outcomeWords).filter(([, { tone }]) => tone === 'bad');
    assert.deepEqual(
      bad.map(([outcome]) => outcome),
      ['serverGone', 'objectiveMissed', 'noSuccess', 'noResponse', 'nothingEnded', 'crashed'],
    );
  });

  it('is determined for several runs together', () => {
    assert.equal(outcomeOfAll('completed', [answered, answered]), 'completed');
    assert.equal(outcomeOfAll('completed', [answered, silent]), 'withFailures');
    assert.equal(outcomeOfAll('completed', [answered, { ...mixed, unresponsiveFromMs: 6 }]), 'serverGone');
    assert.equal(outcomeOfAll('completed', [refused, silent]), 'noSuccess');
    assert.equal(outcomeOfAll('completed', [silent, silent]), 'noResponse');
    assert.equal(outcomeOfAll('cancelled', [silent]), 'cancelled');
    assert.equal(outcomeOfAll('completed', []), 'completed');
  });
});

it('a common status code has its standard reason', () => {
  assert.equal(statusCodeWords('429'), '429 Too Many Requests');
  assert.equal(statusCodeWords('599'), '599');
});

describe('the advice on failures', () => {
  it('has no Markdown, because notifications and the terminal show its signs', () => {
    for (const { advice } of Object.values(errorWords)) assert.doesNotMatch(advice, /[`*]|\]\(/);
    for (const code of ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'EAI_MEMORY'])
      assert.doesNotMatch(limitAdvice(`${code}: limit`), /[`*]|\]\(/);
  });
});
