import assert from 'node:assert/strict';
import { localPorts, withLocalAddress } from '../../../src/core/endpoints/local-address.ts';

const moved = (url: string): string | undefined => withLocalAddress([{ url }], '127.0.0.1:4000')[0]?.url;

describe('address of a server on this machine', () => {
  it('replaces any address of this machine, and nothing else', () => {
    assert.equal(
      moved('http://localhost:3000/a?b=http://localhost:3000'),
      'http://127.0.0.1:4000/a?b=http://localhost:3000',
    );
    assert.equal(moved('https://me:pw@[::1]/{{$guid}}'), 'https://me:pw@127.0.0.1:4000/{{$guid}}');
    assert.equal(moved('http://127.0.0.1'), 'http://127.0.0.1:4000');
    assert.equal(moved('http://example.com/'), 'http://example.com/');
    assert.equal(moved('http://{{$env HOST}}/'), 'http://{{$env HOST}}/');
    assert.equal(moved('http://localhost.example.com:80/'), 'http://localhost.example.com:80/');
  });

  it('has a port, the default of its scheme if none is given', () => {
    const urls = [
      'http://localhost/',
      'http://127.0.0.1:80/',
      'https://[::1]/',
      'http://x.test:9/',
      'http://localhost:81',
    ];
    assert.deepEqual(localPorts(urls.map((url) => ({ url }))), [80, 443, 81]);
  });
});
