import assert from 'node:assert/strict';
import { warmMaking } from '../../../src/engine/load/made-ahead.ts';
import { createRawTransport } from '../../../src/engine/transport/raw/raw-transport.ts';
import type { WireRequest } from '../../../src/engine/transport/transport.ts';
import { toWire } from '../../../src/engine/transport/wire.ts';
import { requestsOf } from '../../support/run-input.ts';

describe('requests that are made ahead', () => {
  it('warm the code once, not at each level of a sweep', () => {
    const transport = createRawTransport({ keptPerLane: 2, note() {}, maxHeadBytes: 16_384, insecure: false });
    const text = '# @input-tokens 64\nPOST http://127.0.0.1:9/v1/completions\n\n{"model":"mock"}\n';
    let made = 0;
    const [request] = toWire(requestsOf(text), [{ name: 'a' }], 'test');
    assert.ok(request?.variantAt !== undefined);
    const { variantAt } = request;
    const counted: WireRequest = {
      ...request,
      variantAt(number, turn) {
        made += 1;
        return variantAt(number, turn);
      },
    };
    const requests = [counted];
    warmMaking({ requests: [], transport });
    warmMaking({ requests, transport });
    const atFirst = made;
    warmMaking({ requests, transport });
    assert.equal(made, atFirst);
    transport.close();
  });
});
