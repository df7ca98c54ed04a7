import { l10n } from 'vscode';
import { formatCount } from '../../../core/format.ts';
import { readMockEvent, type MockOptions } from '../../../processes/messages.ts';
import type { Activity, ServerKind } from './bundled-server.ts';
import { numberSetting } from '../workspace/settings.ts';

const activity = (inFlight: number, limit: number, served: number): Activity => ({
  short: l10n.t('{0} in flight', formatCount(inFlight)),
  long: l10n.t('{0} of {1} in flight', formatCount(inFlight), formatCount(limit)),
  total: l10n.t('{0} requests served', formatCount(served)),
});

/** The mock server; `entry` is its bundle. */
export const mockServer = (entry: string): ServerKind<MockOptions> => ({
  id: 'mock',
  entry,
  start: 'startMockServer',
  stop: 'stopMockServer',
  runningKey: 'mockRunning',
  slowStart: false,
  stopLimitMs: 2000,
  options: () => ({
    port: numberSetting('mock.port'),
    maxConcurrentRequests: numberSetting('mock.maxConcurrentRequests'),
    timeScale: numberSetting('mock.timeScale'),
  }),
  read: (message, options) => {
    const event = readMockEvent(message);
    if (event.type === 'listening') return { ...event, activity: activity(0, options.maxConcurrentRequests, 0) };
    if (event.type !== 'status') return event;
    return { type: 'status', activity: activity(event.inFlight, event.limit, event.served) };
  },
  words: {
    title: l10n.t('Mock server'),
    what: l10n.t('A server with known answers and known delays, to try benchmarks on.'),
    starting: l10n.t('Starting mock server…'),
    startLens: l10n.t('Start mock server'),
    stopLens: (port, doing) => l10n.t('Stop mock server (:{0}, {1})', port, doing),
    startAndRun: l10n.t('Start Mock Server and Run'),
    endedByItself: (how) => l10n.t('The mock server stopped unexpectedly ({0}).', how),
    missing: { message: l10n.t('The mock server is missing.'), hint: l10n.t('Install Loadlens again.') },
  },
});
