import assert from 'node:assert/strict';
import { compactRecord } from '../../../../src/core/record/compact-run.ts';
import { connectionTables } from '../../../../src/core/report/tables/connection-table.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

const phase = (meanMs: number) => ({ count: 10, meanMs, p50Ms: meanMs / 2, maxMs: meanMs * 3.123456 });
const record = recordOf(
  closedLoop(100, 10, () => ({ latencyMs: 200 })),
  { connections: { dns: phase(2), connect: phase(4), tls: phase(8) } },
);

describe('table of connection phases', () => {
  it('has the phases in the order of time; of receiving, the mean is known', () => {
    const [table] = connectionTables(record);
    assert.deepEqual(table?.rows, [
      ['DNS', '10', '2.00 ms', '1.00 ms', '6.25 ms'],
      ['connect', '10', '4.00 ms', '2.00 ms', '12.5 ms'],
      ['TLS', '10', '8.00 ms', '4.00 ms', '25.0 ms'],
      ['wait', '100', '198 ms', '198 ms', '198 ms'],
      ['receive', '100', '2.00 ms', '–', '–'],
    ]);
    assert.match(table?.note ?? '', /^DNS, connect, and TLS are of 10 new connections, /);
  });

  it('is the same from the history', () => {
    assert.deepEqual(connectionTables(compactRecord(record)), connectionTables(record));
  });

  it('is not there for older records', () => {
    assert.deepEqual(connectionTables(recordOf(closedLoop(10, 1, () => ({ latencyMs: 5 })))), []);
  });
});
