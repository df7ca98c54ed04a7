// Process that sends the load of one run, sweep, search, suite, or comparison. Its parent is the extension host or a test. Messages: messages.ts.
import manifest from '../../package.json' with { type: 'json' };
import type { Snapshot } from '../core/metrics/types.ts';
import type { ComparisonRecord } from '../core/record/comparisons/comparison.ts';
import { makeThroughputSuite } from '../core/record/suites/make-suite.ts';
import type { RunRecord } from '../core/record/run.ts';
import { findCapacity } from '../engine/capacity-search.ts';
import { runBenchmark } from '../engine/run.ts';
import { sendOnce } from '../engine/send-once.ts';
import { measureThroughput } from '../engine/suite.ts';
import type { RunPlan } from '../core/plan/types.ts';
import { runSweep, type SweepSnapshot } from '../engine/sweep.ts';
import { removeLeftovers } from '../side-servers/session.ts';
import { comparisonCache, runComparison } from './comparison.ts';
import { failureOf } from './failure.ts';
import {
  readBenchmarkCommand,
  type BenchmarkEvent,
  type BenchmarkTask,
  type OnceTask,
  type TidyTask,
} from './messages.ts';

/** Maximum time for a benchmark to end after a fault, ms. */
const faultLimitMs = 10_000;

const cancel = new AbortController();
const fault = new AbortController();
let started = false;

/** Sends an event. With an exit code, exits once it's sent. */
function tell(event: BenchmarkEvent, exitCode?: number): void {
  process.send?.(event, undefined, undefined, () => {
    if (exitCode !== undefined) process.exit(exitCode);
  });
}

/** Sends an event, and waits until it's sent. */
const tellAndWait = (event: BenchmarkEvent): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(event, undefined, undefined, () => resolve());
    else resolve();
  });
const tellPartial = (record: RunRecord): Promise<void> => tellAndWait({ type: 'partial', record });
const tellLevelPartial = async (_: unknown, running: RunRecord | null): Promise<void> => {
  if (running !== null) await tellPartial(running);
};

async function run(task: BenchmarkTask | OnceTask | TidyTask): Promise<void> {
  if (task.type === 'tidy') {
    await removeLeftovers(comparisonCache(), (text) => process.stderr.write(`${text}\n`));
    process.exit(0);
  }
  if (task.type === 'once') {
    const response = await sendOnce(task.input, { signal: cancel.signal, version: manifest.version });
    tell({ type: 'response', response }, 0);
    return;
  }
  const hooks = { signal: cancel.signal, fault: fault.signal, version: manifest.version, serverPid: task.serverPid };
  if (task.type === 'sweep') {
    const record = await runSweep(task.input, {
      ...hooks,
      onSnapshot: tellLevels(task.input.plan.levels),
      onPartial: tellLevelPartial,
    });
    tell({ type: 'sweep', record }, 0);
  } else if (task.type === 'search') {
    const searchHooks = { ...hooks, onSnapshot: tellLevels([]), onPartial: tellLevelPartial };
    tell({ type: 'sweep', record: await findCapacity(task.input, searchHooks) }, 0);
  } else if (task.type === 'suite') {
    const { setup, ...about } = task.input;
    const levelHooks = { ...hooks, onSnapshot: tellLevels([]), onPartial: tellLevelPartial };
    const measured = await measureThroughput(setup, about.workload, levelHooks);
    tell({ type: 'suite', record: makeThroughputSuite({ ...measured, ...about, files: [] }) }, 0);
  } else if (task.type === 'comparison') {
    const onPartial = (record: ComparisonRecord): Promise<void> => tellAndWait({ type: 'pairEnded', record });
    tell({ type: 'comparison', record: await runComparison(task.input, { ...hooks, onPartial, tell }) }, 0);
  } else {
    const onSnapshot = (snapshot: Snapshot): void => tell({ type: 'snapshot', snapshot });
    const record = await runBenchmark(task.input, { ...hooks, onSnapshot, onPartial: tellPartial });
    tell({ type: 'record', record }, 0);
  }
}

/**
 * Returns a listener that sends each level once, when it ends, so that messages don't grow with the number of levels.
 * @param levels planned levels, some of which may be skipped; empty: none is
 */
function tellLevels(levels: readonly RunPlan[]): (snapshot: SweepSnapshot) => void {
  let told = 0;
  return ({ finished, run: snapshot, plan }) => {
    for (const record of finished.slice(told)) tell({ type: 'levelEnded', record });
    told = finished.length;
    tell({ type: 'levelSnapshot', level: Math.max(told, levels.indexOf(plan)), snapshot });
  };
}

function fail(error: unknown): void {
  const message = `Internal error: ${error instanceof Error ? error.message : String(error)}`;
  tell(failureOf(error, { message, hint: 'This is a bug. See the log for details, and report it.' }), 1);
}

process.on('message', (message: unknown) => {
  const command = readBenchmarkCommand(message);
  if (command.type === 'cancel') {
    cancel.abort();
  } else if (!started) {
    started = true;
    run(command).catch(fail);
  }
});
process.on('disconnect', () => {
  cancel.abort();
  process.exit(0);
});
process.on('uncaughtException', (error) => {
  if (!started || fault.signal.aborted) {
    fail(error);
    return;
  }
  process.stderr.write(`${error.stack ?? error.message}\n`);
  // The results so far become a record, unless that fails, too.
  fault.abort(error);
  setTimeout(() => fail(error), faultLimitMs).unref();
});

if (process.send) {
  tell({ type: 'ready' });
} else {
  process.stderr.write("This program can't be run directly. Run loadlens --help instead.\n");
  process.exitCode = 2;
}
