import assert from 'node:assert/strict';
import { LoadlensError } from '../../../src/core/errors.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { readRecord } from '../../../src/core/record/read-run.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { looksLikeReport, recordFromReport } from '../../../src/core/scale-out/import.ts';
import { closedLoop, recordOf, targetOf } from '../record/fixtures.ts';
import { loadOf, reportOf, type ShareOf } from './shared.ts';

/** 100 answers of 10 to 19.9 ms. */
const samples = closedLoop(100, 2, (index) => ({ latencyMs: 10 + index / 10, target: index % 2, outputTokens: 2 }));
const four: ShareOf[] = Array.from({ length: 4 }, () => ({ samples }));
const at = (ms: number): string => new Date(Date.UTC(2026, 10, 22, 20, 15, 37, 0) + ms).toISOString();

/** The report with counters changed. */
function changed(report: unknown, change: (counters: Record<string, number>) => void): unknown {
  const copy: { aggregate: { counters: Record<string, number> } } = JSON.parse(JSON.stringify(report));
  change(copy.aggregate.counters);
  return copy;
}

const refusal =
  (message: RegExp, hint = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof LoadlensError, String(error));
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    return true;
  };

describe('an Artillery report', () => {
  it('becomes the run that a single recorder would have made', () => {
    const load = loadOf({
      targets: [{ ...targetOf('one'), objectives: parseObjectives('p95 < 30ms').objectives }, targetOf('two')],
    });
    const record = recordFromReport(reportOf(load, four), load);
    assert.deepEqual(readRecord(JSON.parse(JSON.stringify(record))), record);
    const { id, startedAt, status, name, plan, warmupSent, source } = record;
    assert.match(id, /^20261122-201537-[a-z2-9]{4}$/);
    assert.equal(startedAt, '2026-11-22T20:15:37.123Z');
    assert.deepEqual(
      [status, name, plan, warmupSent, source],
      ['completed', 'endpoints.txt', load.plan, 20, load.source],
    );
    assert.deepEqual([record.requestsSent, record.responses, record.successes], [400, 400, 400]);
    assert.deepEqual(record.statusCodes, { 200: 400 });
    assert.deepEqual([record.outputTokens, record.tokenSource], [800, 'output_tokens']);
    assert.deepEqual(
      record.perTarget.map((target) => [target.name, target.requestsSent]),
      [
        ['one', 200],
        ['two', 200],
      ],
    );
    const whole = recordOf([...samples, ...samples, ...samples, ...samples], { targets: load.targets });
    assert.ok(Math.abs(record.totalMs - whole.totalMs) < 1e-6);
    for (const key of ['min', 'mean', 'median', 'p90', 'p95', 'p99', 'p999', 'max', 'stdev'] as const) {
      const [a, b] = [record.latencyMs[key]!, whole.latencyMs[key]!];
      assert.ok(Math.abs(a - b) <= b / 2_048, `${key}: ${a}, ${b}`);
    }
    assert.equal(record.percentileMethod, 'hdr-histogram');
    assert.equal(record.streamedRequests, undefined);
    assert.deepEqual(
      record.objectives.map(({ target, outcome }) => [target, outcome]),
      [['one', 'pass']],
    );
    assert.deepEqual([record.client.connectionsOpened, record.client.connectionsReused], [40, 360]);
    assert.equal(record.client.cpuShare, 0.123456789);
    assert.deepEqual(record.client.warnings, []);
    assert.equal(record.environment.host, '4 Artillery workers on build-7');
    assert.deepEqual(record.addresses, [{ host: 'localhost:5000', address: '127.0.0.1:5000' }]);
    assert.equal(recordFromReport(reportOf(load, four), load).id, id);
  });

  it('reports missing shares, and why', () => {
    const load = loadOf();
    const report = changed(reportOf(load, four.slice(1), 1), (counters) => {
      counters['errors.The secret key has no value.\u001b[31m'] = 1;
    });
    const record = recordFromReport(report, load);
    assert.equal(record.status, 'crashed');
    assert.equal(record.requestsSent, 300);
    assert.equal(
      record.stopReason,
      "1 of 4 shares didn't report. The numbers exclude their requests. Artillery reports 1 × “The secret key has no value. [31m”.",
    );
    assert.match(renderText(record), /Run stopped unexpectedly/);
    const never = recordFromReport(reportOf(load, four.slice(2)), load);
    assert.match(never.stopReason ?? '', /^2 of 4 shares didn't report. .* 2 never started\.$/);
    assert.throws(() => recordFromReport(reportOf(load, [], 4), load), refusal(/^None of 4 shares reported\.$/));
  });

  it("accepts workers that don't know their number by what they sent", () => {
    const load = loadOf();
    const own = four.map((share) => ({ ...share, number: null }));
    const record = recordFromReport(reportOf(load, own), load);
    assert.deepEqual(record.plan, { ...load.plan, requests: 400, concurrency: 8 });
    const twice = recordFromReport(reportOf(load, [...own, ...own]), load);
    assert.equal(twice.status, 'completed');
    assert.deepEqual(twice.plan, { ...load.plan, requests: 800, concurrency: 16 });
    assert.equal(recordFromReport(reportOf(load, own.slice(1)), load).status, 'crashed');
  });

  it('has a common clock of all workers, and reports if their starts differ', () => {
    const load = loadOf();
    const shares = four.map((share, index) => ({ ...share, startedAt: at(index * 2_000) }));
    const record = recordFromReport(reportOf(load, shares), load);
    const { totalMs } = recordOf(samples);
    assert.equal(record.startedAt, at(0));
    assert.ok(Math.abs(record.totalMs - (6_000 + totalMs)) < 1e-6);
    assert.equal(
      record.timeline.responses.reduce((sum, count) => sum + count, 0),
      400,
    );
    assert.ok(record.timeline.responses.length * record.timeline.widthMs >= 6_000);
    assert.deepEqual(record.client.warnings, [
      'The workers started up to 6.00 s apart. The load was incomplete for that long.',
    ]);
  });

  it('includes goodput, failures, and warnings of the workers', () => {
    const load = loadOf();
    const failed = closedLoop(10, 1, () => ({ latencyMs: 5, status: 500 }));
    const failureSamples = [{ target: 'one', status: 500, text: 'Ach, “schade” 🙁\u2028' }];
    const shares: ShareOf[] = [
      { samples, limitMs: 15, failureSamples, server: { notes: ['folds headers'] } },
      { samples: failed, limitMs: 15, failureSamples: Array.from({ length: 5 }, () => failureSamples[0]!) },
      {
        samples,
        limitMs: 15,
        client: { ...recordOf(samples).client, warnings: ['It was slow.'], bound: 'machine', dispatchGapMaxMs: 7 },
      },
      { samples: [], limitMs: 15 },
    ];
    const record = recordFromReport(reportOf(load, shares), load);
    assert.equal(record.requestsSent, 210);
    assert.deepEqual(record.statusCodes, { 200: 200, 500: 10 });
    const met = samples.filter(({ endMs, sentMs, target }) => target !== 0 || endMs - sentMs <= 15).length;
    assert.equal(record.sloAttainment, (2 * met) / 210);
    assert.deepEqual(record.failureSamples, [{ ...failureSamples[0], count: 6 }]);
    assert.deepEqual(record.client.warnings, ['Worker 3: It was slow.']);
    assert.deepEqual(record.server, { notes: ['folds headers'] });
    assert.deepEqual([record.client.bound, record.client.dispatchGapMaxMs], ['machine', 7]);
  });

  it('adds up the backlog', () => {
    const load = loadOf();
    const backlog = { max: 5, maxAtMs: 60, waitedMs: 100, unsent: 2, widthMs: 50, waiting: [1, 5, 0, 2] };
    const shares = [
      { samples, backlog },
      { samples, backlog: { ...backlog, widthMs: 100, waiting: [3, 4], waitedMs: 150 } },
      { samples, backlog, startedAt: at(223) },
      { samples },
    ];
    assert.deepEqual(recordFromReport(reportOf(load, shares), load).backlog, {
      max: 11,
      maxAtMs: 100,
      waitedMs: 150,
      unsent: 6,
      widthMs: 100,
      waiting: [8, 11, 2],
    });
  });

  it("is rejected if it isn't a report, isn't from Loadlens, or belongs to another load", () => {
    const load = loadOf();
    assert.throws(() => recordFromReport({ intermediate: [] }, load), refusal(/isn.t an Artillery report/));
    assert.throws(
      () => recordFromReport({ aggregate: { counters: { 'http.requests': 5 } } }, load),
      refusal(/no counters of Loadlens/, /loadlens export artillery/),
    );
    assert.throws(
      () => recordFromReport(reportOf(loadOf({ id: 'other' }), four), load),
      refusal(/belongs to load other/, /--project/),
    );
    assert.ok(looksLikeReport(reportOf(load, four)));
    assert.ok(!looksLikeReport(recordOf(samples)));
  });

  it("is rejected if its numbers don't match", () => {
    const load = loadOf();
    const failureSamples = [{ target: 'one', status: 500, text: 'x'.repeat(500) }];
    const share = { samples, failureSamples };
    const report = reportOf(load, [share, share, share, share]);
    const without = (pattern: RegExp) =>
      changed(report, (counters) => {
        const name = Object.keys(counters).find((one) => pattern.test(one)) ?? '';
        assert.ok(name, String(pattern));
        delete counters[name];
      });
    assert.throws(() => recordFromReport(without(/facts\.key2\.0/), load), refusal(/is incomplete/));
    assert.throws(() => recordFromReport(without(/facts\.key2\.900/), load), refusal(/is incomplete/));
    assert.throws(() => recordFromReport(without(/run\.status\.200/), load), refusal(/400 requests have 0 outcomes/));
    assert.throws(
      () => recordFromReport(without(/run\.ok\.10\.\d+/), load),
      refusal(/400 responses have \d+ latencies/),
    );
    const uncounted = changed(report, (counters) => {
      counters['loadlens.run.requests'] = 500;
      counters['loadlens.run.status.200'] = 500;
    });
    assert.throws(
      () => recordFromReport(uncounted, load),
      refusal(/the shares sent 400 requests, but 500 are counted/),
    );
    const doubled = changed(report, (counters) => {
      for (const name of Object.keys(counters)) counters[name] = 2 * (counters[name] ?? 0);
    });
    assert.throws(() => recordFromReport(doubled, load), refusal(/counts a share twice/));
  });

  it('lists the targets without rows', () => {
    const targets = Array.from({ length: 25 }, (_, index) => targetOf(`t${index}`));
    const load = loadOf({ targets });
    const spread = closedLoop(100, 2, (index) => ({ latencyMs: 10, target: index % 25 }));
    const record = recordFromReport(
      reportOf(load, [{ samples: spread }, { samples: spread }], 0),
      loadOf({ targets, shares: 2 }),
    );
    assert.equal(record.perTarget.length, 20);
    assert.equal(record.requestsSent, 200);
    assert.match(record.client.warnings.join(' '), /first 20 of 25 targets have separate rows/);
  });
});
