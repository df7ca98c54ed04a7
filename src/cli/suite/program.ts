import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';
import { parseGoal } from '../../core/record/suites/suite-goals.ts';
import { type SuiteGoal } from '../../core/record/suites/suite.ts';
import { gpt2Defaults, gpt2Dtypes } from '../../processes/gpt2-defaults.ts';
import { planOptions } from '../../core/values/plan-options.ts';
import { planOption } from '../options/plan-options.ts';
import { absoluteObjectives, header, numberFrom, parserOf, several } from '../options/values.ts';
import type { LatencyOptions } from './latency-command.ts';
import type { MemoryOptions } from './memory-command.ts';
import type { ThroughputOptions } from './throughput-command.ts';

/** Adds `loadlens suite` and its subcommands. */
export function addSuiteCommand(program: Command, version: string, done: (code: ExitCode) => void): void {
  const suite = program.command('suite').description('Benchmark a language model with a fixed workload');

  withServerOptions(suite.command('throughput'))
    .description('Measure requests/s and tokens/s by concurrency, with findings and recommendations')
    .option('--quick', 'send fewer requests, with a maximum concurrency of 4')
    .option('--reference', 'send exactly the prompts and counts of the reference')
    .option('--goal <goal>', "replace the default goals, such as 'single tokens/s > 40'; repeatable", goal)
    .addOption(new Option('--target <goal>').hideHelp().argParser(goal))
    .action(async (options: ThroughputOptions) => {
      const { throughputCommand } = await import('./commands.ts');
      done(await throughputCommand(options, version));
    });

  withServerOptions(suite.command('latency'))
    .description('Measure TTFT, tokens/s, and E2E by length of prompt and response')
    .option('--quick', 'send 3 requests for each pair of lengths instead of 5')
    .option(
      '--context <n>',
      'maximum tokens of prompt and response together (default: 1024 for gpt2, otherwise unlimited)',
      numberFrom(128, 10_000_000, 'a whole number'),
    )
    .action(async (options: LatencyOptions) => {
      const { latencyCommand } = await import('./commands.ts');
      done(await latencyCommand(options, version));
    });

  withServerOptions(suite.command('memory'))
    .description('Measure the resident memory of the server and detect leaks')
    .option('--quick', 'run 40 iterations instead of 80')
    .action(async (options: MemoryOptions) => {
      const { memoryCommand } = await import('./commands.ts');
      done(await memoryCommand(options, version));
    });
}

function withServerOptions(command: Command): Command {
  return command
    .requiredOption('--server <server>', 'server: gpt2 or mock (started by the suite), or the URL of a running server')
    .option(
      '--model <model>',
      `model of the GPT-2 server, or model name in requests to a URL (default: ${gpt2Defaults.model})`,
    )
    .addOption(
      new Option('--dtype <type>', `weight precision of the GPT-2 server (default: ${gpt2Defaults.dtype})`).choices(
        gpt2Dtypes,
      ),
    )
    .option('--out <folder>', 'folder for results, compared with earlier results in it', 'results')
    .addOption(
      new Option('--timeout <time>', 'timeout of a request')
        .argParser(parserOf(planOptions.timeoutMs.value))
        .default(120_000, '120s'),
    )
    .addOption(planOption('insecure'))
    .option(
      '-H, --header <header>',
      "add a header to all requests, such as 'Authorization: Bearer …'; repeatable",
      header,
    )
    .option('--slo <objectives>', "add objectives for each level, such as 'p95 < 2s'; repeatable", absoluteObjectives)
    .option('--allow-host <host>', 'allow load on this host; repeatable', several)
    .option('-q, --quiet', 'print no progress and no notes, only the result and errors');
}

function goal(text: string, before: readonly SuiteGoal[] = []): SuiteGoal[] {
  const parsed = parseGoal(text);
  if (parsed !== undefined) return [...before, parsed];
  throw new InvalidArgumentError(
    "Expected a metric and a bound, such as 'single tokens/s > 40', 'concurrent requests/s > 2', or 'failed requests = 0'.",
  );
}
