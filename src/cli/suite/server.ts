import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { LoadlensError } from '../../core/errors.ts';
import type { SuiteModel } from '../../core/record/suites/suite.ts';
import { cacheFolder } from '../../processes/cache-folder.ts';
import { gpt2Defaults, threadsFor } from '../../processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Options } from '../../processes/gpt2-messages.ts';
import { startMockProcess } from '../calibrate/mock-process.ts';
import { endedByItself, failureOf, forkGpt2Server, progressText } from '../commands/serve-gpt2-command.ts';

/** The server of a suite. */
export interface SuiteServer extends SuiteModel {
  /** Process id if the suite started the server. */
  readonly pid: number | undefined;
  /** Model name in request bodies. */
  readonly asked: string | undefined;
  readonly close: () => Promise<void>;
}

/** Parsed options of a suite's server. */
export interface ServerChoice {
  /** `gpt2`, `mock`, or a URL. */
  readonly server: string;
  readonly model?: string;
  readonly dtype?: Gpt2Options['dtype'];
}

/** Above the concurrency of any suite. */
const mockLimit = 100;
const stopLimitMs = 15_000;
const nothing = (): Promise<void> => Promise.resolve();

/** Starts the server of a suite, or returns the one at the URL. @throws LoadlensError for errors that the user can fix */
export async function startSuiteServer(
  { server, model, dtype = gpt2Defaults.dtype }: ServerChoice,
  show: (text: string) => void,
  signal: AbortSignal,
): Promise<SuiteServer> {
  if (server === 'gpt2') return startGpt2({ model: model ?? gpt2Defaults.model, dtype }, show, signal);
  if (server === 'mock') {
    const mock = await startMockProcess(process.argv.slice(1, 2), mockLimit);
    const url = `${mock.url}/v1/completions`;
    const mine = { name: 'mock', url, server: 'mock', synthetic: null, dtype: null } as const;
    return { ...mine, asked: 'mock', pid: mock.pid, close: () => mock.close() };
  }
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new LoadlensError(`"${server}" isn't a server that a suite can measure.`, {
      hint: 'Use gpt2, mock, or a URL such as http://127.0.0.1:8000/v1/completions.',
    });
  }
  const name = model ?? new URL(server).host;
  return {
    name,
    asked: model,
    url: server,
    server: 'url',
    synthetic: null,
    dtype: null,
    pid: undefined,
    close: nothing,
  };
}

async function startGpt2(
  { model, dtype }: Pick<Gpt2Options, 'model' | 'dtype'>,
  show: (text: string) => void,
  signal: AbortSignal,
): Promise<SuiteServer> {
  const threads = threadsFor(availableParallelism());
  const { maxBatch } = gpt2Defaults;
  const options: Gpt2Options = { port: 0, model, dtype, threads, maxBatch, cacheDir: cacheFolder('gpt2') };
  const { child, send } = forkGpt2Server('Install the package for your platform, or use --server mock.');
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', stop);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    send({ type: 'stop' });
    const killer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await gone;
    clearTimeout(killer);
  };
  const stop = (): void => send({ type: 'stop' });
  signal.addEventListener('abort', stop);
  try {
    const { url, synthetic } = await new Promise<{ url: string; synthetic: boolean }>((resolve, reject) => {
      child.on('message', (message) => {
        const event = readGpt2Event(message);
        if (event.type === 'ready') send({ type: 'start', options });
        else if (event.type === 'progress') show(progressText(event));
        else if (event.type === 'listening') resolve(event);
        else if (event.type === 'failure') reject(failureOf(event));
      });
      child.once('error', reject);
      child.once('close', (code, how) => reject(endedByItself(how ?? `exit code ${code}`)));
    });
    signal.removeEventListener('abort', stop);
    const named = `gpt2-${model}`.replace(/^gpt2-(.*gpt2.*)$/i, '$1');
    const whole = { name: named, url: `${url}/v1/completions`, server: 'gpt2', synthetic, dtype } as const;
    return { ...whole, asked: model, pid: child.pid, close };
  } catch (error) {
    await close();
    throw error;
  }
}
