import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { makeSweepPlan } from '../../../src/core/plan/sweep.ts';
import { isSweep } from '../../../src/core/report/formats/results.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { readWanted, sweepPreset, withoutFilesObjectives } from '../../../src/extension/commands/run/sweep-preset.ts';
import { sweepWords, levelsOutcome } from '../../../src/extension/views/run-words.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api, forgetMockServer, openFile, useMockServer } from './support.ts';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`loadlens.${command}`, ...args);

describe('a capacity search in the editor', () => {
  let loadlens: LoadlensApi;
  let port = 0;
  const url = (route: string): string => `http://127.0.0.1:${port}${route}`;
  /** Number of responses of the mock server; 0 before it has been started. */
  const served = async (): Promise<number> => {
    const metrics = await fetch(url('/metrics')).then(
      (response) => response.text(),
      () => '',
    );
    return Number(/requests_total\S* (\d+)$/m.exec(metrics)?.[1] ?? 0);
  };
  const newest = (): SweepRecord => {
    const [result] = loadlens.results();
    assert.ok(result !== undefined && isSweep(result));
    return result;
  };
  /** Starts a search of the active file, and answers its questions as they are. Returns once it sends. */
  const search = async (last: number): Promise<{ readonly running: Thenable<unknown> }> => {
    const before = await served();
    const wanted = { search: { by: 'concurrency', objectives: 'p95 < 10s', last } };
    const running = run('runSweep', undefined, wanted);
    await waitFor('the questions are answered', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return (await served()) > before;
    });
    return { running };
  };

  before(async () => {
    loadlens = await api();
    port = await useMockServer();
  });

  after(forgetMockServer);

  it('becomes a result that says how it was found, and is searched again', async () => {
    await openFile('search.endpoints', ['# @requests 8', '', url('/hello')].join('\n'));
    await (
      await search(2)
    ).running;
    const found = newest();
    assert.equal(found.status, 'completed');
    const { objectives, trials: _, ...result } = found.search!;
    assert.deepEqual(result, { from: 1, to: 2, capacity: 2, firstFailing: null, sure: true });
    assert.deepEqual(
      objectives.map(({ text }) => text),
      ['p95 < 10s'],
    );
    assert.equal(found.capacity[0], 'Meets p95 < 10s at concurrency 2, the highest level allowed.');
    // The file's number of requests doesn't apply.
    assert.deepEqual(
      found.levels.map(({ plan, source }) => [plan.concurrency, plan.requests, source?.file]),
      [1, 2, 2].map((concurrency) => [concurrency, 118, 'search.endpoints']),
    );
    assert.equal(sweepWords(found), 'capacity 2');
    // Without an ID, the request comes from the memory of the workspace.
    for (const [command, id] of [
      ['runAgain', found.id],
      ['runAgain', undefined],
      ['repeatExactly', found.id],
    ] as const) {
      await run(command, id);
      const again = newest();
      assert.notEqual(again.id, found.id);
      assert.deepEqual(again.search, found.search);
      assert.deepEqual(
        again.levels.map(({ plan }) => plan),
        found.levels.map(({ plan }) => plan),
      );
    }
  });

  it('warns of too few requests to judge before anything is sent', async () => {
    await openFile('few.endpoints', ['# @requests 60', '# @slo p99 < 2s', '', url('/hello')].join('\n'));
    const { createInputBox } = vscode.window;
    const shown: unknown[] = [];
    Object.assign(vscode.window, {
      createInputBox: () => {
        const box = createInputBox();
        const show = box.show.bind(box);
        box.show = () => {
          show();
          if (!box.prompt?.startsWith('Requests per level')) return;
          shown.push(box.validationMessage, box.placeholder === box.prompt);
          box.hide();
        };
        return box;
      },
    });
    try {
      const asked = run('runSweep', undefined, { levels: [1, 2] });
      await waitFor('the amount is asked', async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return shown.length > 0;
      });
      await asked;
    } finally {
      Object.assign(vscode.window, { createInputBox });
    }
    assert.deepEqual(shown, [
      {
        message: 'Not enough requests to judge concurrency 1, 2: p99 needs 299 per level.',
        severity: vscode.InputBoxValidationSeverity.Warning,
      },
      true,
    ]);
  });

  it('keeps its finished levels when it is canceled', async () => {
    await openFile('search-slow.endpoints', `${url('/sleeper?sleep_length=1')}\n`);
    const before = await served();
    const { running } = await search(256);
    // The first level has ended: it has 118 requests and a warm-up.
    await waitFor('the second level', async () => (await served()) > before + 122);
    await run('cancelRun');
    await running;
    const found = newest();
    assert.deepEqual([found.status, found.search?.sure, found.search?.firstFailing], ['cancelled', false, null]);
    assert.ok(found.levels.length > 0);
    assert.equal(found.search?.trials.length, found.levels.length);
    assert.match(levelsOutcome(found), /^canceled: \d+ runs?$/i);
    assert.match(found.capacity[0] ?? '', /, the highest level tried\.$/);
  });
});

const preset = (file: ReturnType<typeof parseEndpoints>, ...[wanted, last]: Parameters<typeof sweepPreset>[2][]) =>
  sweepPreset(file, wanted, last, ({ levels = [1] }) => makeSweepPlan({ levels }, file));

describe('the questions of Run Sweep', () => {
  const url = 'http://127.0.0.1:1/';
  const judged = parseEndpoints(`# @slo p95 < 500ms, p99 < baseline\n\n${url}`);
  it('start with the objectives of the file that a search can judge', () => {
    assert.equal(preset(judged).kind, 'levels');
    assert.equal(preset(judged).load('searchRate'), 'p95 < 500ms');
    assert.equal(preset(parseEndpoints(`# @slo p50 < 1s\n${url}`)).load('searchConcurrency'), 'p50 < 1s');
    assert.equal(preset(parseEndpoints(url)).load('searchRate'), '');
    assert.deepEqual([preset(judged).bound('concurrency'), preset(judged).bound('rate')], ['256', '100000']);
    // The amounts of the file are those of single runs and fixed levels.
    const long = preset(parseEndpoints(`# @requests 9\n\n${url}`));
    assert.deepEqual(
      [long.amount('levels'), long.amount('searchConcurrency'), long.amount('searchRate')],
      ['9', '', ''],
    );
  });

  it('start with the last answers, and with objectives of the file that have changed since', () => {
    const search = readWanted({ search: { by: 'rate', objectives: 'p95 < 500ms', last: 64 } });
    assert.ok(search?.search !== undefined);
    const kept = withoutFilesObjectives(search, judged);
    const changed = parseEndpoints(`# @slo p95 < 300ms\n\n${url}`);
    const again = preset(changed, undefined, kept);
    assert.deepEqual(
      [again.kind, again.load('searchRate'), again.bound('rate'), again.bound('concurrency')],
      ['searchRate', 'p95 < 300ms', '64', '256'],
    );
    assert.equal(again.amount('searchRate'), '');
    const timed = preset(judged, undefined, { ...search, durationS: 30 });
    assert.deepEqual([timed.amount('searchRate'), timed.amount('searchConcurrency')], ['30s', '']);
    const own = withoutFilesObjectives(search, changed);
    assert.equal(preset(changed, undefined, own).load('searchRate'), 'p95 < 500ms');
  });

  it('are asked for by other commands only in a known form', () => {
    assert.deepEqual(readWanted({ levels: [1, 2] }), { levels: [1, 2] });
    assert.deepEqual(readWanted({ rates: [1, null] }), { rates: [1, null] });
    for (const argument of [undefined, null, 'x', { levels: 'x' }, { search: { by: 'x' } }, { rates: [0] }])
      assert.equal(readWanted(argument), undefined);
    const wrong = { by: 'rate', objectives: 'p95 < baseline', last: 1 };
    assert.equal(readWanted({ search: wrong }), undefined);
  });
});
