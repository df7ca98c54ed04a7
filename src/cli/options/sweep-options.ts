import { InvalidArgumentError, type Command } from 'commander';
import { parseDurationMs } from '../../core/values/duration.ts';
import { withinLimit } from '../../core/values/limits.ts';
import { defaultCoolDownMs, parseLevels, parseRange } from '../../core/plan/sweep.ts';
import { objectives } from './values.ts';

/** Adds the options that make several runs of one. */
export function addSweepOptions(run: Command): Command {
  return run
    .option('--levels <list>', 'measure several concurrencies one after the other, such as 1,2,4,8', levels)
    .option('--sweep <range>', 'the same for the powers of two in a range and its end, such as 1..64', range)
    .option(
      '--find-capacity <objectives>',
      "look for the largest concurrency that meets objectives, such as 'p95 < 2s'; --sweep says where (default: 1..256)",
      objectives,
    )
    .option(
      '--cool-down <time>',
      `pause between two levels, after the last answer (default: ${defaultCoolDownMs}ms)`,
      coolDown,
    );
}

function levels(text: string): readonly number[] {
  const list = parseLevels(text);
  if (list !== undefined) return list;
  throw new InvalidArgumentError('It must be up to 64 whole numbers from 1 to 10,000 with commas, such as 1,2,4,8.');
}

function range(text: string): readonly [number, number] {
  const ends = parseRange(text);
  if (ends !== undefined) return ends;
  throw new InvalidArgumentError('It must be two whole numbers from 1 to 10,000, the smaller first, such as 1..64.');
}

function coolDown(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && withinLimit('drainMs', ms)) return ms;
  throw new InvalidArgumentError('It must be a time with its unit, such as 500ms or 2s, up to 1h.');
}
