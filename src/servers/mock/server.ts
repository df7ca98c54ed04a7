import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, answerTo, readConfig, tooMany, wrongMethod } from './answers.ts';
import { isRead, readBody, writeError, writeJson, writeText } from '../http.ts';
import { listen } from '../listen.ts';
import { ApiError } from '../openai/errors.ts';
import { metricsType, renderMetrics } from '../prometheus.ts';
import { createArrivalClock } from './arrival.ts';
import { createLlmRoutes, type Place } from './llm/routes.ts';
import { createExactness, mockMetrics, type MockStats } from './metrics.ts';
import { sleepUntil } from './sleep.ts';

/** A running mock server. */
export interface MockServer {
  readonly url: string;
  readonly port: number;
  stats(): MockStats;
  /** Calls the listener after every change of the statistics, at once: it must be quick. */
  onChange(listener: () => void): void;
  /** Closes every connection, those that wait for an answer included. */
  close(): Promise<void>;
}

/** The address that a server binds to unless told otherwise: this machine alone. */
export const defaultHost = '127.0.0.1';

/** The largest body of `/update_config`, bytes. */
const maxBodyBytes = 64 * 1024;

const nothing = (): void => undefined;

/** Starts the reference mock server; docs/mock-server.md. Throws a LoadlensError when the address can't be had. */
export async function startMockServer(options: {
  host?: string;
  port: number;
  maxConcurrentRequests: number;
  /** Sleeps are multiplied by it. */
  timeScale: number;
}): Promise<MockServer> {
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
  const llm = createLlmRoutes({ timeScale, exactness });
  const arrivedAt = createArrivalClock();

  const count = (status: number): void => {
    served++;
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    changed();
  };

  /** A place under the limit, the request's until it is answered or its client is gone. Undefined when there is none. */
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
    // Subtle here: the place is free before the answer leaves, or the client's next request could overtake it and get a 429.
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

  function answerLlm(url: string, request: IncomingMessage, response: ServerResponse): void {
    const place = enter(response);
    if (place) {
      llm.handle(new URL(url, 'http://mock'), request, response, place).catch(() => response.destroy());
      return;
    }
    const { error } = tooMany(limit).body;
    writeError(response, new ApiError(429, error, { code: 'rate_limit_exceeded' }));
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
        // Tells the extension that no other server has taken the port.
        response.setHeader('server', 'loadlens-mock');
        writeAnswer(response, isRead(method) ? { status: 200, body: { status: 'ok' } } : wrongMethod('GET, HEAD'));
        return;
      case '/metrics':
        if (isRead(method)) writeText(response, 200, metricsType, renderMetrics(mockMetrics(stats(), exactness)));
        else writeAnswer(response, wrongMethod('GET, HEAD'));
        return;
      default:
        if (path.startsWith('/v1/')) answerLlm(target, request, response);
        else
          answerPlain(response, () =>
            answerTo(method, path, new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))),
          );
    }
  }

  // A benchmark's connections may idle between runs: closing one just as its next request arrives would be a made-up fault.
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
