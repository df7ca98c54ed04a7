import assert from 'node:assert/strict';
import { hostsKnownIn, isLoopback, remoteHosts } from '../../../src/core/endpoints/hosts.ts';

describe('isLoopback', () => {
  // prettier-ignore
  const here = [
    'localhost', 'LocalHost', 'localhost.', 'api.localhost', '127.0.0.1', '127.255.3.4', '127.1', '2130706433',
    '0x7f.1', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '[::ffff:7f01:203]', '0.0.0.0', '::',
    '::ffff:0.0.0.0',
  ];
  for (const host of here) it(`accepts ${host} as this machine`, () => assert.equal(isLoopback(host), true));

  // prettier-ignore
  const elsewhere = [
    'example.com', 'localhost.example.com', 'mylocalhost', '127.0.0.1.example.com', '128.0.0.1', '10.0.0.1',
    '192.168.1.1', '::2', '::ffff:128.0.0.1', 'fe80::1', '1270.0.0.1', '', ' ', 'a b', '0.0.0.1', '[::1',
    '::ffff:7f00:1:1',
  ];
  for (const host of elsewhere)
    it(`doesn't accept "${host}" as this machine`, () => assert.equal(isLoopback(host), false));
});

describe('remoteHosts', () => {
  it("lists each host that isn't on this machine once, with its port", () => {
    const urls = [
      'http://localhost:1/',
      'http://a/x',
      'http://a:80/y',
      'https://a/',
      'https://[fe80::1]:8443/',
      'http://127.9.9.9/',
    ];
    assert.deepEqual(remoteHosts(urls.map((url) => ({ url }))), ['a:80', 'a:443', '[fe80::1]:8443']);
  });
});

describe('hostsKnownIn', () => {
  it("finds all hosts that don't depend on a missing value", () => {
    const values: Record<string, string> = { '{{$env API}}': 'https://api.example.com/v1' };
    const resolve = (text: string): string | undefined => {
      const filled = text.replaceAll(/\{\{[^}]*\}\}/g, (written) => values[written] ?? '{{');
      return filled.includes('{{') ? undefined : filled;
    };
    const urls = [
      'https://example.com/a?key={{$secret KEY}}',
      'https://{{$secret HOST}}/b',
      '{{$env API}}/c',
      'http://127.0.0.1:5000/d',
    ];
    assert.deepEqual(hostsKnownIn(urls, resolve), ['example.com:443', 'api.example.com:443']);
  });
});
