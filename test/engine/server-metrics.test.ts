import assert from 'node:assert/strict';
import type { PreparedRequest } from '../../src/core/endpoints/types.ts';
import { metricsUrlsOf } from '../../src/engine/server-metrics.ts';
import { runInput } from '../support/run-input.ts';

const plain: PreparedRequest = { method: 'GET', url: 'http://127.0.0.1:5000/hello', headers: [] };
const model: PreparedRequest = { ...plain, url: 'http://127.0.0.1:5000/v1/completions', dialect: 'openai' };
const file = { path: '/e.txt', shownAs: 'e.txt' };

const planned = (metricsUrl: string): string[] =>
  metricsUrlsOf(runInput([{ ...model, url: 'http://gpu.example/v1' }], { plan: { metricsUrl } }), false);

describe('the URL of server metrics', () => {
  it('is by default that of a language model server that Loadlens started', () => {
    const urlOf = (requests: readonly PreparedRequest[], ours: boolean, of: typeof file | null): string[] =>
      metricsUrlsOf({ ...runInput(requests), file: of }, ours);
    assert.deepEqual(urlOf([plain, model], true, file), ['http://127.0.0.1:5000/metrics']);
    assert.deepEqual(urlOf([plain], true, file), []);
    assert.deepEqual(urlOf([model], false, file), []);
    assert.deepEqual(urlOf([model], true, null), []);
  });

  it("is that of the plan if it's on this machine or on the host of a target", () => {
    for (const url of ['http://127.0.0.1:9/m', 'http://localhost/m', 'http://gpu.example:9090/metrics']) {
      assert.deepEqual(planned(url), [url]);
    }
    assert.throws(() => planned('http://other.example/metrics'), /isn't the host of a target/);
  });
});
