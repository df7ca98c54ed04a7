import type { Command } from 'commander';
import type { ExitCode } from '../../core/errors.ts';
import { mostShares } from '../../core/scale-out/load.ts';
import { addPlanOptions, addReportOptions } from '../options/plan-options.ts';
import { numberFrom, several } from '../options/values.ts';
import type { ExportOptions } from './export-command.ts';
import type { ImportOptions } from './import-command.ts';

const defaultWorkers = 4;

/** Adds `loadlens export` and `loadlens import`, for load from several machines. */
export function addScaleOutCommands(program: Command, version: string, done: (code: ExitCode) => void): void {
  addPlanOptions(
    program
      .command('export')
      .description('Write a load for another tool')
      .command('artillery')
      .description('Write an Artillery project whose workers send the load with the Loadlens engine')
      .argument('[file]', 'endpoints file (default: endpoints.txt)')
      .option(
        '--workers <n>',
        'number of workers that share the load',
        numberFrom(1, mostShares, 'a whole number'),
        defaultWorkers,
      )
      .option('--out <folder>', 'folder for the project, created if missing', 'artillery'),
  )
    .option('--allow-host <host>', 'allow load on this host; repeatable', several)
    .option('-q, --quiet', 'print no progress and no notes, only the result and errors')
    .action(async (file: string | undefined, options: ExportOptions) => {
      const { exportArtilleryCommand } = await import('./export-command.ts');
      done(await exportArtilleryCommand(file, options, version));
    });

  addReportOptions(
    program
      .command('import')
      .description('Read the result of another tool')
      .command('artillery')
      .description('Convert the Artillery report of an exported project to a run')
      .argument('<report>', 'report written by: artillery run --output')
      .option('--project <folder>', 'folder of the exported project (default: folder of the report)'),
  )
    .option('-q, --quiet', 'print no progress and no notes, only the result and errors')
    .action(async (file: string, options: ImportOptions) => {
      const { importArtilleryCommand } = await import('./import-command.ts');
      done(await importArtilleryCommand(file, options));
    });
}
