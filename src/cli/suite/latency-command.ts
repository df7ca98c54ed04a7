import type { ExitCode } from '../../core/errors.ts';
import { distinctPrompts } from '../../core/plan/suite-prompts.ts';
import { latencyWorkload } from '../../core/plan/suite.ts';
import { chaptersText } from '../../core/report/sections.ts';
import { latencyChapters, makeLatencySuite } from '../../core/report/suite-latency.ts';
import { suiteFileName } from '../../core/report/suite-record.ts';
import { measureSteps } from '../../engine/suite.ts';
import { suiteFiles, writeSuite } from './files.ts';
import { calibrated, endOfSuite, withServer, type SuiteOptions } from './with-server.ts';

/** The options of `loadlens suite latency`. */
export interface LatencyOptions extends SuiteOptions {
  readonly quick?: true;
  readonly context?: number;
}

/** Tokens that GPT-2 can look at. */
const gpt2Context = 1024;

/** `loadlens suite latency`: answers the exit code. */
export function latencyCommand(options: LatencyOptions, version: string): Promise<ExitCode> {
  const context = options.context ?? (options.server === 'gpt2' ? gpt2Context : null);
  const workload = latencyWorkload(options.quick === true, context);
  const { cells, requests, warmupRequests: warmup } = workload;
  const load = `${cells.length * (requests + warmup)} requests, one at a time,`;
  return withServer(options, { load, version }, async ({ setup, model, hooks, screen }) => {
    const sent = requests + warmup;
    const steps = cells.map(({ input, output }, index) => ({
      prompts: distinctPrompts(input, model.server !== 'url', sent, index * sent),
      maxTokens: output,
      stream: true,
      concurrency: 1,
      requests,
      warmup,
    }));
    const measured = calibrated(await measureSteps(setup, steps, hooks));
    const files = suiteFiles(options.out, suiteFileName('latency', model.name, measured.startedAt));
    const suite = makeLatencySuite({ ...measured, model, workload, files });
    const chapters = latencyChapters(suite);
    screen.print(chaptersText(chapters));
    writeSuite(files, suite, chapters);
    return endOfSuite(suite);
  });
}
