import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../src/core/metrics/types.ts';
import {
  closedEarly,
  errorKind,
  errorText,
  invalidResponse,
  TimeoutError,
} from '../../../src/engine/transport/error-kind.ts';

const coded = (code: string, message = 'said so'): Error => Object.assign(new Error(message), { code });

/** What connecting to several addresses of a name fails with. */
const both = (codes: readonly string[]): Error =>
  Object.assign(
    new AggregateError(
      codes.map((code) => coded(code)),
      'all',
    ),
    { code: codes[0] },
  );

describe('errorKind', () => {
  const codes: Readonly<Record<string, ErrorKind>> = {
    ECONNREFUSED: 'refused',
    ECONNRESET: 'reset',
    EPIPE: 'reset',
    ETIMEDOUT: 'timeout',
    ENOTFOUND: 'dns',
    EAI_AGAIN: 'dns',
    EHOSTUNREACH: 'unreachable',
    ENETUNREACH: 'unreachable',
    CERT_HAS_EXPIRED: 'tls',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
    SELF_SIGNED_CERT_IN_CHAIN: 'tls',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls',
    ERR_SSL_WRONG_VERSION_NUMBER: 'tls',
    EMFILE: 'client',
    EADDRNOTAVAIL: 'client',
  };
  for (const [code, kind] of Object.entries(codes)) {
    it(`${code} is ${kind}`, () => assert.equal(errorKind(coded(code)), kind));
  }

  it('has the kind that our own transport found in the response', () => {
    assert.equal(errorKind(invalidResponse('it has no status')), 'parse');
    assert.equal(errorKind(closedEarly()), 'prematureEnd');
  });

  it('prefers the error of a server to one of this machine if there are several addresses', () => {
    assert.equal(errorKind(both(['EADDRNOTAVAIL', 'ECONNREFUSED'])), 'refused');
    assert.equal(errorKind(both(['EMFILE', 'EMFILE'])), 'client');
  });

  it('recognizes our own timeout', () => assert.equal(errorKind(new TimeoutError('too late')), 'timeout'));

  it('is other for an error without a code', () => assert.equal(errorKind(new Error('x')), 'other'));
});

describe('errorText', () => {
  it('names the code once', () => {
    assert.equal(errorText(coded('EXDEV', 'another device')), 'another device (EXDEV)');
    assert.equal(errorText(coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:9')), 'connect ECONNREFUSED ::1:9');
    assert.equal(errorText(new TimeoutError('No answer.')), 'No answer.');
  });

  it('names each of several attempts', () => {
    const error = Object.assign(new AggregateError([new Error('a'), new Error('b')]), { code: 'ECONNREFUSED' });
    assert.equal(errorText(error), 'Error: a; Error: b (ECONNREFUSED)');
  });
});
