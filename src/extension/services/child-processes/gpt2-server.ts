import { l10n } from 'vscode';
import { availableParallelism } from 'node:os';
import { formatCount } from '../../../core/format.ts';
import { cacheFolder } from '../../../processes/cache-folder.ts';
import { gpt2Defaults, gpt2Dtypes, threadsFor } from '../../../processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Event, type Gpt2Options } from '../../../processes/gpt2-messages.ts';
import type { Activity, ServerKind } from './bundled-server.ts';
import { numberSetting, textSetting } from '../workspace/settings.ts';

const activity = (running: number, waiting: number, tokens: number): Activity => ({
  short: l10n.t('{0} running', formatCount(running)),
  long: l10n.t('{0} running, {1} waiting', formatCount(running), formatCount(waiting)),
  total: l10n.t('{0} tokens generated', formatCount(tokens)),
});

function stepWords({ phase, share }: Extract<Gpt2Event, { type: 'progress' }>): string {
  const percent = share === undefined ? '' : `${Math.floor(share * 100)} %`;
  switch (phase) {
    case 'check':
      return l10n.t('Looking for the model');
    case 'download':
      return l10n.t('Downloading the model {0}', percent).trim();
    case 'convert':
      return l10n.t('Converting the model {0}', percent).trim();
    case 'load':
      return l10n.t('Loading the model');
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
  // It waits for the running step, and gives up by itself before this.
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
          ...(synthetic ? { note: l10n.t('random weights') } : {}),
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
    title: l10n.t('GPT-2 server'),
    what: l10n.t('A real language model on this machine’s processor, with the API of OpenAI.'),
    starting: l10n.t('Starting GPT-2 server…'),
    startLens: l10n.t('Start GPT-2 server'),
    stopLens: (port, doing) => l10n.t('Stop GPT-2 server (:{0}, {1})', port, doing),
    startAndRun: l10n.t('Start GPT-2 Server and Run'),
    endedByItself: (how) => l10n.t('The GPT-2 server stopped unexpectedly ({0}).', how),
    missing: {
      message: l10n.t('The GPT-2 server is not in this package of Loadlens.'),
      hint: l10n.t('Install the package for your platform, such as loadlens-linux-x64; it has the server.'),
    },
  },
});
