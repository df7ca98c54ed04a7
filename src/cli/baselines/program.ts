import type { Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';

/** Adds `loadlens baseline` with its subcommands. */
export function addBaselineCommand(program: Command, done: (code: ExitCode) => void): void {
  const baseline = program
    .command('baseline')
    .description('Keep runs to compare later runs against, in .loadlens/baselines of the current folder');
  baseline
    .command('set')
    .description('Make runs a baseline, in place of one of the same name')
    .argument('<name>', 'name of the baseline')
    .argument('<files...>', "JSON results of loadlens run, such as 'result-*.json'")
    .action(async (name: string, files: string[]) => {
      const { setBaselineCommand } = await import('./baseline-command.ts');
      done(setBaselineCommand(name, files));
    });
  baseline
    .command('list')
    .description('List the baselines')
    .action(async () => {
      const { listBaselinesCommand } = await import('./baseline-command.ts');
      done(listBaselinesCommand());
    });
  baseline
    .command('remove')
    .description('Remove a baseline')
    .argument('<name>', 'name of the baseline')
    .action(async (name: string) => {
      const { removeBaselineCommand } = await import('./baseline-command.ts');
      done(removeBaselineCommand(name));
    });
}
