import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { gpt2Switches } from '../../processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Command, type Gpt2Event, type Gpt2Options } from '../../processes/gpt2-messages.ts';
import { onInterrupt } from '../interrupt.ts';
import { progressLine } from '../output/progress.ts';

/** Entry file of the server's process: the source, or the bundle next to this one. */
const serverFile = import.meta.url.endsWith('.ts')
  ? new URL('../../processes/gpt2-server.ts', import.meta.url)
  : new URL('gpt2/gpt2-server.js', import.meta.url);

const phases: Record<Extract<Gpt2Event, { type: 'progress' }>['phase'], string> = {
  check: 'Checking the model',
  download: 'Downloading the model',
  convert: 'Converting the model',
  load: 'Loading the model',
};

/** Returns the progress of a start, in words. */
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

/** Returns the failure that the process reports as an error. */
export function failureOf({ message, hint, stack }: Extract<Gpt2Event, { type: 'failure' }>): Error {
  if (stack === undefined) return new LoadlensError(message, { hint });
  // The first line of a stack is the name of the error and its message.
  const [said = message] = stack.split('\n', 1);
  return Object.assign(
    new Error(`${message.replace(/\.$/, '')}: ${said.replace(/^\w*Error: /, '').replace(/\.$/, '')}.`),
    { stack },
  );
}

/** Returns the error of a server that stopped unexpectedly. @param how signal or exit code, in words */
export const endedByItself = (how: string): LoadlensError =>
  new LoadlensError(`The GPT-2 server stopped unexpectedly (${how}).`, {
    hint: 'See its output above. If it ran out of memory, use a lower --max-batch.',
    exitCode: ExitCode.nothingMeasured,
  });

/**
 * Forks the process of the GPT-2 server, which waits for its start command. `send` does nothing after the process has ended.
 * @throws LoadlensError with that hint if this package doesn't include the server
 */
export function forkGpt2Server(hint: string): { child: ChildProcess; send: (command: Gpt2Command) => void } {
  if (!existsSync(serverFile)) {
    throw new LoadlensError("The GPT-2 server isn't included in this package.", { hint });
  }
  const child = fork(fileURLToPath(serverFile), [], {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...gpt2Switches],
    // Ctrl+C signals the whole process group. In a separate group, the server gets one stop command, from here.
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

/** Runs `loadlens serve gpt2` until SIGINT or SIGTERM. @throws LoadlensError for errors that the user can fix */
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

/** Resolves when the process has ended by a stop command; rejects if it failed. */
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
    // Not "exit": by "close", its last messages have arrived.
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(endedByItself(signal ?? `exit code ${code}`));
    });
  });
}
