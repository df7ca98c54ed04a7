import * as v from 'valibot';
import type { Snapshot } from '../core/metrics/types.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { RunRecord } from '../core/report/types.ts';

/** An expected failure as it crosses a process boundary. */
export interface FailureMessage {
  readonly type: 'failure';
  readonly message: string;
  readonly hint: string;
  /** Present for a bug: goes to the log, never to the user. */
  readonly stack?: string;
}

/** To the benchmark process. It serves one run and exits by itself. */
export type BenchmarkCommand = { readonly type: 'run'; readonly input: RunInput } | { readonly type: 'cancel' };

/** From the benchmark process: `ready` once, snapshots, then exactly one `record` or `failure`. */
export type BenchmarkEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'record'; readonly record: RunRecord }
  | FailureMessage;

/** What the mock server is asked to be; ranges as in docs/mock-server.md. */
export interface MockOptions {
  readonly port: number;
  readonly maxConcurrentRequests: number;
  /** Sleeps are multiplied by it: 0.01 turns 1 s into 10 ms. */
  readonly timeScale: number;
}

/** To a server process. It also stops when its parent goes away. */
export type MockCommand = { readonly type: 'start'; readonly options: MockOptions } | { readonly type: 'stop' };

/** From a server process: `listening` or `failure` first, then `status` when it changed, at most twice a second. */
export type MockEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'listening'; readonly port: number; readonly url: string }
  | { readonly type: 'status'; readonly inFlight: number; readonly limit: number; readonly served: number }
  | FailureMessage;

const failure = v.object({
  type: v.literal('failure'),
  message: v.string(),
  hint: v.string(),
  stack: v.exactOptional(v.string()),
});

const record = v.custom<RunRecord>((x) => typeof x === 'object' && x !== null && 'schema' in x && 'status' in x);
const snapshot = v.custom<Snapshot>((x) => typeof x === 'object' && x !== null && 'phase' in x && 'summary' in x);
const input = v.custom<RunInput>(
  (x) => typeof x === 'object' && x !== null && 'plan' in x && 'requests' in x && 'targets' in x,
);

const schemas = {
  benchmarkCommand: v.variant('type', [
    v.object({ type: v.literal('run'), input }),
    v.object({ type: v.literal('cancel') }),
  ]),
  benchmarkEvent: v.variant('type', [
    v.object({ type: v.literal('ready') }),
    v.object({ type: v.literal('snapshot'), snapshot }),
    v.object({ type: v.literal('record'), record }),
    failure,
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
    failure,
  ]),
};

/** Checks what arrived over IPC. Throws a ValiError for anything that is no message of the kind. */
export const readBenchmarkCommand = (message: unknown): BenchmarkCommand => v.parse(schemas.benchmarkCommand, message);
/** As readBenchmarkCommand. */
export const readBenchmarkEvent = (message: unknown): BenchmarkEvent => v.parse(schemas.benchmarkEvent, message);
/** As readBenchmarkCommand. */
export const readMockCommand = (message: unknown): MockCommand => v.parse(schemas.mockCommand, message);
/** As readBenchmarkCommand. */
export const readMockEvent = (message: unknown): MockEvent => v.parse(schemas.mockEvent, message);
