import { parseEndpoints } from '../../core/endpoints/parse.ts';
import { prepareTarget } from '../../core/endpoints/prepare.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { makePlan } from '../../core/plan/plan.ts';
import type { RunInput } from '../../core/plan/types.ts';
import type { Distribution } from '../../core/metrics/types.ts';
import type { Calibration, CalibrationLevel, MeasurementError } from '../../core/record/calibration.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { runBenchmark } from '../../engine/run.ts';
import { type Buckets, countedSince, quantileMs, readBuckets } from './server-lateness.ts';
import { startMockProcess } from './mock-process.ts';

/** Times that the mock server injects. */
const injected = { latencyMs: 100, ttftMs: 50, iclMs: 10 } as const;

/** Amounts of requests at one concurrency. */
export interface Level {
  readonly concurrency: number;
  readonly requests: number;
  readonly streams: number;
}

/** Returns the levels of a calibration, each of about 15 s, or 3 s if `quick`. */
export const usualLevels = (quick: boolean): readonly Level[] =>
  [1, 10, 100].map((concurrency) => ({
    concurrency,
    requests: concurrency * (quick ? 12 : 60),
    streams: concurrency * (quick ? 6 : 30),
  }));

/** Enough chunks for a p99 of the ICL, in a quarter of a second. */
const tokensPerStream = 21;
/** Warm-up requests per slot. */
const warmRounds = 2;

/** Options of a calibration. */
export interface CalibrationOptions {
  readonly levels: readonly Level[];
  /** The file that starts the command line, as arguments for Node: the mock server is a separate process. */
  readonly commandLine: readonly string[];
  readonly version: string;
  readonly signal: AbortSignal;
  onProgress?(text: string): void;
}

/** Measures known times and returns the errors. Rejects with a LoadlensError if requests fail or it's canceled. */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const measuredAt = new Date().toISOString();
  const server = await startMockProcess(options.commandLine, 4 * Math.max(...options.levels.map((l) => l.concurrency)));
  const levels: CalibrationLevel[] = [];
  try {
    for (const level of options.levels) {
      options.onProgress?.(`Measuring at concurrency ${level.concurrency}…`);
      levels.push(await measureLevel(level, server.url, options));
    }
  } finally {
    await server.close();
  }
  return { measuredAt, levels };
}

async function measureLevel(level: Level, url: string, options: CalibrationOptions): Promise<CalibrationLevel> {
  const { concurrency } = level;
  const measure = async (request: Request, requests: number): Promise<Measured> => {
    await runOnce(request, { concurrency, requests: concurrency * warmRounds }, options);
    const before = await readMetrics(url);
    const record = await runOnce(request, { concurrency, requests }, options);
    return { record, before, after: await readMetrics(url) };
  };
  const plain = await measure(plainRequest(url), level.requests);
  const streamed = await measure(streamRequest(url), level.streams);
  return {
    concurrency,
    latencyMs: errorOf(plain, 'latencyMs', 'mock_answer_error_seconds'),
    ttftMs: errorOf(streamed, 'ttftMs', 'mock_ttft_error_seconds'),
    iclMs: errorOf(streamed, 'iclMs', 'mock_icl_error_seconds'),
  };
}

interface Measured {
  readonly record: RunRecord;
  /** The server's metrics before and after the run. */
  readonly before: string;
  readonly after: string;
}

type Request = Pick<RunInput, 'targets' | 'requests'>;

const nothing = (): undefined => undefined;

/** Returns the request in the text of an endpoints file. */
function requestOf(text: string): Request {
  const { targets } = parseEndpoints(text);
  const lookups = { env: nothing, secret: nothing, bodyFile: nothing, shownAs: 'calibration' };
  return { targets, requests: targets.map((target) => prepareTarget(target, lookups)) };
}

const plainRequest = (url: string): Request => requestOf(`${url}/sleeper?sleep_length=${injected.latencyMs / 1000}`);

function streamRequest(url: string): Request {
  const body = {
    model: 'mock',
    messages: [{ role: 'user', content: 'Say something short.' }],
    max_tokens: tokensPerStream,
    stream: true,
    stream_options: { include_usage: true },
  };
  const query = `ttft_ms=${injected.ttftMs}&icl_ms=${injected.iclMs}`;
  return requestOf(`POST ${url}/v1/chat/completions?${query}\nContent-Type: application/json\n${JSON.stringify(body)}`);
}

async function runOnce(
  request: Request,
  amount: { concurrency: number; requests: number },
  { version, signal }: CalibrationOptions,
): Promise<RunRecord> {
  const plan = makePlan(amount, { defaults: {}, objectives: [] });
  const record = await runBenchmark(
    { name: 'calibration', plan, secrets: [], file: null, ...request },
    { version, signal },
  );
  if (signal.aborted)
    throw new LoadlensError('Calibration canceled.', { hint: 'Nothing was saved.', exitCode: ExitCode.interrupted });
  if (record.successes < amount.requests) {
    throw new LoadlensError(`Only ${record.successes} of ${amount.requests} requests to the mock server succeeded.`, {
      hint: 'Rerun when this machine is idle.',
      exitCode: ExitCode.nothingMeasured,
    });
  }
  return record;
}

async function readMetrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function errorOf(measured: Measured, metric: keyof typeof injected, histogram: string): MeasurementError {
  const { record, before, after } = measured;
  const times: Distribution | undefined = record[metric];
  const late: Buckets = countedSince(readBuckets(before, histogram), readBuckets(after, histogram));
  const injectedMs = injected[metric];
  if (!times || times.median === null || times.p99 === null) throw new Error(`The run measured no ${metric}.`);
  return {
    injectedMs,
    p50Ms: rounded(times.median - injectedMs),
    p99Ms: rounded(times.p99 - injectedMs),
    serverP50Ms: rounded(quantileMs(late, 0.5)),
    serverP99Ms: rounded(quantileMs(late, 0.99)),
  };
}

/** Rounds to microseconds, the resolution of the clocks. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
