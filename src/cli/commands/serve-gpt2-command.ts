import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { gpt2Switches } from '../../processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Command, type Gpt2Event, type Gpt2Options } from '../../processes/gpt2-messages.ts';
import { onInterrupt } from '../interrupt.ts';
import { progressLine } from '../output/progress.ts';

/** The server's process: the source, or its bundle in a folder beside this one's. */
const serverFile = import.meta.url.endsWith('.ts')
  ? new URL('../../processes/gpt2-server.ts', import.meta.url)
  : new URL('gpt2/gpt2-server.js', import.meta.url);

const phases: Record<Extract<Gpt2Event, { type: 'progress' }>['phase'], string> = {
  check: 'Checking the model',
  download: 'Downloading the model',
  convert: 'Converting the model',
  load: 'Loading the model',
};

/** How far a start is, in words. */
export function progressText({ phase, share }: Extract<Gpt2Event, { type: 'progress' }>): string {
  return share === undefined ? `${phases[phase]}…` : `${phases[phase]}… ${Math.floor(share * 100)}%`;
}

function readyText({ url, synthetic }: Extract<Gpt2Event, { type: 'listening' }>, options: Gpt2Options): string {
  const { model, dtype, threads, maxBatch } = options;
  const facts = [
    synthetic ? `model ${model} with random weights` : `model ${model}`,
    dtype,
    threads === 1 ? '1 thread' : `${threads} threads`,
    `batches up to ${maxBatch}`,
  ];
  return `GPT-2 server listening on ${url} (${facts.join(', ')})\n`;
}

/** What the process says of its failure, as an error. */
export function failureOf({ message, hint, stack }: Extract<Gpt2Event, { type: 'failure' }>): Error {
  if (stack === undefined) return new LoadlensError(message, { hint });
  // The first line of a stack is the name of the error and its message.
  const [said = message] = stack.split('\n', 1);
  return Object.assign(
    new Error(`${message.replace(/\.$/, '')}: ${said.replace(/^\w*Error: /, '').replace(/\.$/, '')}.`),
    { stack },
  );
}

/** The process ended and nobody had asked it to. */
export const endedByItself = (how: string): LoadlensError =>
  new LoadlensError(`The GPT-2 server stopped unexpectedly (${how}).`, {
    hint: 'See its output above. If it ran out of memory, use a lower --max-batch.',
    exitCode: ExitCode.nothingMeasured,
  });

/**
 * Forks the GPT-2 server's process, which then waits for its start command; `send` is silent once the process is gone.
 * Throws a LoadlensError with that hint when the server is not in this package.
 */
export function forkGpt2Server(hint: string): { child: ChildProcess; send: (command: Gpt2Command) => void } {
  if (!existsSync(serverFile)) {
    throw new LoadlensError("The GPT-2 server isn't included in this package.", { hint });
  }
  const child = fork(fileURLToPath(serverFile), [], {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...gpt2Switches],
    // A terminal's Ctrl+C reaches the whole group; in a group of its own the server hears of it once, from here.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    child,
    send: (command) => {
      if (child.connected) child.send(command, () => {});
    },
  };
}

/** `loadlens serve gpt2`: serves until SIGINT or SIGTERM. Throws a LoadlensError for what the user can mend. */
export async function serveGpt2Command(options: Gpt2Options): Promise<ExitCode> {
  const { child, send } = forkGpt2Server(
    'Install a platform package such as loadlens-linux-x64, or use the mock server: loadlens serve mock',
  );
  const line = progressLine(process.stderr, true);
  const interrupt = onInterrupt({
    first: () => send({ type: 'stop' }),
    second: () => child.kill('SIGKILL'),
  });
  try {
    await served(child, (event) => {
      if (event.type === 'ready') send({ type: 'start', options });
      else if (event.type === 'progress') line.show(progressText(event));
      else if (event.type === 'listening') {
        line.clear();
        process.stdout.write(readyText(event, options));
      }
    });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    line.clear();
    interrupt.dispose();
  }
  return ExitCode.done;
}

/** Resolves when the process ended because it was told to, rejects when it failed. */
function served(child: ChildProcess, onEvent: (event: Gpt2Event) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      try {
        const event = readGpt2Event(message);
        if (event.type === 'failure') reject(failureOf(event));
        else onEvent(event);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    child.once('error', reject);
    // Not "exit": what it said last has arrived by now.
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(endedByItself(signal ?? `exit code ${code}`));
    });
  });
}
