import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { defaultRules } from '../../../src/core/comparison/compare-sides.ts';
import { createRecorder } from '../../../src/core/metrics/recorder/recorder.ts';
import { makeSearchPlan } from '../../../src/core/plan/capacity-search.ts';
import type { RunInput } from '../../../src/core/plan/types.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { compactRecord } from '../../../src/core/record/compact-run.ts';
import { makeKeptComparison } from '../../../src/core/report/comparisons/kept-comparison.ts';
import { isRun, isSweep, nameOf } from '../../../src/core/report/formats/results.ts';
import { makeSweepRecord } from '../../../src/core/record/sweeps/make-sweep.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { createConsent, type Consent } from '../../../src/extension/services/workspace/consent.ts';
import { takeOver } from '../../../src/extension/commands/run/announce.ts';
import { measure } from '../../../src/extension/commands/run/launch.ts';
import type { Notify } from '../../../src/extension/services/workspace/notify.ts';
import { createHistory, maxHistoryBytes, prune } from '../../../src/extension/services/runs/history.ts';
import { createRuns, type RunsParts } from '../../../src/extension/services/runs/runs.ts';
import { prepareInput } from '../../../src/extension/services/runs/prepare-input.ts';
import type { Secrets } from '../../../src/extension/services/workspace/secrets.ts';
import { createUnfinished } from '../../../src/extension/services/runs/unfinished.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, openFile } from './support.ts';

const log = vscode.window.createOutputChannel('Loadlens tests', { log: true });

const nothing = (): void => undefined;

/** Remembers as a workspace does. */
function memory(): vscode.Memento {
  const values = new Map<string, string>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T): T | undefined => {
      const json = values.get(key);
      return json === undefined ? otherwise : JSON.parse(json);
    },
    update: (key: string, value: unknown) => {
      values.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

describe('services', () => {
  let record: RunRecord;
  const numbered = (n: number, padding = 0): RunRecord => ({
    ...record,
    id: `run-${n}`,
    name: 'x'.repeat(padding) || record.name,
  });

  const sweepOf = (id: string, count: number): SweepRecord => {
    const levels = Array.from({ length: count }, (_, n) => ({
      ...record,
      plan: { ...record.plan, concurrency: n + 1 },
    }));
    const planned = levels.map(({ plan }) => plan.concurrency);
    return makeSweepRecord({
      id,
      name: 'x',
      startedAt: record.startedAt,
      status: 'completed',
      planned,
      coolDownMs: 0,
      levels,
    });
  };

  before(async () => {
    const loadlens = await api();
    const document = await openFile('nobody.endpoints', '# @requests 1\n\n# @name nobody\nhttp://127.0.0.1:1/\n');
    await vscode.commands.executeCommand('loadlens.runFile', document.uri);
    const [made] = loadlens.runs();
    assert.ok(made);
    record = made;
  });

  describe('history', () => {
    it('is bounded in number and bytes, and always keeps the newest', () => {
      const runs = Array.from({ length: 10 }, (_, n) => numbered(n));
      assert.deepEqual(
        prune(runs, 3, Infinity).map((run) => run.id),
        ['run-0', 'run-1', 'run-2'],
      );
      const size = Buffer.byteLength(JSON.stringify(numbered(0)));
      assert.equal(prune(runs, 10, size * 4.5).length, 4);
      assert.equal(prune(runs, 10, 1).length, 1);
    });

    it('is read back completely, except for unreadable entries', async () => {
      const store = memory();
      const options = { store, maxRuns: () => 50, log };
      const first = createHistory(options);
      for (let n = 0; n < 60; n += 1) await first.add(numbered(n));
      assert.equal(first.runs().length, 50);
      const stored = store.get<unknown[]>('loadlens.history', []);
      assert.ok(Buffer.byteLength(JSON.stringify(stored)) <= maxHistoryBytes);
      await store.update('loadlens.history', [{ schema: 'something else' }, ...stored]);
      const second = createHistory(options);
      assert.deepEqual(second.runs(), first.runs());
      await second.remove(['run-59']);
      assert.equal(second.runs()[0]?.id, 'run-58');
      await second.clear();
      assert.deepEqual(createHistory(options).runs(), []);
    });

    it('keeps sweeps next to runs, each within its share', async () => {
      const store = memory();
      const options = { store, maxRuns: () => 50, log };
      const history = createHistory(options);
      await history.add(numbered(1));
      await history.add(sweepOf('sweep', 40));
      await history.add(numbered(2));
      assert.deepEqual(
        history.results().map(({ id }) => id),
        ['run-2', 'sweep', 'run-1'],
      );
      assert.deepEqual(
        history.runs().map(({ id }) => id),
        ['run-2', 'run-1'],
      );
      const again = createHistory(options);
      assert.deepEqual(again.results(), history.results());
      const kept = again.get('sweep');
      assert.ok(kept !== undefined && isSweep(kept));
      assert.equal(kept.levels.length, 40);
      assert.ok(Buffer.byteLength(JSON.stringify(kept)) < maxHistoryBytes / 2);
    });

    it('shows the results of version 0.2', async () => {
      const file = path.join(
        vscode.extensions.getExtension('loadlens.loadlens')!.extensionPath,
        'test/fixtures/records/history.json',
      );
      const stored: { id: string }[] = JSON.parse(readFileSync(file, 'utf8'));
      const store = memory();
      await store.update('loadlens.history', stored);
      const history = createHistory({ store, maxRuns: () => 50, log });
      assert.deepEqual(
        history.results().map(({ id }) => id),
        stored.map(({ id }) => id),
      );
      assert.equal(history.runs().length, 2);
    });

    it('keeps pinned results, and rejects pins that leave no space', async () => {
      const store = memory();
      const history = createHistory({ store, maxRuns: () => 2, log });
      await history.add(numbered(0));
      await history.mark('run-0', { pinned: true });
      for (let n = 1; n < 5; n += 1) await history.add(numbered(n));
      const ids = () => history.results().map(({ id }) => id);
      assert.deepEqual(ids(), ['run-4', 'run-3', 'run-0']);
      assert.deepEqual(createHistory({ store, maxRuns: () => 2, log }).markOf('run-0'), { pinned: true });
      await history.mark('run-0', {});
      await history.add(numbered(5));
      assert.deepEqual(ids(), ['run-5', 'run-4']);

      const size = Buffer.byteLength(JSON.stringify(compactRecord(numbered(100))));
      const fits = Math.floor((0.75 * maxHistoryBytes) / size);
      const full = createHistory({ store: memory(), maxRuns: () => 1000, log });
      for (let n = 100; n <= 100 + fits; n += 1) await full.add(numbered(n));
      for (let n = 100; n < 100 + fits; n += 1) await full.mark(`run-${n}`, { pinned: true });
      await assert.rejects(
        full.mark(`run-${100 + fits}`, { pinned: true }),
        /^LoadlensError: Pinned results would leave no room for new ones\.$/,
      );
    });

    it('restores deleted results in place, with label and note', async () => {
      const store = memory();
      const history = createHistory({ store, maxRuns: () => 50, log });
      for (let n = 0; n < 4; n += 1) await history.add(numbered(n));
      await history.mark('run-1', { name: 'baseline', note: 'before the index' });
      const undo = await history.remove(['run-1', 'run-2']);
      assert.deepEqual([history.results().length, history.markOf('run-1')], [2, {}]);
      await history.add(numbered(4));
      await undo();
      const again = createHistory({ store, maxRuns: () => 50, log });
      assert.deepEqual(
        again.results().map(({ id }) => id),
        ['run-4', 'run-3', 'run-2', 'run-1', 'run-0'],
      );
      assert.deepEqual(again.markOf('run-1'), { name: 'baseline', note: 'before the index' });
    });

    it('keeps comparisons next to runs', async () => {
      const store = memory();
      const history = createHistory({ store, maxRuns: () => 50, log });
      const kept = (n: number) => ({ file: `${n}`, run: numbered(n) });
      const comparison = makeKeptComparison([kept(1), kept(2)], [kept(3), kept(4)], {
        rules: defaultRules,
        chosen: undefined,
        id: 'comparison',
        startedAt: record.startedAt,
      });
      await history.add(numbered(1));
      await history.add(comparison);
      const again = createHistory({ store, maxRuns: () => 50, log });
      assert.deepEqual(again.get('comparison'), comparison);
      assert.deepEqual(
        again.runs().map(({ id }) => id),
        ['run-1'],
      );
    });

    it('is kept in memory if no folder is open', async () => {
      const history = createHistory({ store: undefined, maxRuns: () => 2, log });
      assert.equal(history.keptForSession, true);
      for (let n = 0; n < 3; n += 1) await history.add(numbered(n));
      assert.deepEqual(
        history.runs().map((run) => run.id),
        ['run-2', 'run-1'],
      );
    });
  });

  const question = {
    hosts: ['example.com:443'],
    plan: { requests: 5, durationS: null, concurrency: 1 },
    secrets: [],
  };

  describe('consent', () => {
    it("isn't asked for this machine, is asked once per host, and can be revoked", async () => {
      const workspace = memory();
      assert.equal(await createConsent(workspace).ask({ ...question, hosts: [] }), true);
      await workspace.update('loadlens.allowedHosts', ['example.com:443', 'example.org:80']);
      const consent = createConsent(workspace);
      assert.equal(await consent.ask(question), true);
      await consent.forget(['example.org:80']);
      assert.deepEqual(createConsent(workspace).hosts(), ['example.com:443']);
    });
  });

  describe('a run on a new host', () => {
    it('asks for consent before its secret', async () => {
      const text = ['GET https://example.com/', 'Authorization: {{$secret KEY}}', ''].join('\n');
      const { uri } = await openFile('consent.endpoints', text);
      const { targets } = parseEndpoints(text);
      const said: string[] = [];
      const consentOf = (allowed: boolean): Consent => ({
        ask: ({ hosts, secrets }) => {
          said.push(`${hosts.join()} ${secrets.join()}`);
          return Promise.resolve(allowed);
        },
        hosts: () => [],
        askCommands: () => Promise.resolve(allowed),
        commands: () => [],
        forget: () => Promise.resolve(),
      });
      const secrets: Secrets = {
        onDidChange: new vscode.EventEmitter<void>().event,
        names: () => Promise.resolve([]),
        ask: () => Promise.resolve(''),
        forget: () => Promise.resolve(),
        resolve: (names) => {
          said.push(`secret ${names.join()}`);
          return Promise.resolve(new Map(names.map((name) => [name, 'value'])));
        },
        dispose: nothing,
      };
      const prepare = (allowed: boolean) =>
        prepareInput({ uri, name: 'x', targets }, { consent: consentOf(allowed), secrets, plan: question.plan });
      assert.equal(await prepare(false), undefined);
      assert.deepEqual(said.splice(0), ['example.com:443 KEY']);
      assert.equal((await prepare(true))?.input.requests.length, 1);
      assert.deepEqual(said, ['example.com:443 KEY', 'secret KEY', 'example.com:443 KEY']);
    });
  });

  describe('a benchmark process that crashes', () => {
    let folder = '';
    const extension = vscode.extensions.getExtension('loadlens.loadlens');
    const entry = (name: string): string => path.join(extension?.extensionPath ?? '', 'test/fixtures/processes', name);
    const store = memory();
    const unfinished = createUnfinished(store, log);
    const parts = (name: string): RunsParts => ({ entry: entry(name), unfinished, log });
    const input = (name: string): RunInput => ({
      name,
      plan: record.plan,
      targets: [],
      requests: [],
      secrets: [],
      file: { path: path.join(folder, 'snapshot.json'), shownAs: 'crash.endpoints' },
    });

    before(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'crash-'));
      const recorder = createRecorder({ targetNames: ['a'], latencyLimitMs: [undefined] });
      for (let n = 0; n < 17; n += 1) {
        recorder.add({ target: 0, scheduledMs: n, sentMs: n, headersMs: n + 1, endMs: n + 2, status: 200, bytes: 3 });
      }
      const snapshot = { phase: 'running', elapsedMs: 1200, inFlight: 4, summary: recorder.liveSummary() };
      writeFileSync(path.join(folder, 'snapshot.json'), JSON.stringify(snapshot));
      writeFileSync(path.join(folder, 'record.json'), JSON.stringify(record));
      const empty = createRecorder({ targetNames: ['a'], latencyLimitMs: [undefined] }).liveSummary();
      const partial = { ...record, ...empty, status: 'crashed', stopReason: 'Right after the start.' };
      writeFileSync(path.join(folder, 'partial.json'), JSON.stringify(partial));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it('leaves its partial results', async () => {
      const runs = createRuns(parts('crash.mjs'));
      const kept = await runs.run({ type: 'run', input: input('crash') });
      assert.ok(kept !== undefined && isRun(kept));
      assert.equal(kept.status, 'crashed');
      assert.equal(kept.requestsSent, 17);
      assert.equal(kept.requestsCancelled, 4);
      assert.equal(kept.stopReason, 'The benchmark process ended (exit code 7).');
      // All that was known before: none of it is in a snapshot.
      const { id, startedAt, environment, source, warmupSent, addresses } = record;
      assert.deepEqual(
        [kept.id, kept.startedAt, kept.environment, kept.source, kept.warmupSent, kept.addresses],
        [id, startedAt, environment, source, warmupSent, addresses],
      );
      assert.equal(runs.state().kind, 'idle');
      runs.dispose();
    });

    it('leaves the finished levels of a sweep', async () => {
      const runs = createRuns(parts('crash.mjs'));
      const { plan, ...rest } = input('crash');
      const levels = [1, 2, 4].map((concurrency) => Object.assign({}, plan, { concurrency }));
      const kept = await runs.run({
        type: 'sweep',
        input: { ...rest, plan: { levels, coolDownMs: 0 } },
      });
      assert.ok(kept !== undefined && isSweep(kept));
      assert.equal(kept.status, 'crashed');
      assert.deepEqual(kept.planned, [1, 2, 4]);
      assert.deepEqual(
        kept.levels.map(({ id }) => id),
        [record.id],
      );
      assert.equal(kept.unfinished?.requestsSent, 17);
      runs.dispose();
    });

    it('leaves the finished runs of a capacity search', async () => {
      const runs = createRuns(parts('crash.mjs'));
      const { plan: _, ...rest } = input('crash');
      const { objectives } = parseObjectives('p95 < 10s');
      const plan = makeSearchPlan({ by: 'concurrency', objectives, range: [1, 8] }, {}, { defaults: {} });
      const kept = await runs.run({ type: 'search', input: { ...rest, plan } });
      assert.ok(kept !== undefined && isSweep(kept));
      assert.equal(kept.status, 'crashed');
      assert.deepEqual([kept.search?.from, kept.search?.to, kept.search?.trials.length], [1, 8, 1]);
      assert.equal(kept.unfinished?.requestsSent, 17);
      runs.dispose();
    });

    it('leaves partial results also if it fails with a reason', async () => {
      const runs = createRuns(parts('crash.mjs'));
      const kept = await runs.run({ type: 'run', input: input('fault') });
      assert.ok(kept !== undefined && isRun(kept));
      assert.deepEqual([kept.status, kept.stopReason, kept.requestsSent], ['crashed', 'It failed.', 17]);
      runs.dispose();
    });

    it('runs three tasks one after the other, and keeps the partial results of the current one', async () => {
      await unfinished.forget();
      const runs = createRuns(parts('short.mjs'));
      const history = createHistory({ store: memory(), maxRuns: () => 5, log });
      const notify: Notify = {
        info: nothing,
        warn: nothing,
        error: nothing,
        failure: nothing,
        openLog: { label: '', run: nothing },
      };
      const tools = { runs, history, unfinished, notify, showLive: nothing, showFinished: nothing };
      const kept: string[] = [];
      const all = ['aaaa', 'bbbb', 'cccc'].map((name) =>
        runs.inTurn(async () => {
          const measured = measure({ type: 'run', input: input(name) }, tools);
          await waitFor('a snapshot', () => {
            const state = runs.state();
            return state.kind === 'running' && state.snapshot !== null;
          });
          // The one before has come to its end by now, and must not take this away.
          await sleep(200);
          const left = unfinished.left();
          kept.push(left === undefined ? 'nothing' : nameOf(left));
          await measured;
        }),
      );
      assert.equal(runs.isBusy(), true);
      await Promise.all(all);
      assert.equal(runs.isBusy(), false);
      assert.deepEqual(kept, ['aaaa', 'bbbb', 'cccc']);
      assert.deepEqual(
        history.runs().map(({ name }) => name),
        ['cccc', 'bbbb', 'aaaa'],
      );
      assert.equal(unfinished.left(), undefined);
      runs.dispose();
    });

    it('reports if there are no partial results', async () => {
      const runs = createRuns(parts('crash.mjs'));
      await assert.rejects(
        runs.run({ type: 'run', input: input('at once') }),
        /ended before it had measured anything \(exit code 3\)/,
      );
      runs.dispose();
    });

    it('stores partial results all along, in case the window closes', async () => {
      await unfinished.forget();
      const runs = createRuns(parts('deaf.mjs'));
      const finished = runs.run({ type: 'run', input: input('gone') });
      await waitFor('what is kept', () => {
        const kept = unfinished.left();
        return kept !== undefined && nameOf(kept) === 'gone';
      });
      runs.dispose();
      const last = await finished;
      assert.ok(last !== undefined && isRun(last));
      const left = createUnfinished(store, log).left();
      assert.deepEqual(left, compactRecord(last));
      assert.ok(left !== undefined && isRun(left));
      assert.equal(left.status, 'crashed');
      assert.equal(left.requestsSent, 17);
      assert.match(left.stopReason ?? '', /^The window was reloaded or closed during the run/);
    });

    it('adds partial results to the history once, and reports them once', async () => {
      const history = createHistory({ store: memory(), maxRuns: () => 5, log });
      const said: string[] = [];
      const notify = { warn: (message: string) => void said.push(message) };
      for (let window = 0; window < 2; window += 1) await takeOver(unfinished, history, notify, nothing);
      assert.deepEqual(
        history.runs().map(({ name, status }) => [name, status]),
        [['gone', 'crashed']],
      );
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', /^gone was running when the window closed or reloaded/);
    });

    it("is terminated if it doesn't react to a cancel", async () => {
      const runs = createRuns(parts('deaf.mjs'));
      const finished = runs.run({ type: 'run', input: input('deaf') });
      await waitFor('a snapshot', () => {
        const state = runs.state();
        return state.kind === 'running' && state.snapshot !== null;
      });
      runs.cancel();
      const kept = await finished;
      assert.deepEqual(
        [kept?.status, kept?.stopReason],
        ['cancelled', 'The benchmark process didn’t stop on Cancel and was terminated.'],
      );
      runs.dispose();
    });
  });
});
