import { ExitCode, LoadlensError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { Rules } from '../core/comparison/compare-sides.ts';
import { looksOf } from '../core/comparison/looks.ts';
import type { Snapshot } from '../core/metrics/types.ts';
import { withArrivalDraw } from '../core/plan/load/arrivals.ts';
import type { RunInput } from '../core/plan/types.ts';
import { sliceOf, type ComparedMetricName } from '../core/record/comparisons/compared-metrics.ts';
import {
  mostTargets,
  type ComparisonRecord,
  type ComparisonServer,
  type ComparisonSlice,
} from '../core/record/comparisons/comparison.ts';
import { isDecided, makeComparison } from '../core/record/comparisons/make-comparison.ts';
import { recordId } from '../core/record/make-run.ts';
import type { RunRecord, RunStatus } from '../core/record/run.ts';
import { failureHint, nothingSucceededSentence } from '../core/report/words/failure-words.ts';
import { startsAfter, valuesAfter } from '../core/record/after-run.ts';
import { seededUnits } from '../core/values/pick.ts';
import { withModels } from './discover-model.ts';
import { readEnvironment } from './machine/environment.ts';
import { readGitState } from './machine/git.ts';
import { runBenchmark, type RunHooks } from './run.ts';
import { keepConnections, type ConnectionKeeper } from './transport/connections.ts';

/** One side of a comparison. The plan of its input is that of one slice. */
export interface AbSide {
  readonly input: RunInput;
  /** Values of the file's variables, credentials masked. */
  readonly variables: Readonly<Record<string, string>>;
  /** The server, if it was started for the comparison. */
  readonly server?: ComparisonServer | undefined;
}

/** What an interleaved comparison needs. */
export interface AbInput {
  readonly a: AbSide;
  readonly b: AbSide;
  /** Pairs of slices at most, at least 8. */
  readonly pairs: number;
  readonly rules: Rules;
  /** Metrics that are judged; the usual ones unless given. */
  readonly chosen?: readonly ComparedMetricName[] | undefined;
}

/** How far a comparison is. */
export interface AbSnapshot {
  /** Number of the pair being measured, from 1; 0 before the first. */
  readonly pair: number;
  readonly side: 'a' | 'b';
  readonly run: Snapshot;
  /** Result of the complete pairs. */
  readonly record: ComparisonRecord;
}

/** Callbacks of the caller of a comparison. Canceling keeps the complete pairs. */
export interface AbHooks extends Pick<RunHooks, 'signal' | 'fault' | 'version'> {
  /** Called before each slice; `pair` is 0 for those that open connections. */
  onSlice?(pair: number, side: 'a' | 'b'): void;
  onSnapshot?(snapshot: AbSnapshot): void;
  /** Called after each pair with the record that remains if the process ends now. Must not reject. */
  onPartial?(record: ComparisonRecord): Promise<void>;
}

/** Longest slice of each side before the first pair, s: it opens connections and isn't counted. */
const longestFirstS = 1;
/** Times that a slice without a request is measured again. */
const mostRepeats = 3;

/** Share of conversations that are cut off by the ends of slices without changing the mix of turns much. */
const fewCut = 0.05;

/** Returns a warning if the ends of slices cut off enough conversations to change the mix of their turns. */
function cutNotes({ started, cut }: { readonly started: number; readonly cut: number }): readonly string[] {
  if (cut <= fewCut * started) return [];
  return [
    `The ends of slices cut off ${formatCount(cut)} of ${formatCount(started)} conversations, so first turns outnumber later ones. Use slices several times as long as a conversation.`,
  ];
}

/**
 * Returns whether both sides send to one server. What one side has sent is then in the prefix cache for the other, so each
 * slice continues with the prompts after those of the slice before.
 */
function shareServer(a: RunInput, b: RunInput): boolean {
  const origins = new Set(a.requests.map(({ url }) => new URL(url).origin));
  return b.requests.some(({ url }) => origins.has(new URL(url).origin));
}

/** A side while it is measured. */
interface Running {
  input: RunInput;
  readonly keeper: ConnectionKeeper;
  readonly slices: ComparisonSlice[];
}

/**
 * Compares A and B in pairs of short slices, in an order drawn from the seed, until a look finds the verdict certain. Both
 * sides keep their connections open meanwhile. Rejects with a LoadlensError when no request of a side's first slice succeeds.
 */
export async function compareLive(given: AbInput, hooks: AbHooks): Promise<ComparisonRecord> {
  const { pairs, rules, chosen } = given;
  const { signal, fault, version } = hooks;
  const { plan, file, name } = given.a.input;
  const startedAt = new Date();
  const inputs = await withModels([given.a.input, given.b.input], signal, plan);
  const sideOf = (index: number, from: RunInput): Running => ({
    // Git is asked once for all slices.
    input: { ...(inputs[index] ?? from), file: null },
    keeper: keepConnections(),
    slices: [],
  });
  const sides = { a: sideOf(0, given.a.input), b: sideOf(1, given.b.input) };
  const areOneServer = shareServer(sides.a.input, sides.b.input);
  const source = file && { file: file.shownAs, ...(await readGitState(file.path)) };
  const environment = readEnvironment(version);
  const id = recordId(startedAt, Math.random);
  const firstOf = seededUnits(plan.seed);
  const order: ('a' | 'b')[] = [];
  const notes = new Set<string>();
  const conversations = { started: 0, cut: 0 };
  let status: RunStatus = 'completed';
  let stopReason: string | undefined;

  const recordOf = (asStatus: RunStatus): ComparisonRecord => {
    const complete = Math.min(sides.a.slices.length, sides.b.slices.length);
    const kept = (side: 'a' | 'b'): ComparisonRecord['a'] => ({
      variables: given[side].variables,
      ...(given[side].server && { server: given[side].server }),
      targets: given[side].input.targets
        .slice(0, mostTargets)
        .map(({ name: target, method, url }) => ({ name: target, method, url })),
      slices: sides[side].slices.slice(0, complete),
    });
    return makeComparison({
      id,
      name,
      startedAt: startedAt.toISOString(),
      status: asStatus,
      ...(stopReason !== undefined && { stopReason }),
      plan,
      a: kept('a'),
      b: kept('b'),
      environment,
      source,
      rules,
      chosen,
      pairs: { planned: pairs, order: order.slice(0, complete) },
      warnings: [...notes, ...cutNotes(conversations)],
    });
  };

  let record = recordOf('crashed');
  /** Sends one slice; what makes it impossible must not cost the pairs that are complete. */
  const tryRun = async (side: 'a' | 'b', pair: number, durationS: number | null): Promise<RunRecord | undefined> => {
    const { input, keeper } = sides[side];
    hooks.onSlice?.(pair, side);
    const onSnapshot = (run: Snapshot): void => hooks.onSnapshot?.({ pair, side, run, record });
    try {
      return await runBenchmark(
        { ...input, plan: withArrivalDraw({ ...input.plan, durationS }, pair) },
        { signal, fault, version, keeper, mostTargets, mostLoops: 1, onSnapshot },
      );
    } catch (error) {
      if (pair < 2) throw error;
      status = 'crashed';
      stopReason = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const measure = async (side: 'a' | 'b', pair: number, durationS: number | null): Promise<RunRecord | undefined> => {
    const run = await tryRun(side, pair, durationS);
    if (run === undefined) return undefined;
    const valueStart = valuesAfter(run);
    const used = { promptStarts: startsAfter(run), ...(valueStart !== undefined && { valueStart }) };
    for (const each of areOneServer ? (['a', 'b'] as const) : [side]) {
      sides[each].input = { ...sides[each].input, ...used };
    }
    for (const note of run.server?.notes ?? []) notes.add(`Server of ${side.toUpperCase()}: ${note}.`);
    if (run.status === 'completed') return run;
    status = run.status;
    stopReason = run.stopReason;
    return undefined;
  };

  /**
   * Measures a slice, and repeats it if a pause of the machine left no time for a request, because such a slice says
   * nothing about its side.
   */
  const measureSlice = async (
    side: 'a' | 'b',
    pair: number,
    durationS = plan.durationS,
  ): Promise<RunRecord | undefined> => {
    let run = await measure(side, pair, durationS);
    for (let attempt = 0; run?.requestsSent === 0 && attempt < mostRepeats; attempt += 1) {
      notes.add('A pause of this machine was longer than a slice. The slice was repeated.');
      run = await measure(side, pair, durationS);
    }
    return run;
  };

  /** Measures one pair. False when it was cut off. */
  const measurePair = async (pair: number): Promise<boolean> => {
    const first = firstOf(pair) < 0.5 ? 'a' : 'b';
    order.push(first);
    for (const side of first === 'a' ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
      const run = await measureSlice(side, pair);
      if (run === undefined) return false;
      sides[side].slices.push(sliceOf(run));
      conversations.started += run.conversations?.started ?? 0;
      conversations.cut += run.conversations?.cut ?? 0;
    }
    return true;
  };

  try {
    for (const side of ['a', 'b'] as const) {
      const run = await measureSlice(side, 0, Math.min(plan.durationS ?? longestFirstS, longestFirstS));
      if (run === undefined) return recordOf(status);
      // Without a success, there is nothing to compare, however long the slices are.
      if (run.successes === 0) {
        throw new LoadlensError(`${side.toUpperCase()}: ${nothingSucceededSentence(run)}`, {
          hint: failureHint([run]),
          exitCode: ExitCode.nothingMeasured,
        });
      }
    }
    const looks = new Set(looksOf(pairs, rules.level).map((look) => look.pairs));
    for (let pair = 1; pair <= pairs; pair += 1) {
      if (!(await measurePair(pair))) break;
      record = recordOf('crashed');
      await hooks.onPartial?.(record);
      if (looks.has(pair) && isDecided(record)) break;
    }
    return recordOf(status);
  } finally {
    sides.a.keeper.close();
    sides.b.keeper.close();
  }
}
