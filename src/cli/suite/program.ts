import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';
import { parseSuiteTarget } from '../../core/record/suite-targets.ts';
import { type SuiteTarget } from '../../core/record/suite.ts';
import { gpt2Dtypes } from '../../processes/gpt2-defaults.ts';
import { insecureHelp } from '../options/plan-options.ts';
import { header, numberFrom, objectives, planTime, several } from '../options/values.ts';
import type { LatencyOptions } from './latency-command.ts';
import type { MemoryOptions } from './memory-command.ts';
import type { ThroughputOptions } from './throughput-command.ts';

const usualTimeoutMs = 120_000;

/** Adds `loadlens suite` and what it can do. */
export function addSuiteCommand(program: Command, version: string, done: (code: ExitCode) => void): void {
  const suite = program.command('suite').description('Benchmarks a language model by a fixed workload.');

  withServerOptions(suite.command('throughput'))
    .description('Requests and tokens per second, alone and with several requests at once, and what follows from them.')
    .option('--quick', 'fewer requests, and no more than 4 at once')
    .option('--reference', "exactly the reference's prompts and counts, to compare with its results")
    .option(
      '--target <target>',
      "in the place of the usual targets, such as 'single tokens/s > 40'; repeatable",
      target,
    )
    .action(async (options: ThroughputOptions) => {
      const { throughputCommand } = await import('./throughput-command.ts');
      done(await throughputCommand(options, version));
    });

  withServerOptions(suite.command('latency'))
    .description('Time to first token, tokens per second and time to last token, by the length of prompt and answer.')
    .option('--quick', '3 requests for each pair of lengths instead of 5')
    .option(
      '--context <n>',
      'tokens that prompt and answer may have together (default: 1024 for gpt2, otherwise not limited)',
      numberFrom(128, 10_000_000, 'a whole number'),
    )
    .action(async (options: LatencyOptions) => {
      const { latencyCommand } = await import('./latency-command.ts');
      done(await latencyCommand(options, version));
    });

  withServerOptions(suite.command('memory'))
    .description('Resident memory of the server: after loading, in inference, and whether it grows without end.')
    .option('--quick', '40 iterations instead of 80')
    .action(async (options: MemoryOptions) => {
      const { memoryCommand } = await import('./memory-command.ts');
      done(await memoryCommand(options, version));
    });
}

function withServerOptions(command: Command): Command {
  return command
    .requiredOption('--server <server>', 'gpt2 or mock, which the suite starts itself, or an address')
    .option('--model <model>', 'model of the GPT-2 server, or the name that an address is asked for')
    .addOption(new Option('--dtype <type>', 'precision of the GPT-2 server').choices(gpt2Dtypes))
    .option('--out <folder>', 'where results go, and earlier ones are looked for', 'results')
    .option('--timeout <time>', 'longest time for one request (default: 120s)', planTime('timeoutMs'), usualTimeoutMs)
    .option('--insecure', insecureHelp)
    .option('-H, --header <header>', "header of every request, such as 'Authorization: Bearer …'; repeatable", header)
    .option('--slo <objectives>', "objectives of every level, such as 'p95 < 2s'; repeatable", objectives)
    .option('--allow-host <host>', 'another machine that may be loaded; repeatable', several)
    .option('-q, --quiet', 'no progress and no notes on standard error, only errors');
}

function target(text: string, before: readonly SuiteTarget[] = []): SuiteTarget[] {
  const parsed = parseSuiteTarget(text);
  if (parsed !== undefined) return [...before, parsed];
  throw new InvalidArgumentError(
    "It must be single or concurrent, requests/s or tokens/s, and a bound, such as 'single tokens/s > 40', or 'failed requests = 0'.",
  );
}
