import assert from 'node:assert/strict';
import { timelineEndMs } from '../../../src/core/metrics/timeline.ts';
import { clientHealth } from '../../../src/core/metrics/client/client-health.ts';
import { attention } from '../../../src/core/report/words/facts.ts';
import { reports } from '../../../src/core/report/formats/reports.ts';
import { serverGoneSentence, timeMarks } from '../../../src/core/report/server-gone.ts';
import { sampleOf } from '../metrics/samples.ts';
import { recordOf } from '../record/fixtures.ts';

const answered = Array.from({ length: 320 }, (_, i) => sampleOf(10, { sentMs: 10 * i }));
const refused = Array.from({ length: 100 }, (_, i) =>
  sampleOf(1, { sentMs: 3_200 + 10 * i, status: 0, error: i === 0 ? 'reset' : 'refused' }),
);
const gone = recordOf([...answered, ...refused]);
const lasting = recordOf(answered);
const sentence = 'The server stopped responding after 3.20 s: connection refused.';

describe('a server that stopped responding', () => {
  it('is reported with the time and the most frequent failure', () => {
    assert.equal(gone.unresponsiveFromMs, 3_200);
    assert.equal(serverGoneSentence(gone, gone.plan), sentence);
    assert.equal(attention(gone)[0], sentence);
    assert.equal(
      serverGoneSentence({ ...gone, errors: { client: 90, reset: 30 } }, gone.plan)?.endsWith('reset.'),
      true,
    );
    assert.equal(serverGoneSentence(lasting, lasting.plan), undefined);
  });

  it('is reported with what an open model does then', () => {
    assert.equal(
      serverGoneSentence(gone, { loadModel: 'open' }),
      `${sentence} Requests kept leaving at the target rate.`,
    );
  });

  it('is marked in the charts over time of the HTML report, at its time and in words', () => {
    assert.deepEqual(timeMarks(gone), [{ atMs: 3_200, label: 'server stopped responding', sentence }]);
    const page = reports.html.render(gone);
    for (const title of ['Latency over time', 'Throughput over time']) {
      const picture = new RegExp(`<title>${title}</title><desc>([^<]*)</desc>(.*?)</svg>`).exec(page);
      const [, described = '', drawn = ''] = picture ?? [];
      assert.ok(described.endsWith(` ${sentence}`), title);
      const x = 56 + (568 * 3_200) / timelineEndMs(gone);
      const line = `<line class="mark" x1="${String(Math.round(10 * x) / 10)}"`;
      assert.ok(drawn.includes(line) && drawn.includes('>server stopped responding<'), title);
    }
    assert.doesNotMatch(reports.html.render(lasting), /class="mark"[^>]*>[^>]*>server stopped/);
    assert.deepEqual(timeMarks(lasting), []);
  });

  it('is shown next to the name of the result', () => {
    assert.match(
      reports.html.render(gone),
      /<p class="verdict bad"><span class="badge bad">Failed<\/span> The server stopped responding after 3\.20 s: /,
    );
    assert.match(reports.markdown.render(gone), /^\*\*Failed:\*\* The server stopped responding after 3\.20 s: /m);
  });
});

describe('a client whose server stopped responding', () => {
  const readings = {
    eventLoopDelayMedianMs: 8,
    eventLoopDelayP99Ms: 80,
    eventLoopDelayMaxMs: 300,
    eventLoopReadings: 500,
    idleDelayMedianMs: 0.1,
    idleDelayP99Ms: 0.2,
    cpuShare: 0.97,
    loopUtilisation: 0.97,
    ownStallMs: 300,
    machineStallMs: 0,
    stealShare: 0.2,
    cpuPressureShare: 0.5,
    dispatchGapMedianMs: 8,
    dispatchGapP99Ms: 80,
    dispatchGapMaxMs: 300,
    lagIsOwn: true,
    transport: 'raw',
    connectionsOpened: 164,
    connectionsReused: 300,
    inFlightIntegralMs: 2 * 3_300,
    requestTimeMs: 3_300,
  } as const;

  it("isn't blamed, whatever its readings are", () => {
    assert.equal(clientHealth(readings, lasting).bound, 'client');
    const { bound, warnings } = clientHealth(readings, gone);
    assert.deepEqual([bound, warnings], [null, []]);
  });

  it('still reports that the machine ran out of connections', () => {
    const summary = { ...gone, errors: { ...gone.errors, client: 5 } };
    const { bound, warnings } = clientHealth({ ...readings, clientLimit: 'Raise it.' }, summary);
    assert.deepEqual(
      [bound, warnings],
      ['client', ['5 requests failed because of a limit of this machine. Raise it.']],
    );
  });
});
