import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';
import { pairLimit, sliceLimit } from '../../core/plan/slice-plan.ts';
import { parseDurationMs } from '../../core/values/duration.ts';
import { withinLimit } from '../../core/values/plan-options.ts';
import { addCheckOptions, addJudgeOptions } from '../options/judge-options.ts';
import { addLoadOptions, addReportOptions } from '../options/plan-options.ts';
import { numberFrom, several, variable } from '../options/values.ts';
import type { AbOptions } from './ab-command.ts';
import type { CompareOptions } from './compare-command.ts';

/** Adds `loadlens ab` and `loadlens compare`. */
export function addAbCommand(program: Command, version: string, done: (code: ExitCode) => void): void {
  addCheckOptions(
    addReportOptions(
      addLoadOptions(
        addJudgeOptions(
          program
            .command('ab')
            .description('Compares two servers, models, or other settings of a file in alternating slices.')
            .argument('[file]', 'endpoints file (default: endpoints.txt)')
            .option(
              '--a <name=value>',
              "set a variable of the file for A, such as 'base=http://127.0.0.1:5000'; repeatable",
              variable,
            )
            .option('--b <name=value>', 'set a variable of the file for B; repeatable', variable)
            .option(
              '--a-ref <ref>',
              'start the server of A from this git ref, in a work tree of its own; . for the files as they are',
            )
            .option('--b-ref <ref>', 'start the server of B from this git ref')
            .option('--serve <command>', 'command that starts a server on port {port}, also in the variable PORT')
            .option('--a-serve <command>', 'command that starts the server of A')
            .option('--b-serve <command>', 'command that starts the server of B')
            .option('--build <command>', 'command that prepares each new work tree, such as npm ci')
            .option('--ready <path>', 'path that responds once the server is ready (default: its port is open)')
            .option(
              '--pairs <n>',
              'pairs of slices at most; the comparison stops early once the verdict is certain',
              numberFrom(pairLimit.min, pairLimit.max, 'a whole number'),
              pairLimit.default,
            )
            .addOption(
              new Option('--slice <time>', 'length of a slice')
                .argParser(slice)
                .default(sliceLimit.default, `${sliceLimit.default}s`),
            ),
        ),
      ),
    ),
  )
    .option('--allow-host <host>', 'allow load on this host; repeatable', several)
    .option('-q, --quiet', 'print no progress and no notes, only the result and errors')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: AbOptions) => {
      const { abCommand } = await import('./commands.ts');
      done(await abCommand(file, options, version));
    });

  addCheckOptions(
    addReportOptions(
      addJudgeOptions(
        program
          .command('compare')
          .description('Compares runs that were measured before, at least four a side for one metric.')
          .requiredOption('--base <files...>', "JSON results of A, such as 'base/*.json', or the name of a baseline")
          .requiredOption('--head <files...>', 'JSON results of B, or the name of a baseline'),
      ),
    ),
  ).action(async (options: CompareOptions) => {
    const { compareCommand } = await import('./commands.ts');
    done(await compareCommand(options));
  });
}

function slice(text: string): number {
  const ms = parseDurationMs(text);
  const seconds = (ms ?? 0) / 1000;
  if (seconds >= sliceLimit.min && withinLimit('durationS', seconds)) return seconds;
  throw new InvalidArgumentError('Expected a time with its unit, at least 100ms, such as 4s.');
}

const examples = `
Examples:
  loadlens ab --a base=http://127.0.0.1:5000 --b base=http://127.0.0.1:5001
  loadlens ab --a model=small --b model=large --metrics ttft,tpot --threshold 3% --fail-on worse
  loadlens ab --a-ref main --b-ref . --build 'npm ci' --serve 'npm start -- --port {port}' --ready /health`;
