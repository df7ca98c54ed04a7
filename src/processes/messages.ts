import * as v from 'valibot';
import type { OneResponse } from '../core/report/one-response.ts';
import type { Rules } from '../core/comparison/compare-sides.ts';
import type { Snapshot } from '../core/metrics/types.ts';
import type { SearchInput } from '../core/plan/capacity-search.ts';
import type { SweepInput } from '../core/plan/sweep.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { ComparisonRecord } from '../core/record/comparisons/comparison.ts';
import type { ThroughputSuite } from '../core/record/suites/suite.ts';
import type { SweepRecord } from '../core/record/sweeps/sweep.ts';
import type { RunRecord } from '../core/record/run.ts';
import type { SuiteSetup } from '../engine/suite.ts';
import { failureSchema, type FailureMessage } from './failure.ts';

export type { FailureMessage };

/** Input of the throughput suite, and facts for its result. */
export interface SuiteInput extends Pick<ThroughputSuite, 'model' | 'workload' | 'earlier'> {
  readonly setup: SuiteSetup;
}

/** A server to start for one side of a comparison. */
export interface SideServer {
  /** Git ref; `.`: the files as they are. */
  readonly ref: string;
  /** Shell command; `{port}` is replaced by its port. */
  readonly command: string;
  /** Shell command that prepares a new work tree. */
  readonly build?: string | undefined;
  /** Path that responds once the server is ready. */
  readonly ready?: string | undefined;
}

/** One side of a comparison: the plan of its input is that of a slice. */
export interface ComparisonSideInput {
  readonly input: RunInput;
  /** Values of the file's variables, credentials masked. */
  readonly variables: Readonly<Record<string, string>>;
  /** Its address takes the place of that of the targets on this machine. */
  readonly server?: SideServer;
}

/** Input of a comparison. */
export interface ComparisonInput {
  readonly a: ComparisonSideInput;
  readonly b: ComparisonSideInput;
  /** Maximum number of pairs of slices. */
  readonly pairs: number;
  readonly rules: Rules;
  /** Folder of the files as they are, in which servers start; unused without servers. */
  readonly folder: string;
}

/** Task of the benchmark process. */
export type BenchmarkTask = (
  | { readonly type: 'run'; readonly input: RunInput }
  | { readonly type: 'sweep'; readonly input: SweepInput }
  /** The result is a `sweep`. */
  | { readonly type: 'search'; readonly input: SearchInput }
  | { readonly type: 'suite'; readonly input: SuiteInput }
  | { readonly type: 'comparison'; readonly input: ComparisonInput }
) & {
  /** Process of the server if Loadlens started it. Its CPU time and memory become part of the records. */
  readonly serverPid?: number;
};

/** One request to send once, the first of its input; no run. */
export interface OnceTask {
  readonly type: 'once';
  readonly input: RunInput;
}

/** Removes servers and work trees of killed comparisons. The process exits without a result. */
export interface TidyTask {
  readonly type: 'tidy';
}

/**
 * Message to the benchmark process. It runs one task and exits. A canceled sweep, search, or suite keeps its finished levels, a canceled
 * comparison its complete pairs.
 */
export type BenchmarkCommand = BenchmarkTask | OnceTask | TidyTask | { readonly type: 'cancel' };

/** Progress of a sweep, search, or suite: level, from 0, and its snapshot; null in the pause before it. */
export interface LevelSnapshot {
  readonly type: 'levelSnapshot';
  readonly level: number;
  readonly snapshot: Snapshot | null;
}

/**
 * Message from the benchmark process: `ready` once, then for each run `partial`, its record so far, before it starts and at
 * intervals. A run also sends snapshots; a sweep, search, or suite sends snapshots of its levels and each finished level. A comparison sends
 * what it does before it measures, each slice, and after each pair the record so far. The last message is one `record`, `sweep`,
 * `suite`, `comparison`, `response`, or `failure`.
 */
export type BenchmarkEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'partial'; readonly record: RunRecord }
  | LevelSnapshot
  | { readonly type: 'levelEnded'; readonly record: RunRecord }
  | { readonly type: 'record'; readonly record: RunRecord }
  | { readonly type: 'sweep'; readonly record: SweepRecord }
  | { readonly type: 'suite'; readonly record: ThroughputSuite }
  | { readonly type: 'stage'; readonly text: string }
  /** `pair` from 1; 0 for the slices that open connections. */
  | { readonly type: 'slice'; readonly pair: number; readonly side: 'a' | 'b' }
  | { readonly type: 'pairEnded'; readonly record: ComparisonRecord }
  /** Null: canceled before the first pair was complete. */
  | { readonly type: 'comparison'; readonly record: ComparisonRecord | null }
  | { readonly type: 'response'; readonly response: OneResponse }
  | FailureMessage;

/** Settings of the mock server; ranges as in docs/mock-server.md. */
export interface MockOptions {
  readonly port: number;
  readonly maxConcurrentRequests: number;
  /** Factor for all delays: 0.01 turns 1 s into 10 ms. */
  readonly timeScale: number;
}

/** Message to a server process. It also stops when its parent ends. */
export type MockCommand = { readonly type: 'start'; readonly options: MockOptions } | { readonly type: 'stop' };

/** Message from a server process: `listening` or `failure` first, then `status` on changes, at most twice a second. */
export type MockEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'listening'; readonly port: number; readonly url: string }
  | { readonly type: 'status'; readonly inFlight: number; readonly limit: number; readonly served: number }
  | FailureMessage;

/** Returns the schema of an object with these members. Their content comes from our own code. */
const having = <T>(...members: readonly string[]) =>
  v.custom<T>((x) => typeof x === 'object' && x !== null && members.every((member) => member in x));

const record = having<RunRecord>('schema', 'status');
const comparison = having<ComparisonRecord>('schema', 'status', 'verdict');
const snapshot = having<Snapshot>('phase', 'summary');
const pid = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1)));

const schemas = {
  benchmarkCommand: v.variant('type', [
    v.object({
      type: v.literal('run'),
      input: having<RunInput>('plan', 'requests', 'targets'),
      serverPid: pid,
    }),
    v.object({
      type: v.literal('sweep'),
      input: having<SweepInput>('plan', 'requests', 'targets'),
      serverPid: pid,
    }),
    v.object({
      type: v.literal('search'),
      input: having<SearchInput>('plan', 'requests', 'targets'),
      serverPid: pid,
    }),
    v.object({
      type: v.literal('suite'),
      input: having<SuiteInput>('setup', 'model', 'workload', 'earlier'),
      serverPid: pid,
    }),
    v.object({
      type: v.literal('comparison'),
      input: having<ComparisonInput>('a', 'b', 'pairs', 'rules', 'folder'),
      serverPid: pid,
    }),
    v.object({ type: v.literal('tidy') }),
    v.object({ type: v.literal('once'), input: having<RunInput>('plan', 'requests', 'targets') }),
    v.object({ type: v.literal('cancel') }),
  ]),
  benchmarkEvent: v.variant('type', [
    v.object({ type: v.literal('ready') }),
    v.object({ type: v.literal('snapshot'), snapshot }),
    v.object({ type: v.literal('partial'), record }),
    v.object({
      type: v.literal('levelSnapshot'),
      level: v.pipe(v.number(), v.integer(), v.minValue(0)),
      snapshot: v.nullable(snapshot),
    }),
    v.object({ type: v.literal('levelEnded'), record }),
    v.object({ type: v.literal('record'), record }),
    v.object({ type: v.literal('sweep'), record: having<SweepRecord>('schema', 'status', 'levels') }),
    v.object({ type: v.literal('suite'), record: having<ThroughputSuite>('schema', 'status', 'runs') }),
    v.object({ type: v.literal('stage'), text: v.string() }),
    v.object({
      type: v.literal('slice'),
      pair: v.pipe(v.number(), v.integer(), v.minValue(0)),
      side: v.picklist(['a', 'b']),
    }),
    v.object({ type: v.literal('pairEnded'), record: comparison }),
    v.object({ type: v.literal('comparison'), record: v.nullable(comparison) }),
    v.object({ type: v.literal('response'), response: having<OneResponse>('status', 'headers', 'times') }),
    failureSchema,
  ]),
  mockCommand: v.variant('type', [
    v.object({
      type: v.literal('start'),
      options: v.object({
        port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
        maxConcurrentRequests: v.pipe(v.number(), v.integer(), v.minValue(1)),
        timeScale: v.pipe(v.number(), v.minValue(0)),
      }),
    }),
    v.object({ type: v.literal('stop') }),
  ]),
  mockEvent: v.variant('type', [
    v.object({ type: v.literal('ready') }),
    v.object({ type: v.literal('listening'), port: v.number(), url: v.string() }),
    v.object({ type: v.literal('status'), inFlight: v.number(), limit: v.number(), served: v.number() }),
    failureSchema,
  ]),
};

/** Returns a received message. Throws a ValiError if it isn't one. */
export const readBenchmarkCommand = (message: unknown): BenchmarkCommand => v.parse(schemas.benchmarkCommand, message);
/** Returns a received message as `readBenchmarkCommand` does. */
export const readBenchmarkEvent = (message: unknown): BenchmarkEvent => v.parse(schemas.benchmarkEvent, message);
/** Returns a received message as `readBenchmarkCommand` does. */
export const readMockCommand = (message: unknown): MockCommand => v.parse(schemas.mockCommand, message);
/** Returns a received message as `readBenchmarkCommand` does. */
export const readMockEvent = (message: unknown): MockEvent => v.parse(schemas.mockEvent, message);
