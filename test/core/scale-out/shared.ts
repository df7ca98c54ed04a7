import { createRecorder } from '../../../src/core/metrics/recorder/recorder.ts';
import type { Backlog, Sample } from '../../../src/core/metrics/types.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import type { RecordParts } from '../../../src/core/record/make-run.ts';
import { makeLoad, type SharedLoad } from '../../../src/core/scale-out/load.ts';
import { passageCounter, shareCounters } from '../../../src/core/scale-out/share-report.ts';
import { recordOf, targetOf } from '../record/fixtures.ts';

/** A load of two targets that four workers share. */
export function loadOf(changes: Partial<SharedLoad> = {}): SharedLoad {
  const parts = {
    id: '20261122-201500-abcd',
    loadlens: '0.2.0',
    name: 'endpoints.txt',
    plan: makePlan({ requests: 400, concurrency: 8 }, { defaults: {}, objectives: [] }),
    shares: 4,
    targets: [targetOf('one'), targetOf('two')],
    source: { file: 'endpoints.txt' },
    ...changes,
  };
  return makeLoad(parts, () => undefined);
}

/** What a test says of a share; the rest is usual. */
export interface ShareOf extends Partial<RecordParts> {
  readonly samples: readonly Sample[];
  readonly number?: number | null;
  readonly limitMs?: number;
  readonly backlog?: Backlog;
}

/** The report that Artillery writes once these shares have ended, and some more have only begun. */
export function reportOf(load: SharedLoad, shares: readonly ShareOf[], begunAlone = 0): unknown {
  const counters: Record<string, number> = { 'vusers.created': shares.length + begunAlone };
  const add = (name: string, value: number): void => void (counters[name] = (counters[name] ?? 0) + value);
  for (const [index, { samples, number = index, backlog, ...parts }] of shares.entries()) {
    const { targets } = load;
    const { limitMs } = parts;
    const recorder = createRecorder({ targetNames: targets.map(({ name }) => name), latencyLimitMs: [limitMs] });
    for (const sample of samples) recorder.add(sample);
    const record = { ...recordOf(samples, { ...parts, targets }), ...(backlog && { backlog }) };
    for (const [name, value] of shareCounters(`key${index}`, { record, state: recorder.state(), number }))
      add(name, value);
    add(passageCounter(load.id, 'ended'), 1);
  }
  add(passageCounter(load.id, 'started'), shares.length + begunAlone);
  return JSON.parse(JSON.stringify({ aggregate: { counters, rates: {}, summaries: {} }, intermediate: [] }));
}
