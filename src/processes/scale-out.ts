// Sends one share of a load in a worker of Artillery. Called by the hook of an exported project; see docs/scale-out.md.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { prepareFromEnvironment } from '../core/endpoints/variables/from-environment.ts';
import { LoadlensError } from '../core/errors.ts';
import type { RecorderState } from '../core/metrics/recorder/recorder-state.ts';
import { planOfOne } from '../core/plan/load/share.ts';
import type { RunInput } from '../core/plan/types.ts';
import { formatCount } from '../core/format.ts';
import { readLoad, type SharedLoad } from '../core/scale-out/load.ts';
import { passageCounter, shareCounters } from '../core/scale-out/share-report.ts';
import { runBenchmark } from '../engine/run.ts';
import { meet, type Meeting } from './meeting.ts';

/** Maximum wait for the threads of a process, ms. */
const meetLimitMs = 60_000;
/** Workers in a cloud start at multiples of this time of their clocks, ms … */
const cloudBeatMs = 20_000;
/** … with at least this time left, so that all have the same multiple. */
const cloudAheadMs = 5_000;
/** Maximum number of counters on Lambda, where a report has to fit a message of 1 MiB. */
const mostOnLambda = 25_000;

/**
 * Sends one share of the load in the `load.json` next to this file. Called once per share, in any of Artillery's
 * threads, which number themselves and start together. In a cloud, each worker is a process and would send the whole
 * load, so only its first thread sends, with a separate plan.
 * @param test Artillery's name for the test run
 * @param count reports a number to Artillery, which adds up those with the same name
 */
export async function runShare(test: string, count: (name: string, value: number) => void): Promise<void> {
  const load = readLoad(JSON.parse(readFileSync(new URL('load.json', import.meta.url), 'utf8')));
  const meeting = await meet(`loadlens ${load.id} ${test}`, load.shares, meetLimitMs);
  if (meeting === undefined) throw new Error(`Artillery didn't start ${load.shares} virtual users. Nothing was sent.`);
  // Artillery sets it if each worker is a machine, to separate their metrics.
  const inCloud = process.env['SQS_TAGS'] !== undefined;
  try {
    if (!inCloud || meeting.number === 0) await send(load, meeting, inCloud, count);
  } catch (error) {
    // Artillery reports only the message.
    throw error instanceof LoadlensError ? new Error(`${error.message} ${error.hint}`, { cause: error }) : error;
  } finally {
    meeting.leave();
  }
}

async function send(
  load: SharedLoad,
  meeting: Meeting,
  inCloud: boolean,
  count: (name: string, value: number) => void,
): Promise<void> {
  count(passageCounter(load.id, 'started'), 1);
  const input = inputOf(load, inCloud ? null : meeting.number);
  let state: RecorderState | undefined;
  const record = await runBenchmark(input, {
    version: manifest.version,
    signal: new AbortController().signal,
    // Artillery has its own workers, and this bundle has no file for a worker.
    mostLoops: 1,
    beforeClock: () => (inCloud ? nextBeat() : meeting.ready()),
    onEnd: (ended) => (state = ended),
  });
  if (state === undefined) return;
  const { requestsSent, successes } = record;
  const name = inCloud ? 'This worker' : `Share ${meeting.number + 1} of ${load.shares}`;
  say(`${name}: ${formatCount(requestsSent)} requests, ${formatCount(successes)} successes.`);
  const number = inCloud ? null : meeting.number;
  const most = process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined ? {} : { most: mostOnLambda };
  const counters = shareCounters(randomBytes(6).toString('hex'), { record, state, number, ...most });
  for (const [counter, value] of counters) count(counter, value);
  count(passageCounter(load.id, 'ended'), 1);
}

function inputOf({ name, shares, targets, stream, files, ...load }: SharedLoad, number: number | null): RunInput {
  // One reader is enough, and reports of workers have no place for it. Workers have no tokenizer.
  const { metricsUrl: _, series: __, tokenizer: ___, ...plan } = load.plan;
  const bodyFile = (path: string, written = path): Uint8Array | undefined => {
    const content = files[written];
    return content === undefined ? undefined : Buffer.from(content, 'base64');
  };
  const prepared = prepareFromEnvironment(targets, { env: process.env, bodyFile, shownAs: name, stream });
  const ownSeed = randomBytes(4).readUInt32LE();
  return {
    name,
    targets,
    ...prepared,
    // Each starts with another prompt, because the prompts of the others are unknown.
    ...(number === null
      ? { plan: planOfOne(plan, shares, ownSeed), promptStarts: targets.map(() => ownSeed) }
      : { plan, share: { number, of: shares } }),
    file: null,
  };
}

/** Waits for the next common start. Machines with synchronized clocks start together without messages. */
async function nextBeat(): Promise<void> {
  const now = Date.now();
  const atMs = Math.ceil((now + cloudAheadMs) / cloudBeatMs) * cloudBeatMs;
  await new Promise((resolve) => setTimeout(resolve, atMs - now));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
