import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { Calibration } from '../../core/record/calibration.ts';
import { calibrationSchema } from '../../core/record/schemas/environment-schema.ts';
import type { Environment } from '../../core/record/run.ts';
import { cacheFolder } from '../../processes/cache-folder.ts';
import { writeWhole } from '../output/report-files.ts';

/** Schema of a calibration with its machine and software: the file of --json, and the saved one. */
const saved = v.object({
  schema: v.literal('loadlens.calibration/1'),
  environment: v.record(v.string(), v.union([v.string(), v.number()])),
  ...calibrationSchema.entries,
});

/** Returns a calibration as JSON. */
export const renderCalibration = (calibration: Calibration, environment: Environment): string =>
  `${JSON.stringify({ schema: 'loadlens.calibration/1', environment, ...calibration }, null, 2)}\n`;

/** Returns the path of this user's last calibration. */
const savedAt = (): string => cacheFolder('calibration.json');

/** Saves a calibration for later runs and returns its path. @throws LoadlensError if it can't be written */
export function keepCalibration(calibration: Calibration, environment: Environment): string {
  const path = savedAt();
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, renderCalibration(calibration, environment));
  return path;
}

/** Returns the record with the saved calibration if that one has the same hardware and software. */
export function withCalibration<R extends { readonly environment: Environment }>(record: R): R {
  const { environment } = record;
  const read = v.safeParse(saved, readSaved());
  if (!read.success) return record;
  const { measuredAt, levels } = read.output;
  // These describe the run, not the machine.
  const { calibration: _, selfCalibration: __, ...machine } = environment;
  const same = Object.entries(machine).every(([name, value]) => read.output.environment[name] === value);
  return same ? { ...record, environment: { ...environment, calibration: { measuredAt, levels } } } : record;
}

/** Returns the JSON of the saved calibration; undefined if the file is missing or damaged, as a run doesn't depend on it. */
function readSaved(): unknown {
  try {
    const json: unknown = JSON.parse(readFileSync(savedAt(), 'utf8'));
    return json;
  } catch {
    return undefined;
  }
}
