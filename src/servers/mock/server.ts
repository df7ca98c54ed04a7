import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, answerTo, readConfig, tooMany, wrongMethod } from './answers.ts';
import { ApiError } from '../openai/errors.ts';
import { createArrivalClock } from './arrival.ts';
import { listen } from '../listen.ts';
import { createLlmRoutes, type Place, writeApiError } from './llm/routes.ts';
import { createExactness, type MockStats, renderMetrics } from './metrics.ts';
import { readBody } from './read-body.ts';
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

/** An answer ready to be written. */
interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

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
      write(response, replyOf(tooMany(limit)));
      return;
    }
    const answer = choose();
    const finish = (): void => {
      place.answered(answer.status);
      write(response, replyOf(answer));
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
    writeApiError(response, new ApiError(429, error, { code: 'rate_limit_exceeded' }));
  }

  async function updateConfig(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) {
      write(response, {
        ...replyOf({ status: 413, body: { error: `The body is larger than ${maxBodyBytes} bytes.` } }),
        headers: { connection: 'close' },
      });
      return;
    }
    const config = readConfig(body);
    if (typeof config !== 'number') {
      write(response, replyOf(config));
      return;
    }
    limit = config;
    changed();
    write(response, replyOf({ status: 200, body: { max_concurrent_requests: limit } }));
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    switch (path) {
      case '/update_config':
        if (method === 'POST') updateConfig(request, response).catch(() => response.destroy());
        else write(response, replyOf(wrongMethod('POST')));
        return;
      case '/health':
        // Tells the extension that no other server has taken the port.
        response.setHeader('server', 'loadlens-mock');
        write(response, replyOf(isRead(method) ? { status: 200, body: { status: 'ok' } } : wrongMethod('GET, HEAD')));
        return;
      case '/metrics':
        write(
          response,
          isRead(method)
            ? { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: renderMetrics(stats(), exactness) }
            : replyOf(wrongMethod('GET, HEAD')),
        );
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

/** HEAD is answered as GET; Node leaves the body out. */
const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

function replyOf(answer: Answer): Reply {
  const headers = answer.allow === undefined ? {} : { headers: { allow: answer.allow } };
  return typeof answer.body === 'string'
    ? { status: answer.status, type: 'text/plain; charset=utf-8', text: answer.body, ...headers }
    : { status: answer.status, type: 'application/json', text: JSON.stringify(answer.body), ...headers };
}

function write(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.text),
    ...reply.headers,
  });
  response.end(reply.text);
}
