import { type ExitCode, LoadlensError } from '../../core/errors.ts';
import { memoryWorkload } from '../../core/plan/suite.ts';
import { chaptersText } from '../../core/report/sections.ts';
import { makeMemorySuite, memoryChapters } from '../../core/report/suite-memory.ts';
import { suiteFileName } from '../../core/report/suite-record.ts';
import { readProcessUse } from '../../engine/server-use.ts';
import { measureSteps } from '../../engine/suite.ts';
import { suiteFiles, writeSuite } from './files.ts';
import { calibrated, endOfSuite, withServer, type SuiteOptions } from './with-server.ts';

/** The options of `loadlens suite memory`. */
export interface MemoryOptions extends SuiteOptions {
  readonly quick?: true;
}

/** `loadlens suite memory`: answers the exit code; a leak is an objective that is not met. */
export function memoryCommand(options: MemoryOptions, version: string): Promise<ExitCode> {
  if (options.server !== 'gpt2' && options.server !== 'mock') {
    throw new LoadlensError('The memory of a server that Loadlens did not start can not be looked at.', {
      hint: 'Give --server gpt2 or --server mock.',
    });
  }
  const workload = memoryWorkload(options.quick === true);
  const { iterations, requests, concurrency, prompts, maxNewTokens: maxTokens } = workload;
  const load = `${iterations * requests} requests, up to ${concurrency} at a time,`;
  return withServer(options, { load, version }, async ({ setup, model, hooks, screen }) => {
    const { rssMiB: afterLoadMiB } =
      hooks.serverPid === undefined ? { rssMiB: null } : await readProcessUse(hooks.serverPid);
    const step = { prompts, maxTokens, stream: false, concurrency, requests, warmup: 0 };
    const steps = Array.from({ length: iterations }, () => step);
    const measured = calibrated(await measureSteps(setup, steps, hooks));
    const files = suiteFiles(options.out, suiteFileName('memory', model.name, measured.startedAt));
    const suite = makeMemorySuite({ ...measured, model, workload, afterLoadMiB, files });
    const chapters = memoryChapters(suite);
    screen.print(chaptersText(chapters));
    writeSuite(files, suite, chapters);
    return endOfSuite(suite, suite.verdict === 'leak' ? 'The memory of the server grows.' : undefined);
  });
}
