import type { ExitCode } from '../../core/errors.ts';
import { distinctPrompts } from '../../core/plan/suites/suite-prompts.ts';
import { latencyWorkload } from '../../core/plan/suites/suite.ts';
import { latencyChapters, makeLatencySuite } from '../../core/report/suites/suite-latency.ts';
import { measureSteps } from '../../engine/suite.ts';
import { reportSuite } from './report-suite.ts';
import { endOfSuite, withServer, type SuiteOptions } from './with-server.ts';

/** Parsed options of `loadlens suite latency`. */
export interface LatencyOptions extends SuiteOptions {
  readonly quick?: true;
  readonly context?: number;
}

/** Context length of GPT-2, in tokens. */
const gpt2Context = 1024;

/** Runs `loadlens suite latency` and returns the exit code. */
export function latencyCommand(options: LatencyOptions, version: string): Promise<ExitCode> {
  const context = options.context ?? (options.server === 'gpt2' ? gpt2Context : null);
  const workload = latencyWorkload(options.quick === true, context);
  const { cells, requests, warmupRequests: warmup } = workload;
  const load = `${cells.length * (requests + warmup)} requests at concurrency 1`;
  return withServer(options, { load, version }, async (tools) => {
    const { setup, model } = tools;
    const sent = requests + warmup;
    const steps = cells.map(({ input, output }, index) => ({
      prompts: distinctPrompts(input, model.server !== 'url', sent, index * sent),
      maxTokens: output,
      stream: true,
      concurrency: 1,
      requests,
      warmup,
    }));
    const suite = await reportSuite(tools, {
      kind: 'latency',
      out: options.out,
      measure: (hooks) => measureSteps(setup, steps, hooks),
      make: (runs, files) => makeLatencySuite({ ...runs, model, workload, files }),
      chaptersOf: latencyChapters,
    });
    return endOfSuite(suite);
  });
}
