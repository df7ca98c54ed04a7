import { bundledServers } from '../core/endpoints/bundled-servers.ts';
import { Command, CommanderError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { ExitCode } from '../core/errors.ts';
import { cacheFolder } from '../processes/cache-folder.ts';
import { gpt2Defaults, gpt2Dtypes, threadsFor } from '../processes/gpt2-defaults.ts';
import type { Gpt2Options } from '../processes/gpt2-messages.ts';
import { defaultHost, type MockServerOptions } from '../servers/mock/server.ts';
import { addAbCommand } from './ab/program.ts';
import { addBaselineCommand } from './baselines/program.ts';
import type { CalibrateOptions } from './commands/calibrate-command.ts';
import { describeFailure } from './failure.ts';
import { addPlanOptions, addReportOptions, planOption } from './options/plan-options.ts';
import type { RunOptions } from './commands/run-command.ts';
import { addScaleOutCommands } from './scale-out/program.ts';
import { serveMockCommand } from './commands/serve-command.ts';
import { addSuiteCommand } from './suite/program.ts';
import { addCheckOptions } from './options/judge-options.ts';
import { addRepeatOptions } from './options/repeat-options.ts';
import { addSweepOptions } from './options/sweep-options.ts';
import { numberFrom, several } from './options/values.ts';

/** Runs the command line (docs/cli.md) and returns the exit code. Writes failures to standard error. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let unwritten = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes early, such as `| head`, isn't a failure.
    if (error.code === 'EPIPE' || unwritten) return;
    unwritten = true;
    process.stderr.write(
      `error: Can't write to standard output: ${error.message}.\nhint:  Check the disk, then run again.\n`,
    );
  });
  /** Returns the exit code, or that of a usage error if standard output failed. Its errors arrive one loop turn late. */
  const written = async (code: ExitCode): Promise<ExitCode> => {
    await new Promise((resolve) => setImmediate(resolve));
    return unwritten && code === ExitCode.done ? ExitCode.usage : code;
  };
  // Nowhere to report it.
  process.stderr.on('error', () => {});
  let exitCode: ExitCode = ExitCode.done;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return await written(exitCode);
  } catch (error) {
    // Commander has already shown the error. Help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? written(ExitCode.done) : ExitCode.usage;
    const failure = describeFailure(error, process.env['LOADLENS_DEBUG'] === '1');
    process.stderr.write(failure.text);
    return failure.exitCode;
  }
}

/** Returns the command line. `done` receives the exit code of the command that ran. */
export function makeProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('loadlens')
    .description('Benchmark HTTP and LLM endpoints')
    .version(manifest.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .showHelpAfterError('hint:  Use --help to list commands and options.')
    .exitOverride();

  addCheckOptions(addReportOptions(addRepeatOptions(addPlanOptions(addSweepOptions(program.command('run'))))))
    .description('Benchmark the targets of an endpoints file and show the result')
    .argument('[file]', 'endpoints file (default: endpoints.txt)')
    .option('--vllm-json <file>', 'write the result in the format of vllm bench serve, or -; one JSON line per level')
    .option('--targets <file>', 'same as [file]')
    .addOption(planOption('workers'))
    .addOption(planOption('metricsUrl'))
    .addOption(planOption('series'))
    .option('--allow-host <host>', 'allow load on this host; repeatable', several)
    .option('-q, --quiet', 'print no progress and no notes, only the result and errors')
    .addHelpText('after', exitCodes)
    .action(async (file: string | undefined, options: RunOptions) => {
      // Loads the engine only for a run, so that help and the mock server start faster.
      const { runCommand } = await import('./commands/run-command.ts');
      done(await runCommand(file, options, manifest.version));
    });

  addAbCommand(program, manifest.version, done);
  addBaselineCommand(program, done);

  program
    .command('calibrate')
    .description(
      'Measure the error of this machine against known times of the mock server; later runs include the result',
    )
    .option('--quick', 'take about 10 seconds instead of a minute')
    .option(
      '--json <file>',
      'write the result as JSON; - writes to standard output and moves the text to standard error',
    )
    .action(async (options: CalibrateOptions) => {
      const { calibrateCommand } = await import('./commands/calibrate-command.ts');
      done(await calibrateCommand(options, manifest.version));
    });

  addSuiteCommand(program, manifest.version, done);
  addScaleOutCommands(program, manifest.version, done);

  const serve = program.command('serve').description('Start a server to benchmark');
  serve
    .command('mock')
    .description('Start the mock server, with known latencies and a limit of concurrent requests')
    .option(
      '--port <n>',
      'port to listen on; 0 selects a free port',
      numberFrom(0, 65_535, 'a whole number'),
      bundledServers.mock.port,
    )
    .option(
      '--max-concurrent-requests <n>',
      'maximum number of requests in flight; the rest get status 429',
      numberFrom(1, 1_000_000, 'a whole number'),
      10,
    )
    .option('--time-scale <x>', 'factor for all delays; 0.01 turns 1 s into 10 ms', numberFrom(0, 100, 'a number'), 1)
    .option(
      '--host <address>',
      'address to listen on; anything but a loopback address is open to other machines',
      defaultHost,
    )
    .option('--ttft-ms <ms>', 'default time to first token (default: 50)', numberFrom(0, 3_600_000, 'a number'))
    .option(
      '--ttft-ms-per-token <ms>',
      'added to it for each prompt token that is not cached (default: 0)',
      numberFrom(0, 3_600_000, 'a number'),
    )
    .option('--icl-ms <ms>', 'default time between chunks (default: 10)', numberFrom(0, 3_600_000, 'a number'))
    .option(
      '--max-num-seqs <n>',
      'maximum number of LLM requests that run; the rest wait (default: no limit)',
      numberFrom(1, 1_000_000, 'a whole number'),
    )
    .option(
      '--kv-cache-blocks <n>',
      'size of the KV cache in blocks of 16 tokens (default: no limit)',
      numberFrom(1, 100_000_000, 'a whole number'),
    )
    .option('--prefix-caching', 'keep prompt prefixes in the KV cache')
    .action(async (options: MockServerOptions) => {
      done(await serveMockCommand(options));
    });

  serve
    .command('gpt2')
    .description('Start a GPT-2 server on this CPU, a language model with an OpenAI-compatible API')
    .option(
      '--port <n>',
      'port to listen on; 0 selects a free port',
      numberFrom(0, 65_535, 'a whole number'),
      gpt2Defaults.port,
    )
    .option(
      '--model <model>',
      'model on Hugging Face, local folder, or synthetic (random weights, no download)',
      gpt2Defaults.model,
    )
    .addOption(new Option('--dtype <type>', 'weight precision').choices(gpt2Dtypes).default(gpt2Defaults.dtype))
    .addOption(
      new Option('--threads <n>', 'number of compute threads')
        .argParser(numberFrom(1, 64, 'a whole number'))
        .default(threadsFor(availableParallelism()), 'one per processor, up to 8'),
    )
    .option(
      '--max-batch <n>',
      'maximum number of sequences in a batch',
      numberFrom(1, 64, 'a whole number'),
      gpt2Defaults.maxBatch,
    )
    .option(
      '--prefix-cache-tokens <n>',
      'size of the prefix cache in tokens, 74 kB each (default: 0, no cache)',
      numberFrom(0, 1_000_000, 'a whole number'),
    )
    .option(
      '--host <address>',
      'address to listen on; anything but a loopback address is open to other machines',
      defaultHost,
    )
    .option('--cache-dir <folder>', 'folder for downloaded models', cacheFolder('gpt2'))
    .action(async (options: Gpt2Options) => {
      const { serveGpt2Command } = await import('./commands/serve-gpt2-command.ts');
      done(await serveGpt2Command(options));
    });
  return program;
}

const exitCodes = `
Examples:
  $ loadlens run endpoints.txt -n 500 -c 10
  $ loadlens run endpoints.txt --rate 200 --duration 30s --slo 'p95 < 500ms, errors < 1%'
  $ loadlens run endpoints.txt --levels 1,2,4,8 --html sweep.html
  $ loadlens run endpoints.txt --find-capacity 'p95 < 2s'

Exit codes:
  0    Done
  1    No request succeeded, or stopped unexpectedly
  2    Invalid options or endpoints file
  99   Objective not met
  130  Interrupted; the partial result is shown

{{$env NAME}} is read from the environment variable NAME, {{$secret name}} from LOADLENS_SECRET_NAME.`;
