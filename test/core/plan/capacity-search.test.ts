import assert from 'node:assert/strict';
import { makeSearchPlan, searchAfter, searchedPlan, type SearchPlan } from '../../../src/core/plan/capacity-search.ts';
import type { TriedLevel } from '../../../src/core/plan/capacity.ts';
import { choicesOfSearch, searchUnderFile } from '../../../src/core/plan/repeat.ts';
import { makeSearchRecord } from '../../../src/core/record/sweeps/make-search.ts';
import { resultOfTrials, type LevelTrial, type TrialOutcome } from '../../../src/core/plan/capacity.ts';
import { searchSentences } from '../../../src/core/record/sweeps/search-sentences.ts';
import { searchOf } from '../../../src/core/record/sweeps/search-of.ts';
import { readSweep } from '../../../src/core/record/sweeps/read-sweep.ts';
import { searchReason } from '../../../src/core/report/words/search-reason.ts';
import { searchLoadText, searchText, trialsText } from '../../../src/core/report/words/search-words.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { PlanChoices } from '../../../src/core/plan/plan.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { lawful, levelRecord } from '../record/sweep-fixtures.ts';

const { objectives } = parseObjectives('p95 < 160ms');
const file = { defaults: {} };
const byConcurrency = makeSearchPlan({ by: 'concurrency', objectives, range: [1, 256] }, {}, file);
const byRate = makeSearchPlan({ by: 'rate', objectives, range: [0.01, 100_000] }, {}, file);

/** A run of a search: its latency grows with concurrency. By rate, everything above 30 req/s is over-saturated. */
function runOf(plan: SearchPlan, level: number): RunRecord {
  const record = levelRecord(plan.by === 'rate' ? 1 : level, lawful(plan.by === 'rate' ? 1 : level), { count: 400 });
  const span = {
    fromMs: 0,
    toMs: 10_000,
    duePerS: level,
    answeredPerS: Math.min(30, level),
    growth: 0,
    leastGrowth: 0,
  };
  return {
    ...record,
    plan: searchedPlan(plan, level),
    ...(plan.by === 'rate' && level < Infinity && { saturation: { ...span, overSaturated: level > 30 } }),
    ...(level === Infinity && { successThroughputPerS: 32 }),
  };
}

/** Searches to the end, and returns the runs with the reason for each. */
function search(plan: SearchPlan): { runs: RunRecord[]; reasons: string[] } {
  const runs: RunRecord[] = [];
  const reasons: string[] = [];
  for (;;) {
    const state = searchAfter(plan, runs);
    if (state.next.kind === 'done') return { runs, reasons };
    reasons.push(searchReason(plan, state));
    runs.push(runOf(plan, state.next.level));
  }
}

const parts = { id: '20261122-201537-k3f9', name: 'e', startedAt: '2026-11-22T20:15:37.123Z' } as const;

/** Returns why a search by rate tries a level after these runs at 8 req/s. */
const reason = (next: Partial<TriedLevel>, trials: readonly ('pass' | 'fail' | 'undecided')[] = []): string =>
  searchReason(byRate, {
    trials: trials.map((outcome) => ({ level: 8, outcome })),
    next: { kind: 'try', level: 8, reason: 'again', passing: null, failing: null, ...next },
  });

/** Returns the record of a search that was canceled after these levels. */
const result = (levels: readonly number[]) =>
  makeSearchRecord(byConcurrency, {
    ...parts,
    status: 'cancelled',
    levels: levels.map((level) => runOf(byConcurrency, level)),
  });

const choicesOf = (by: SearchPlan['by'], choices: PlanChoices, levels: readonly number[]): PlanChoices => {
  const given = { by, objectives, range: [1, 256] } as const;
  const plan = makeSearchPlan(given, choices, { defaults: { timeoutMs: 5000 } });
  return choicesOfSearch(
    given,
    levels.map((level) => searchedPlan(plan, level)),
  );
};
const amountOf = ({ requests, durationS, warmup }: PlanChoices) => ({ requests, durationS, warmup });
const nothing = { requests: undefined, durationS: undefined, warmup: undefined };

const trial = (level: number, outcome: TrialOutcome): LevelTrial => ({ level, outcome });

/** Returns what a search found that was canceled after these runs. */
const foundAfter = (by: SearchPlan['by'], trials: readonly LevelTrial[]): string =>
  searchSentences([], {
    by,
    objectives,
    range: [by === 'rate' ? 0.01 : 1, 256],
    trials,
    ...resultOfTrials(trials),
    sure: false,
  })[0]!;

/** Returns what a search says before its first run, or before the first that it judges. */
const startOf = (plan: SearchPlan, level: number): string =>
  searchReason(plan, { trials: [], next: { kind: 'try', level, reason: 'start', passing: null, failing: null } });

describe('a capacity search', () => {
  it('by concurrency is a function of its runs, says why it tries a level, and becomes a record', () => {
    const { runs, reasons } = search(byConcurrency);
    assert.deepEqual(reasons, [
      'The search starts at concurrency 1. Expected: about 12 runs of at least 118 requests.',
      'Concurrency 1 passed, so the search goes up.',
      'Concurrency 2 passed, so the search goes up.',
      'Concurrency 4 passed, so the search goes up.',
      'Concurrency 4 passed and 8 failed, so the search tries the middle.',
      'Concurrency 6 passed and 8 failed, so the search tries the middle.',
      'Concurrency 7 is at the boundary, so a second run confirms that it passes.',
      'Concurrency 8 is at the boundary, so a second run confirms that it fails.',
    ]);
    const record = makeSearchRecord(byConcurrency, { ...parts, status: 'completed', levels: runs });
    assert.deepEqual([record.search?.capacity, record.search?.firstFailing, record.search?.sure], [7, 8, true]);
    assert.deepEqual(record.planned, [1, 2, 4, 8, 6, 7, 7, 8]);
    assert.deepEqual(readSweep(JSON.parse(JSON.stringify(record))).search, record.search);
    const found = searchOf(record)!;
    assert.equal(
      trialsText(found, found.trials),
      '1 passed, 2 passed, 4 passed, 8 failed, 6 passed, 7 passed, 7 passed, 8 failed',
    );
    assert.equal(searchText(found), 'Highest concurrency that meets p95 < 160ms; range 1 to 256');
  });

  it('by rate starts with all requests at once, which it does not judge', () => {
    const { runs, reasons } = search(byRate);
    assert.deepEqual(reasons.slice(0, 5), [
      'All requests at once show the highest throughput. The search starts at half of it. Expected: about 9 runs of at least 10 s, 2 min or more in total. Below 11.8 req/s, runs are longer.',
      'The search starts at half of the throughput of all requests at once. Expected: about 8 runs of at least 10 s, 2 min or more in total.',
      '16 req/s passed, so the search goes up.',
      '16 req/s passed and 32 req/s failed, so the search tries the middle.',
      '24 req/s passed and 32 req/s failed, so the search tries the middle.',
    ]);
    const record = makeSearchRecord(byRate, { ...parts, status: 'completed', levels: runs });
    assert.deepEqual([record.rateSearch?.capacityPerS, record.rateSearch?.firstFailingPerS], [30, 31]);
    assert.deepEqual(record.rates?.planned.slice(0, 3), [null, 16, 32]);
    assert.deepEqual(searchOf(record)?.range, [0.01, 100_000]);
  });

  it('says at its start about how long it takes', () => {
    assert.match(startOf(byRate, 0.5), / Expected: about 8 runs of at least 1 min 58 s, 16 min or more in total\.$/);
    assert.match(startOf(byRate, 0.05), / of at least 19 min 40 s, 2 h 38 min or more in total\.$/);
    const given = { by: 'rate', objectives, range: [1, 64] } as const;
    assert.match(
      startOf(makeSearchPlan(given, { durationS: 60 }, file), Infinity),
      / Expected: about 9 runs of at least 1 min, 10 min or more in total\.$/,
    );
    assert.match(
      startOf(makeSearchPlan(given, { requests: 30 }, file), Infinity),
      / Expected: about 9 runs of at least 30 requests\.$/,
    );
    const narrow = { by: 'concurrency', objectives, range: [1, 2] } as const;
    assert.match(startOf(makeSearchPlan(narrow, {}, file), 1), / Expected: about 4 runs of at least 118 requests\.$/);
    assert.match(
      startOf(makeSearchPlan(narrow, { durationS: 5 }, file), 1),
      / Expected: about 4 runs of at least 5 s, 1 min or more in total\.$/,
    );
  });

  it('says that it measures a level again, and that it goes down', () => {
    assert.equal(reason({}, ['undecided']), "The run at 8 req/s was undecided, so it's measured again.");
    assert.equal(reason({}, ['pass', 'fail']), 'Two runs at 8 req/s disagree, so a third one decides.');
    assert.equal(reason({ level: 4, reason: 'lower', failing: 8 }), '8 req/s failed, so the search goes down.');
    assert.match(reason({ level: 0.01, reason: 'start' }), /^The search starts at 0\.01 req\/s\. Expected: /);
  });

  it('that ended early has the result of its runs, unconfirmed', () => {
    const { search: found, capacity } = result([1, 2, 4]);
    assert.deepEqual([found?.capacity, found?.firstFailing, found?.sure], [4, null, false]);
    // Higher levels weren't tried. They may well be allowed.
    assert.match(capacity[0] ?? '', /^Meets p95 < 160ms at concurrency 4, the highest level tried\.$/);
    assert.equal(result([]).search?.capacity, null);
  });

  it('that ended early says what its runs support, and no more', () => {
    const one = (by: SearchPlan['by'], level: number, ...outcomes: TrialOutcome[]): string =>
      foundAfter(
        by,
        outcomes.map((outcome) => trial(level, outcome)),
      );
    // Lower rates weren't tried.
    assert.equal(one('rate', 8, 'fail'), "Doesn't meet p95 < 160ms at 8 req/s, the lowest rate tried.");
    assert.equal(one('concurrency', 1, 'fail'), "Doesn't meet p95 < 160ms even at concurrency 1.");
    assert.equal(
      one('rate', 8, 'undecided'),
      'Not confirmed to meet p95 < 160ms at 8 req/s, the lowest rate tried: use longer runs.',
    );
    assert.equal(one('rate', 8), 'No rate was judged by p95 < 160ms.');
    // A level with as many passes as failures is open, and one with more passes has passed.
    const up = [trial(2, 'pass'), trial(4, 'pass')];
    assert.equal(
      foundAfter('concurrency', [...up, trial(4, 'fail')]),
      'Meets p95 < 160ms at concurrency 2, not confirmed at 4.',
    );
    assert.equal(
      foundAfter('concurrency', [...up, trial(4, 'fail'), trial(4, 'pass')]),
      'Meets p95 < 160ms at concurrency 4, the highest level tried.',
    );
    // Undecided runs above aren't passes, but 8 was tried.
    assert.equal(
      foundAfter('concurrency', [...up, trial(8, 'undecided'), trial(8, 'undecided'), trial(6, 'pass')]),
      'Meets p95 < 160ms at concurrency 6, not confirmed at 8.',
    );
    assert.equal(
      foundAfter('concurrency', [...up, trial(8, 'undecided'), trial(8, 'fail')]),
      'Meets p95 < 160ms at concurrency 4, but not at 8.',
    );
  });

  it('by rate ends at a rate whose runs are too short to judge it, because lower rates have no more requests', () => {
    const given = { by: 'rate', objectives, range: [1, 64] } as const;
    /** Returns the next step after two runs at 16 req/s. */
    const after = (choices: PlanChoices, count: number, overSaturated = false) => {
      const plan = makeSearchPlan(given, choices, file);
      const run = { ...runOf(plan, 16), ...levelRecord(1, lawful(1), { count }), plan: searchedPlan(plan, 16) };
      const atOnce = runOf(plan, Infinity);
      const judged = overSaturated ? { ...run, saturation: { ...runOf(plan, 32).saturation!, overSaturated } } : run;
      return searchAfter(plan, [atOnce, judged, judged]).next;
    };
    const ended = { kind: 'done', result: { capacity: null, firstFailing: 16, sure: false } };
    assert.deepEqual(after({ durationS: 3 }, 48), ended);
    assert.deepEqual(after({ requests: 30 }, 30), ended);
    // By default, runs at lower rates are longer.
    assert.deepEqual(after({}, 48).kind, 'try');
    // An over-saturated rate fails, whatever its number of requests.
    assert.deepEqual(after({ durationS: 3 }, 48, true).kind, 'try');
    assert.deepEqual(after({ durationS: 6 }, 96).kind, 'try');
  });

  it('judges each objective once', () => {
    const twice = makeSearchPlan(
      { by: 'concurrency', objectives: [...objectives, ...objectives], range: [1, 2] },
      {},
      file,
    );
    assert.deepEqual(twice.objectives, objectives);
  });

  it('asks for permission with its highest level', () => {
    assert.equal(searchLoadText(byConcurrency), 'requests of several runs, concurrency up to 256');
    assert.equal(searchLoadText(byRate), 'requests of several runs at up to 100,000 req/s');
  });
});

describe('repeating a search', () => {
  it('leaves the amount of a run to its level, even if all runs had the same', () => {
    assert.deepEqual(amountOf(choicesOf('concurrency', {}, [1, 1])), nothing);
    assert.deepEqual(amountOf(choicesOf('concurrency', {}, [1, 2, 64])), nothing);
    assert.deepEqual(amountOf(choicesOf('rate', {}, [Infinity])), nothing);
    assert.deepEqual(amountOf(choicesOf('rate', {}, [0.5, 20, Infinity])), nothing);
    assert.equal(choicesOf('rate', {}, [20, Infinity]).timeoutMs, 5000);
  });

  it('keeps an amount that the user chose', () => {
    assert.equal(choicesOf('concurrency', { requests: 500 }, [1, 2]).requests, 500);
    assert.equal(choicesOf('concurrency', { durationS: 30, warmup: 3 }, [1, 2]).durationS, 30);
    assert.equal(choicesOf('concurrency', { durationS: 30, warmup: 3 }, [1, 2]).warmup, 3);
    assert.equal(choicesOf('rate', { durationS: 30 }, [20, 40, Infinity]).durationS, 30);
  });

  it("applies the file's options, except for its amount", () => {
    const { requests, timeoutMs } = searchUnderFile({ timeoutMs: 1 }, { requests: 8, timeoutMs: 2 });
    assert.deepEqual([requests, timeoutMs], [undefined, 2]);
  });
});
