import { formatCount } from '../../../core/format.ts';
import { readMockEvent, type MockOptions } from '../../../processes/messages.ts';
import type { Activity, ServerKind } from './bundled-server.ts';
import { numberSetting } from '../workspace/settings.ts';

const activity = (inFlight: number, limit: number, served: number): Activity => ({
  short: `${formatCount(inFlight)} in flight`,
  long: `${formatCount(inFlight)} of ${formatCount(limit)} in flight`,
  total: `${formatCount(served)} requests served`,
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
    title: 'Mock server',
    name: 'mock server',
    what: 'A server with known responses and delays for trying out benchmarks.',
    starting: 'Starting mock server…',
    startLens: 'Start mock server',
    stopLens: (port, doing) => `Stop mock server (:${port}, ${doing})`,
    startAndRun: 'Start Mock Server and Run',
    endedByItself: (how) => `The mock server stopped unexpectedly (${how}).`,
    missing: { message: 'The mock server is missing.', hint: 'Install Loadlens again.' },
  },
});
