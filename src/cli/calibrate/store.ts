import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { type Calibration, calibrationSchema } from '../../core/record/calibration.ts';
import type { Environment } from '../../core/record/run.ts';
import { cacheFolder } from '../../processes/cache-folder.ts';
import { writeWhole } from '../output/report-files.ts';

/** A calibration with the machine and the software that it is of: the file of --json, and what is kept. */
const kept = v.object({
  schema: v.literal('loadlens.calibration/1'),
  environment: v.record(v.string(), v.union([v.string(), v.number()])),
  ...calibrationSchema.entries,
});

/** As text for a file. */
export const renderCalibration = (calibration: Calibration, environment: Environment): string =>
  `${JSON.stringify({ schema: 'loadlens.calibration/1', environment, ...calibration }, null, 2)}\n`;

/** Where the last calibration of this user is kept. */
const keptAt = (): string => cacheFolder('calibration.json');

/** Keeps it for later runs, and answers where. Throws a LoadlensError when that is not possible. */
export function keepCalibration(calibration: Calibration, environment: Environment): string {
  const path = keptAt();
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, renderCalibration(calibration, environment));
  return path;
}

/** The record with the calibration of this machine, when one is kept that is of the same hardware and software. */
export function withCalibration<R extends { readonly environment: Environment }>(record: R): R {
  const { environment } = record;
  const read = v.safeParse(kept, readKept());
  if (!read.success) return record;
  const { measuredAt, levels } = read.output;
  // What a run measured of the machine is not what the machine is.
  const { calibration: _, selfCalibration: __, ...machine } = environment;
  const same = Object.entries(machine).every(([name, value]) => read.output.environment[name] === value);
  return same ? { ...record, environment: { ...environment, calibration: { measuredAt, levels } } } : record;
}

/** A file that is missing or damaged is as good as none: it is no part of a run. */
function readKept(): unknown {
  try {
    const json: unknown = JSON.parse(readFileSync(keptAt(), 'utf8'));
    return json;
  } catch {
    return undefined;
  }
}
