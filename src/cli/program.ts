import { bundledServers } from '../core/endpoints/bundled-servers.ts';
import { Command, CommanderError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { ExitCode } from '../core/errors.ts';
import { cacheFolder } from '../processes/cache-folder.ts';
import { gpt2Defaults, gpt2Dtypes, threadsFor } from '../processes/gpt2-defaults.ts';
import type { Gpt2Options } from '../processes/gpt2-messages.ts';
import { defaultHost } from '../servers/mock/server.ts';
import { addAbCommand } from './ab/program.ts';
import type { CalibrateOptions } from './commands/calibrate-command.ts';
import { describeFailure } from './failure.ts';
import { addPlanOptions, addReportOptions } from './options/plan-options.ts';
import type { RunOptions } from './commands/run-command.ts';
import { addScaleOutCommands } from './scale-out/program.ts';
import { serveMockCommand, type ServeMockOptions } from './commands/serve-command.ts';
import { addSuiteCommand } from './suite/program.ts';
import { addSweepOptions } from './options/sweep-options.ts';
import { numberFrom, planNumber, several } from './options/values.ts';

/** Runs the command line's arguments and answers the exit code; docs/cli.md. Whatever fails is said on standard error. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let unwritten = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no failure.
    if (error.code === 'EPIPE' || unwritten) return;
    unwritten = true;
    process.stderr.write(
      `error: Standard output could not be written: ${error.message}.\nhint:  Check the disk, then run again.\n`,
    );
  });
  /** The exit code, when standard output was written; its errors come a turn of the loop late. */
  const written = async (code: ExitCode): Promise<ExitCode> => {
    await new Promise((resolve) => setImmediate(resolve));
    return unwritten && code === ExitCode.done ? ExitCode.usage : code;
  };
  // There is nowhere to say it.
  process.stderr.on('error', () => {});
  let exitCode: ExitCode = ExitCode.done;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return await written(exitCode);
  } catch (error) {
    // Commander has said already what is wrong; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? written(ExitCode.done) : ExitCode.usage;
    const failure = describeFailure(error, process.env['LOADLENS_DEBUG'] === '1');
    process.stderr.write(failure.text);
    return failure.exitCode;
  }
}

function makeProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('loadlens')
    .description('Benchmarks HTTP endpoints.')
    .version(manifest.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .showHelpAfterError('hint:  Add --help to see every command and option.')
    .exitOverride();

  addReportOptions(addPlanOptions(addSweepOptions(program.command('run'))))
    .description('Benchmarks the targets of an endpoints file and shows the result.')
    .argument('[file]', 'endpoints file (default: endpoints.txt)')
    .option('--targets <file>', 'the same as [file]')
    .option(
      '--workers <n>',
      'threads that send (default: one, and others while it is the limit; 1: never another)',
      planNumber('workers'),
    )
    .option('--allow-host <host>', 'another machine that may be loaded; repeatable', several)
    .option('-q, --quiet', 'no progress and no notes on standard error, only errors')
    .addHelpText('after', exitCodes)
    .action(async (file: string | undefined, options: RunOptions) => {
      // The engine is loaded for a run alone: help and the mock server start without it.
      const { runCommand } = await import('./commands/run-command.ts');
      done(await runCommand(file, options, manifest.version));
    });

  addAbCommand(program, manifest.version, done);

  program
    .command('calibrate')
    .description('Measures known times of the mock server: how far off this machine is. Later runs carry the result.')
    .option('--quick', 'some 10 seconds instead of a minute')
    .option('--json <file>', 'write the result as JSON; -: to standard output, and the text to standard error')
    .action(async (options: CalibrateOptions) => {
      const { calibrateCommand } = await import('./commands/calibrate-command.ts');
      done(await calibrateCommand(options, manifest.version));
    });

  addSuiteCommand(program, manifest.version, done);
  addScaleOutCommands(program, manifest.version, done);

  const serve = program.command('serve').description('Starts a server to benchmark.');
  serve
    .command('mock')
    .description('Starts the mock server: known latencies, and a limit of concurrent requests.')
    .option(
      '--port <n>',
      'where to listen; 0 picks a free port',
      numberFrom(0, 65_535, 'a whole number'),
      bundledServers.mock.port,
    )
    .option(
      '--max-concurrent-requests <n>',
      'requests in flight above this get 429',
      numberFrom(1, 1_000_000, 'a whole number'),
      10,
    )
    .option('--time-scale <x>', 'multiplies every sleep; 0.01 turns 1 s into 10 ms', numberFrom(0, 100, 'a number'), 1)
    .option('--host <address>', 'address to listen on; other machines reach any but 127.0.0.1', defaultHost)
    .action(async (options: ServeMockOptions) => {
      done(await serveMockCommand(options));
    });

  serve
    .command('gpt2')
    .description('Starts a GPT-2 on this processor: a real language model, with the API of OpenAI.')
    .option(
      '--port <n>',
      'where to listen; 0 picks a free port',
      numberFrom(0, 65_535, 'a whole number'),
      gpt2Defaults.port,
    )
    .option(
      '--model <model>',
      'such as openai-community/gpt2, a local folder, or synthetic: random weights, no network',
      gpt2Defaults.model,
    )
    .addOption(new Option('--dtype <type>', 'precision of the weights').choices(gpt2Dtypes).default(gpt2Defaults.dtype))
    .option(
      '--threads <n>',
      'threads that compute',
      numberFrom(1, 64, 'a whole number'),
      threadsFor(availableParallelism()),
    )
    .option(
      '--max-batch <n>',
      'sequences computed together',
      numberFrom(1, 64, 'a whole number'),
      gpt2Defaults.maxBatch,
    )
    .option('--host <address>', 'address to listen on; other machines reach any but 127.0.0.1', defaultHost)
    .option('--cache-dir <folder>', 'where models are kept', cacheFolder('gpt2'))
    .action(async (options: Gpt2Options) => {
      const { serveGpt2Command } = await import('./commands/serve-gpt2-command.ts');
      done(await serveGpt2Command(options));
    });
  return program;
}

const exitCodes = `
Exit codes: 0 done, 1 nothing measured or stopped unexpectedly, 2 bad usage or bad file, 99 an objective was not met,
130 interrupted (the partial result is shown).

Values of {{$env NAME}} come from the environment, those of {{$secret name}} from LOADLENS_SECRET_NAME.`;
