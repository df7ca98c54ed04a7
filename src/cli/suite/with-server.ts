import { credentialsOf } from '../../core/endpoints/credentials.ts';
import type { ExitCode } from '../../core/errors.ts';
import type { Objective } from '../../core/vocabulary.ts';
import { unmetSentence } from '../../core/report/words/failure-words.ts';
import { formatCount } from '../../core/format.ts';
import type { SuiteModel } from '../../core/record/suites/suite.ts';
import type { SuiteRuns, SuiteSetup } from '../../engine/suite.ts';
import type { SeriesHooks, SweepSnapshot } from '../../engine/sweep.ts';
import { withCalibration } from '../calibrate/store.ts';
import { checkMayLoad, endOf, onScreen, type Screen } from '../output/measure.ts';
import { progressText } from '../output/progress.ts';
import { makeFolder } from './files.ts';
import { startSuiteServer, type ServerChoice } from './server.ts';

/** Parsed options of all suites. */
export interface SuiteOptions extends ServerChoice {
  readonly out: string;
  readonly timeout: number;
  readonly insecure?: true;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly slo?: readonly Objective[];
  readonly allowHost?: readonly string[];
  readonly quiet?: true;
}

/** The server, screen, and hooks of a suite's measurement. */
export interface SuiteTools {
  readonly setup: SuiteSetup;
  readonly model: SuiteModel;
  readonly hooks: SeriesHooks<SuiteRuns>;
  readonly screen: Screen;
}

/** Starts the server, runs a suite, stops the server, and returns the exit code. */
export function withServer(
  options: SuiteOptions,
  { load, version }: { load: string; version: string },
  run: (tools: SuiteTools) => Promise<ExitCode>,
): Promise<ExitCode> {
  makeFolder(options.out);
  const { header: headers = [], slo: objectives = [], quiet = false, allowHost } = options;
  return onScreen(quiet, async (screen) => {
    const { signal } = screen;
    const { asked, pid, close, ...model } = await startSuiteServer(options, (text) => screen.show(text), signal);
    try {
      const refused = await checkMayLoad({ requests: [model], load, allowHost }, signal);
      if (refused !== undefined) return refused;
      const secrets = [...credentialsOf([{ headers, url: model.url }])];
      const ignoreEos = model.server === 'gpt2';
      const setup = { name: model.name, url: model.url, model: asked, ignoreEos, headers, objectives, secrets };
      const onSnapshot = (snapshot: SweepSnapshot): void => screen.show(stepText(snapshot));
      const hooks = { signal, fault: screen.fault, version, serverPid: pid, onSnapshot };
      const { timeout: timeoutMs, insecure = false } = options;
      return await run({ setup: { ...setup, timeoutMs, insecure }, model, hooks, screen });
    } finally {
      await close();
    }
  });
}

/** Returns the runs with this machine's saved calibration. */
export const calibrated = (measured: SuiteRuns): SuiteRuns => ({
  ...measured,
  runs: measured.runs.map(withCalibration),
});

/**
 * Returns the exit code, as for a run.
 * @param unmet one sentence on goals other than objectives that aren't met
 */
export const endOfSuite = (suite: Pick<SuiteRuns, 'status' | 'stopReason' | 'runs'>, unmet?: string): ExitCode => {
  const verdicts = suite.runs.flatMap(({ objectives }) => objectives);
  return endOf(suite, { runs: suite.runs, unmet: unmetSentence(verdicts) ?? unmet });
};

/** Returns the progress of a suite on one line. */
function stepText({ finished, runs, concurrency, plan, run }: SweepSnapshot): string {
  const place = `Step ${finished.length + 1} of ${runs ?? finished.length + 1}, concurrency ${formatCount(concurrency)}`;
  return `${place}  ${run === null ? 'Pausing…' : progressText(run, plan)}`;
}
