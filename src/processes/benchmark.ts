// The process that sends the load of one run. Its parent is the extension host or a test; see messages.ts for what they say.
import manifest from '../../package.json' with { type: 'json' };
import { LoadlensError } from '../core/errors.ts';
import type { RunInput } from '../core/plan/types.ts';
import { runBenchmark } from '../engine/run.ts';
import { readBenchmarkCommand, type BenchmarkEvent, type FailureMessage } from './messages.ts';

const cancel = new AbortController();
let started = false;

/** Says it and, when it is the last thing to say, exits once it has left. */
function tell(event: BenchmarkEvent, exitCode?: number): void {
  process.send?.(event, undefined, undefined, () => {
    if (exitCode !== undefined) process.exit(exitCode);
  });
}

async function run(input: RunInput): Promise<void> {
  const record = await runBenchmark(input, {
    signal: cancel.signal,
    version: manifest.version,
    onSnapshot: (snapshot) => tell({ type: 'snapshot', snapshot }),
  });
  tell({ type: 'record', record }, 0);
}

function fail(error: unknown): void {
  tell(failureOf(error), 1);
}

function failureOf(error: unknown): FailureMessage {
  if (error instanceof LoadlensError) return { type: 'failure', message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return {
    type: 'failure',
    message: `The benchmark stopped: ${message}`,
    hint: 'This is a fault in Loadlens. The log has the details.',
    ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
  };
}

process.on('message', (message: unknown) => {
  const command = readBenchmarkCommand(message);
  if (command.type === 'cancel') {
    cancel.abort();
  } else if (!started) {
    started = true;
    run(command.input).catch(fail);
  }
});
process.on('disconnect', () => {
  cancel.abort();
  process.exit(0);
});
process.on('uncaughtException', fail);

if (process.send) {
  tell({ type: 'ready' });
} else {
  process.stderr.write('This program is started by Loadlens. Run `loadlens --help` instead.\n');
  process.exitCode = 2;
}
