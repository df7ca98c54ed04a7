import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../../src/core/metrics/types.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import type { Verdict } from '../../../../src/core/vocabulary.ts';
import {
  failureHint,
  notMet,
  unansweredSentence,
  unmetSentence,
} from '../../../../src/core/report/words/failure-words.ts';
import { sampleOf } from '../../metrics/samples.ts';
import { recordOf, targetOf } from '../../record/fixtures.ts';

const failed = (target: number, error: ErrorKind, count: number): ReturnType<typeof sampleOf>[] =>
  Array.from({ length: count }, () => sampleOf(1, { target, error, status: 0 }));

const verdict = (text: string, outcome: Verdict['outcome'], actual: number | null, target?: string): Verdict => ({
  objective: parseObjectives(text).objectives[0]!,
  outcome,
  actual,
  ...(target === undefined ? {} : { target }),
});

describe('the reason why a run has no result', () => {
  const targets = [
    targetOf('one', 'http://127.0.0.1:9/x'),
    targetOf('two', 'http://no-such-host/{{$env PATH}}'),
    targetOf('three', 'http://{{$env HOST}}:80/'),
    targetOf('four', 'http://127.0.0.1:9'),
  ];

  it('is stated with who did what, and how often', () => {
    const samples = [...failed(0, 'refused', 5), ...failed(1, 'dns', 1_300), ...failed(3, 'refused', 2)];
    const record = recordOf(samples, { targets });
    assert.equal(
      unansweredSentence([record]),
      'No request got a complete response: no-such-host was not found (1,300), 127.0.0.1:9 refused the connection (7).',
    );
    assert.match(failureHint([record]), /^Check the spelling of the host name/);
  });

  it('names targets whose host was known only during the run, at most three', () => {
    const samples = [
      ...failed(0, 'refused', 4),
      ...failed(2, 'timeout', 3),
      ...failed(0, 'reset', 2),
      ...failed(1, 'tls', 1),
    ];
    assert.equal(
      unansweredSentence([recordOf(samples, { targets })]),
      'No request got a complete response: 127.0.0.1:9 refused the connection (4), three timed out (3), 127.0.0.1:9 reset the connection (2) and 1 other failure.',
    );
  });

  it('explains how to accept a rejected certificate', () => {
    const run = recordOf(failed(0, 'tls', 3), { targets });
    assert.match(failureHint([run]), /^Fix the certificate.*--insecure or @insecure\.$/);
  });

  it('of a 404 is the model where the server says so', () => {
    const run = recordOf(Array.from({ length: 3 }, () => sampleOf(1, { status: 404 })));
    const hintOf = (reason: string): string =>
      failureHint([{ ...run, failureSamples: [{ target: 'one', status: 404, reason, text: '', count: 3 }] }]);
    const ofModel = [
      'The model `m` does not exist.',
      "model 'm' not found",
      'models/m is not found for API version v1beta',
      'model: claude-m',
    ];
    for (const reason of ofModel) assert.match(hintOf(reason), /^Check the name of the model/, reason);
    for (const reason of ['Cannot POST /v1/models/m', 'Not Found', 'No supermodel'])
      assert.match(hintOf(reason), /^Check the path and the method/, reason);
  });

  it('is stated for several runs together, and for one that sent nothing', () => {
    const run = recordOf(failed(2, 'noToken', 2), { targets });
    assert.equal(
      unansweredSentence([run, run]),
      'No request got a complete response: three sent a response without a token (4).',
    );
    assert.match(failureHint([run]), /curl/);
    assert.equal(unansweredSentence([recordOf([])]), 'No request got a complete response.');
  });
});

describe('missed objectives', () => {
  it('are listed with the measured value', () => {
    const verdicts = [
      verdict('errors < 1%', 'fail', 0.5),
      verdict('p95 < 1s', 'pass', 10),
      verdict('p95 < 1.2s', 'not enough data', 12, 'tokens'),
    ];
    assert.equal(
      unmetSentence(verdicts),
      "2 of 3 objectives not met: errors < 1% was 50%, tokens p95 < 1.2s doesn't have enough data.",
    );
    assert.equal(
      unmetSentence([verdict('p95 < 1ms', 'fail', 12.3)]),
      '1 of 1 objective not met: p95 < 1ms was 12.30 ms.',
    );
    assert.equal(unmetSentence([verdict('p95 < 1s', 'pass', 10)]), undefined);
  });

  it('are limited to three', () => {
    assert.equal(notMet('target', 9, ['a', 'b', 'c', 'd', 'e']), '5 of 9 targets not met: a, b, c and 2 more.');
  });
});
