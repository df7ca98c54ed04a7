// The process that sends the load of one run, sweep or suite. Its parent is the extension host or a test; see messages.ts for what they say.
import manifest from '../../package.json' with { type: 'json' };
import type { Snapshot } from '../core/metrics/types.ts';
import { makeThroughputSuite } from '../core/record/make-suite.ts';
import type { RunRecord } from '../core/record/run.ts';
import { runBenchmark } from '../engine/run.ts';
import { measureThroughput } from '../engine/suite.ts';
import { runSweep, type SweepSnapshot } from '../engine/sweep.ts';
import { failureOf } from './failure.ts';
import { readBenchmarkCommand, type BenchmarkEvent, type BenchmarkTask } from './messages.ts';

/** How long a fault may take to end the benchmark. */
const faultLimitMs = 10_000;

const cancel = new AbortController();
const fault = new AbortController();
let started = false;

/** Says it and, when it is the last thing to say, exits once it has left. */
function tell(event: BenchmarkEvent, exitCode?: number): void {
  process.send?.(event, undefined, undefined, () => {
    if (exitCode !== undefined) process.exit(exitCode);
  });
}

/** Tells what a run would leave, and waits until that is on its way. */
const tellPartial = (record: RunRecord): Promise<void> =>
  new Promise((resolve) => {
    const event: BenchmarkEvent = { type: 'partial', record };
    if (process.connected) process.send?.(event, undefined, undefined, () => resolve());
    else resolve();
  });
const tellLevelPartial = async (_: unknown, running: RunRecord | null): Promise<void> => {
  if (running !== null) await tellPartial(running);
};

async function run(task: BenchmarkTask): Promise<void> {
  const hooks = { signal: cancel.signal, fault: fault.signal, version: manifest.version, serverPid: task.serverPid };
  if (task.type === 'sweep') {
    const record = await runSweep(task.input, { ...hooks, onSnapshot: tellLevels(), onPartial: tellLevelPartial });
    tell({ type: 'sweep', record }, 0);
  } else if (task.type === 'suite') {
    const { setup, ...about } = task.input;
    const levelHooks = { ...hooks, onSnapshot: tellLevels(), onPartial: tellLevelPartial };
    const measured = await measureThroughput(setup, about.workload, levelHooks);
    tell({ type: 'suite', record: makeThroughputSuite({ ...measured, ...about, files: [] }) }, 0);
  } else {
    const onSnapshot = (snapshot: Snapshot): void => tell({ type: 'snapshot', snapshot });
    const record = await runBenchmark(task.input, { ...hooks, onSnapshot, onPartial: tellPartial });
    tell({ type: 'record', record }, 0);
  }
}

/** Tells each level once it has ended, so that no message grows with their number. */
function tellLevels(): (snapshot: SweepSnapshot) => void {
  let told = 0;
  return ({ finished, run: snapshot }) => {
    for (const record of finished.slice(told)) tell({ type: 'levelEnded', record });
    told = finished.length;
    tell({ type: 'levelSnapshot', level: told, snapshot });
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
  // What was measured becomes a record as usual, unless even that fails.
  fault.abort(error);
  setTimeout(() => fail(error), faultLimitMs).unref();
});

if (process.send) {
  tell({ type: 'ready' });
} else {
  process.stderr.write("This program can't be run directly. Run `loadlens --help` instead.\n");
  process.exitCode = 2;
}
