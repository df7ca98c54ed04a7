import type { Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';
import { mostShares } from '../../core/scale-out/load.ts';
import { addPlanOptions, addReportOptions } from '../options/plan-options.ts';
import { numberFrom, several } from '../options/values.ts';
import type { ExportOptions } from './export-command.ts';
import type { ImportOptions } from './import-command.ts';

const defaultWorkers = 4;

/** Adds `loadlens export` and `loadlens import`: load from several machines, by another tool. */
export function addScaleOutCommands(program: Command, version: string, done: (code: ExitCode) => void): void {
  addPlanOptions(
    program
      .command('export')
      .description('Writes a load for another tool to send.')
      .command('artillery')
      .description('Writes a project for Artillery, whose workers send the load with the engine of Loadlens.')
      .argument('[file]', 'endpoints file (default: endpoints.txt)')
      .option(
        '--workers <n>',
        'how many workers share the load',
        numberFrom(1, mostShares, 'a whole number'),
        defaultWorkers,
      )
      .option('--out <folder>', 'where the project goes; made when it is not there', 'artillery'),
  )
    .option('--allow-host <host>', 'another machine that may be loaded; repeatable', several)
    .option('-q, --quiet', 'no notes on standard error, only errors')
    .action(async (file: string | undefined, options: ExportOptions) => {
      const { exportArtilleryCommand } = await import('./export-command.ts');
      done(await exportArtilleryCommand(file, options, version));
    });

  addReportOptions(
    program
      .command('import')
      .description('Reads the result of another tool.')
      .command('artillery')
      .description('Makes a run of the report that Artillery has written for an exported project.')
      .argument('<report>', 'what artillery run --output has written')
      .option('--project <folder>', "the exported project (default: the report's folder)"),
  )
    .option('-q, --quiet', 'no notes on standard error, only errors')
    .action(async (file: string, options: ImportOptions) => {
      const { importArtilleryCommand } = await import('./import-command.ts');
      done(await importArtilleryCommand(file, options));
    });
}
