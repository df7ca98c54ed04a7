import * as v from 'valibot';
import { LoadlensError } from '../../errors.ts';
import { about, timestamp } from '../../schema.ts';
import { checked, schemaOf } from '../checked.ts';
import { compactRecord } from '../compact-run.ts';
import { runSchema } from '../schemas/run-schema.ts';
import type { RunRecord } from '../run.ts';

/** Schema name of a baseline. */
const baselineSchemaName = 'loadlens.baseline/1';

/** Maximum number of targets of a run with their own numbers in a baseline, for relative objectives. */
const mostTargets = 50;

/** A baseline; see `Baseline`. */
export const baselineSchema = v.object({
  schema: about('Name and version of this schema.', v.literal(baselineSchemaName)),
  name: about('Name of the baseline, and of its file.', v.string()),
  createdAt: about('When it was set.', timestamp),
  runs: about('Its runs, in the order of their start.', v.pipe(v.array(runSchema), v.minLength(1))),
});

/** Runs that later runs are compared with. A team can commit it with its code. */
export interface Baseline {
  readonly schema: typeof baselineSchemaName;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Without charts, addresses, and texts of responses; with rows of at most 50 targets. */
  readonly runs: readonly RunRecord[];
}

/**
 * Returns the baseline of complete runs, in the order of their start.
 * @throws LoadlensError for a run that didn't complete or has no success, or without runs
 */
export function makeBaseline(name: string, createdAt: string, runs: readonly RunRecord[]): Baseline {
  const partial = runs.find(({ status }) => status !== 'completed');
  if (partial !== undefined || runs.length === 0) {
    throw new LoadlensError(
      partial === undefined ? 'A baseline needs a run.' : `Run ${partial.id} is partial, so it's no baseline.`,
      { hint: 'Use runs that reached their end: loadlens run --repeat 6 --json result.json' },
    );
  }
  const failed = runs.find(({ successes }) => successes === 0);
  if (failed !== undefined) {
    throw new LoadlensError(`No request of run ${failed.id} succeeded, so it's no baseline.`, {
      hint: 'Fix the requests and run it again.',
    });
  }
  const sorted = runs.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  return { schema: baselineSchemaName, name, createdAt, runs: sorted.map(baselineRun) };
}

/** Returns the text of a baseline's file, one run per line. */
export function baselineFileText({ runs, ...head }: Baseline): string {
  const lines = runs.map((run) => JSON.stringify(run)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"runs":[\n${lines}\n]}\n`;
}

/** Returns whether a JSON value claims to be a baseline. */
export const isBaseline = (json: unknown): boolean => {
  const claimed = schemaOf(json);
  return typeof claimed === 'string' && claimed.startsWith('loadlens.baseline/');
};

/**
 * Returns a valid baseline from a file.
 * @throws LoadlensError for an invalid one
 */
export function readBaseline(json: unknown): Baseline {
  return checked(json, {
    name: baselineSchemaName,
    schema: baselineSchema,
    noun: 'baseline',
    writtenBy: 'loadlens baseline set',
    madeBy: 'baseline',
  });
}

/** Returns what a comparison needs of a run: its numbers, plan, targets, and provenance. */
function baselineRun(run: RunRecord): RunRecord {
  const {
    ttftBins: _ttftBins,
    iclBins: _iclBins,
    streamedRequests: _streamedRequests,
    otherTargets: _otherTargets,
    backlog: _backlog,
    values: _values,
    server: _server,
    ...kept
  } = compactRecord(run, mostTargets);
  const { calibration: _calibration, selfCalibration: _selfCalibration, ...environment } = kept.environment;
  return {
    ...kept,
    // A single target has the numbers of its run.
    perTarget: run.targetCount === 1 ? [] : kept.perTarget,
    timeline: { widthMs: kept.timeline.widthMs, responses: [], failures: [], medianMs: [], p95Ms: [] },
    latencyBins: { edgesMs: [], counts: [] },
    addresses: [],
    failureSamples: [],
    environment,
  };
}
