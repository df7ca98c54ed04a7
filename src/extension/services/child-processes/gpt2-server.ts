import { availableParallelism } from 'node:os';
import { formatCount } from '../../../core/format.ts';
import { cacheFolder } from '../../../processes/cache-folder.ts';
import { gpt2Defaults, gpt2Dtypes, threadsFor } from '../../../processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Event, type Gpt2Options } from '../../../processes/gpt2-messages.ts';
import type { Activity, ServerKind } from './bundled-server.ts';
import { numberSetting, textSetting } from '../workspace/settings.ts';

const activity = (running: number, waiting: number, tokens: number): Activity => ({
  short: `${formatCount(running)} running`,
  long: `${formatCount(running)} running, ${formatCount(waiting)} waiting`,
  total: `${formatCount(tokens)} tokens generated`,
});

function stepWords({ phase, share }: Extract<Gpt2Event, { type: 'progress' }>): string {
  const percent = share === undefined ? '' : `${Math.floor(share * 100)} %`;
  switch (phase) {
    case 'check':
      return 'Looking for the model';
    case 'download':
      return `Downloading the model ${percent}`.trim();
    case 'convert':
      return `Converting the model ${percent}`.trim();
    case 'load':
      return 'Loading the model';
  }
}

/** The GPT-2 server; `entry` is its bundle, which is only in the packages for one platform. */
export const gpt2Server = (entry: string): ServerKind<Gpt2Options> => ({
  id: 'gpt2',
  entry,
  start: 'startGpt2Server',
  stop: 'stopGpt2Server',
  runningKey: 'gpt2Running',
  missingKey: 'gpt2Missing',
  slowStart: true,
  // It waits for the current step, and gives up by itself before this.
  stopLimitMs: 20_000,
  options: () => ({
    port: numberSetting('gpt2.port'),
    model: textSetting('gpt2.model'),
    dtype: gpt2Dtypes.find((dtype) => dtype === textSetting('gpt2.dtype')) ?? gpt2Defaults.dtype,
    threads: numberSetting('gpt2.threads') || threadsFor(availableParallelism()),
    maxBatch: numberSetting('gpt2.maxBatch'),
    cacheDir: textSetting('gpt2.cacheFolder') || cacheFolder('gpt2'),
  }),
  read: (message) => {
    const event = readGpt2Event(message);
    switch (event.type) {
      case 'progress':
        return { type: 'progress', step: stepWords(event) };
      case 'listening': {
        const { type, port, url, synthetic } = event;
        return {
          type,
          port,
          url,
          activity: activity(0, 0, 0),
          ...(synthetic ? { note: 'random weights' } : {}),
        };
      }
      case 'status':
        return { type: 'status', activity: activity(event.running, event.waiting, event.generatedTokens) };
      case 'ready':
      case 'failure':
        return event;
    }
  },
  words: {
    title: 'GPT-2 server',
    name: 'GPT-2 server',
    what: 'A real language model on this machine’s processor, with the API of OpenAI.',
    starting: 'Starting GPT-2 server…',
    startLens: 'Start GPT-2 server',
    stopLens: (port, doing) => `Stop GPT-2 server (:${port}, ${doing})`,
    startAndRun: 'Start GPT-2 Server and Run',
    endedByItself: (how) => `The GPT-2 server stopped unexpectedly (${how}).`,
    missing: {
      message: 'The GPT-2 server is not in this package of Loadlens.',
      hint: 'Install the package for your platform, such as loadlens-linux-x64; it has the server.',
    },
  },
});
