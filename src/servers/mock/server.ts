import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, answerTo, readConfig, tooMany, wrongMethod } from './answers.ts';
import { isRead, readBody, writeJson, writeText } from '../http.ts';
import { listen } from '../listen.ts';
import { ApiError } from '../openai/errors.ts';
import { metricsType, renderMetrics } from '../prometheus.ts';
import { createArrivalClock } from './arrival.ts';
import type { Place } from './llm/respond.ts';
import { createLlmRoutes, type LlmOptions } from './llm/routes.ts';
import { createExactness, mockMetrics, type MockStats } from './metrics.ts';
import { sleepUntil } from './sleep.ts';

/** Settings of a mock server; defaults and ranges as in docs/mock-server.md. */
export interface MockServerOptions extends LlmOptions {
  readonly host?: string;
  readonly port: number;
  readonly maxConcurrentRequests: number;
  /** Factor for all delays. */
  readonly timeScale: number;
}

/** A running mock server. */
export interface MockServer {
  readonly url: string;
  readonly port: number;
  stats(): MockStats;
  /** Sets the listener that is called synchronously after each change of the statistics. */
  onChange(listener: () => void): void;
  /** Closes all connections, also those with a request in flight. */
  close(): Promise<void>;
}

/** Default address, which other machines can't reach. */
export const defaultHost = '127.0.0.1';

/** Maximum size of the body of `/update_config`, bytes. */
const maxBodyBytes = 64 * 1024;

const nothing = (): void => undefined;

/** Starts the mock server. @throws LoadlensError if the address isn't available */
export async function startMockServer(options: MockServerOptions): Promise<MockServer> {
  let limit = options.maxConcurrentRequests;
  let inFlight = 0;
  let served = 0;
  let abandoned = 0;
  let cut = 0;
  const byStatus: Record<string, number> = {};
  let changed = nothing;
  const stats = (): MockStats => ({ inFlight, limit, served, abandoned, cut, byStatus: { ...byStatus } });
  const exactness = createExactness();
  const { timeScale } = options;
  const llm = createLlmRoutes({ ...options, exactness });
  const arrivedAt = createArrivalClock();

  const count = (status: number): void => {
    served++;
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    changed();
  };

  /** Counts a request until its response or until its client disconnects. Returns undefined above the limit. */
  function enter(response: ServerResponse): Place | undefined {
    if (inFlight >= limit) {
      count(429);
      return undefined;
    }
    const since = arrivedAt();
    let stop = nothing;
    inFlight++;
    changed();
    const leave = (): void => {
      stop();
      inFlight--;
      abandoned++;
      changed();
    };
    response.once('close', leave);
    // The place is free before the response is sent. Otherwise, the client's next request could overtake it and get a 429.
    const giveBack = (): void => {
      response.off('close', leave);
      inFlight--;
    };
    return {
      since,
      answered: (status) => {
        giveBack();
        count(status);
      },
      cut: () => {
        giveBack();
        cut++;
        changed();
      },
      onGone: (listener) => {
        stop = listener;
      },
    };
  }

  function answerPlain(response: ServerResponse, choose: () => Answer): void {
    const place = enter(response);
    if (!place) {
      writeAnswer(response, tooMany(limit));
      return;
    }
    const answer = choose();
    const finish = (): void => {
      place.answered(answer.status);
      writeAnswer(response, answer);
    };
    const sleepMs = (answer.sleepS ?? 0) * 1000 * timeScale;
    if (sleepMs === 0) {
      finish();
      return;
    }
    const due = place.since + sleepMs;
    const wake = sleepUntil(due, () => {
      finish();
      process.nextTick(() => exactness.answer.add(performance.now() - due));
    });
    place.onGone(wake);
  }

  function answerLlm(path: string, url: string, request: IncomingMessage, response: ServerResponse): void {
    const place = enter(response);
    if (place) {
      llm.handle(new URL(url, 'http://mock'), request, response, place).catch(() => response.destroy());
      return;
    }
    const { error } = tooMany(limit).body;
    llm.refuse(path, response, new ApiError(429, error, { code: 'rate_limit_exceeded' }));
  }

  async function updateConfig(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) {
      writeJson(response, 413, { error: `The body is larger than ${maxBodyBytes} bytes.` });
      return;
    }
    const config = readConfig(body.toString());
    if (typeof config !== 'number') {
      writeAnswer(response, config);
      return;
    }
    limit = config;
    changed();
    writeJson(response, 200, { max_concurrent_requests: limit });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    switch (path) {
      case '/update_config':
        if (method === 'POST') updateConfig(request, response).catch(() => response.destroy());
        else writeAnswer(response, wrongMethod('POST'));
        return;
      case '/health':
        // With this header, the extension recognizes the server.
        response.setHeader('server', 'loadlens-mock');
        writeAnswer(response, isRead(method) ? { status: 200, body: { status: 'ok' } } : wrongMethod('GET, HEAD'));
        return;
      case '/metrics':
        if (isRead(method))
          writeText(response, 200, metricsType, renderMetrics([...mockMetrics(stats(), exactness), ...llm.metrics()]));
        else writeAnswer(response, wrongMethod('GET, HEAD'));
        return;
      default:
        if (llm.serves(path)) answerLlm(path, target, request, response);
        else
          answerPlain(response, () =>
            answerTo(method, path, new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))),
          );
    }
  }

  // Connections of a benchmark may be idle between runs. Closing one while its next request arrives would be an artificial fault.
  const server = createServer({ keepAliveTimeout: 10 * 60_000, noDelay: true }, handle);
  const { port, url } = await listen(server, options.host ?? defaultHost, options.port);
  return {
    url,
    port,
    stats,
    onChange: (listener) => {
      changed = listener;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function writeAnswer(response: ServerResponse, { status, body, allow }: Answer): void {
  const headers = allow === undefined ? {} : { allow };
  if (typeof body === 'string') writeText(response, status, 'text/plain; charset=utf-8', body, headers);
  else writeJson(response, status, body, headers);
}
