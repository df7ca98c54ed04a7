import { InvalidArgumentError, Option, type Command } from 'commander';
import { planOptions } from '../../core/values/plan-options.ts';
import { parseRates } from '../../core/plan/rates/rate-sweep.ts';
import { defaultCoolDownMs, parseLevels, parseRange } from '../../core/plan/sweep.ts';
import { absoluteObjectives, parserOf } from './values.ts';

/** Adds the options that turn one run into several. */
export function addSweepOptions(run: Command): Command {
  return run
    .option('--levels <list>', 'measure a list of concurrency levels, such as 1,2,4,8', levels)
    .option('--sweep <range>', 'measure the powers of two in a range and its ends, such as 1..64', range)
    .option('--rates <list>', 'measure a list of arrival rates, such as 1,2,4,8,inf or 1..64,inf', rates)
    .option(
      '--find-capacity <objectives>',
      "find the highest concurrency that meets objectives, such as 'p95 < 2s'; --sweep sets the range (default: 1..256)",
      absoluteObjectives,
    )
    .addOption(
      new Option('--by <load>', 'what --find-capacity raises; with rate, --rates 1..64 sets the range')
        .choices(['concurrency', 'rate'])
        .default('concurrency'),
    )
    .option(
      '--cool-down <time>',
      `pause between levels or repeated runs, after the last response (default: ${defaultCoolDownMs}ms)`,
      parserOf(planOptions.drainMs.value),
    );
}

function levels(text: string): readonly number[] {
  const list = parseLevels(text);
  if (list !== undefined) return list;
  throw new InvalidArgumentError(
    'Expected up to 64 whole numbers from 1 to 10,000, separated by commas, such as 1,2,4,8.',
  );
}

function range(text: string): readonly [number, number] {
  const ends = parseRange(text);
  if (ends !== undefined) return ends;
  throw new InvalidArgumentError('Expected two whole numbers from 1 to 10,000, in ascending order, such as 1..64.');
}

function rates(text: string): readonly number[] {
  const list = parseRates(text);
  if (list !== undefined) return list;
  throw new InvalidArgumentError(
    'Expected up to 64 rates from 0.001 to 1,000,000, ranges, or inf, separated by commas, such as 1,2,4,8,inf or 1..64,inf.',
  );
}
