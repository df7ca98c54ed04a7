import { type ExitCode, LoadlensError } from '../../core/errors.ts';
import { memoryWorkload } from '../../core/plan/suites/suite.ts';
import { makeMemorySuite, memoryChapters } from '../../core/report/suites/suite-memory.ts';
import { readProcessUse } from '../../engine/machine/server-use.ts';
import { measureSteps } from '../../engine/suite.ts';
import { reportSuite } from './report-suite.ts';
import { endOfSuite, withServer, type SuiteOptions } from './with-server.ts';

/** Parsed options of `loadlens suite memory`. */
export interface MemoryOptions extends SuiteOptions {
  readonly quick?: true;
}

/** Runs `loadlens suite memory` and returns the exit code. A leak counts as an objective that isn't met. */
export function memoryCommand(options: MemoryOptions, version: string): Promise<ExitCode> {
  if (options.server !== 'gpt2' && options.server !== 'mock') {
    throw new LoadlensError('The memory suite measures only servers that it starts.', {
      hint: 'Use --server gpt2 or --server mock.',
    });
  }
  const workload = memoryWorkload(options.quick === true);
  const { iterations, requests, concurrency, prompts, maxNewTokens: maxTokens } = workload;
  const load = `${iterations * requests} requests, concurrency up to ${concurrency},`;
  return withServer(options, { load, version }, async (tools) => {
    const { setup, model, hooks } = tools;
    const { rssMiB: afterLoadMiB } =
      hooks.serverPid === undefined ? { rssMiB: null } : await readProcessUse(hooks.serverPid);
    const step = { prompts, maxTokens, stream: false, concurrency, requests, warmup: 0 };
    const steps = Array.from({ length: iterations }, () => step);
    const suite = await reportSuite(tools, {
      kind: 'memory',
      out: options.out,
      measure: (suiteHooks) => measureSteps(setup, steps, suiteHooks),
      make: (runs, files) => makeMemorySuite({ ...runs, model, workload, afterLoadMiB, files }),
      chaptersOf: memoryChapters,
    });
    return endOfSuite(suite, suite.verdict === 'leak' ? 'Memory leak detected.' : undefined);
  });
}
