import type { ExitCode } from '../../core/errors.ts';
import { throughputWorkload } from '../../core/plan/suites/suite.ts';
import { notMet } from '../../core/report/words/failure-words.ts';
import { earlierFrom, isSameModel, makeThroughputSuite } from '../../core/record/suites/make-suite.ts';
import { readThroughputSuite } from '../../core/record/suites/read-suite.ts';
import { goalText } from '../../core/record/suites/suite-goals.ts';
import { type SuiteGoal } from '../../core/record/suites/suite.ts';
import { throughputChapters } from '../../core/report/suites/suite-throughput.ts';
import { measureThroughput } from '../../engine/suite.ts';
import { readEarlier } from './files.ts';
import { reportSuite } from './report-suite.ts';
import { endOfSuite, withServer, type SuiteOptions } from './with-server.ts';

/** Parsed options of `loadlens suite throughput`. */
export interface ThroughputOptions extends SuiteOptions {
  readonly quick?: true;
  readonly reference?: true;
  readonly goal?: readonly SuiteGoal[];
  /** Deprecated name of `goal`. */
  readonly target?: readonly SuiteGoal[];
}

/** Runs `loadlens suite throughput` and returns the exit code. */
export function throughputCommand(options: ThroughputOptions, version: string): Promise<ExitCode> {
  const workload = throughputWorkload(options.quick === true, options.reference && 'reference');
  const most = Math.max(...workload.levels.map(({ concurrency }) => concurrency));
  const sent = workload.levels.reduce((sum, { requests }) => sum + requests + workload.warmupRequests, 0);
  const load = `${sent} requests, concurrency up to ${most},`;
  return withServer(options, { load, version }, async (tools) => {
    const { setup, model, screen } = tools;
    if (options.target !== undefined) screen.note('--target is deprecated. Use --goal.');
    const earlier = readEarlier(options.out, 'throughput', readThroughputSuite)
      .filter((suite) => suite.status === 'completed' && isSameModel(suite.model, model))
      .map(earlierFrom);
    const goals = [...(options.goal ?? []), ...(options.target ?? [])];
    const suite = await reportSuite(tools, {
      kind: 'throughput',
      out: options.out,
      measure: (hooks) => measureThroughput(setup, workload, hooks),
      make: (runs, files) =>
        makeThroughputSuite({ ...runs, model, workload, earlier, files, ...(goals.length > 0 && { targets: goals }) }),
      chaptersOf: throughputChapters,
    });
    const missed = suite.targets.filter(({ pass }) => !pass);
    const names = missed.map((goal) => `${goal.metric} ${goalText(goal)}`);
    return endOfSuite(suite, notMet('goal', suite.targets.length, names));
  });
}
