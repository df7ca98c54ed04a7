import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, answerTo, readConfig, tooMany, wrongMethod } from './answers.ts';
import { listen } from './listen.ts';
import { type MockStats, renderMetrics } from './metrics.ts';
import { sleep } from './sleep.ts';

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

/** The largest body that is read, bytes. */
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
  const byStatus: Record<string, number> = {};
  let changed = nothing;
  const stats = (): MockStats => ({ inFlight, limit, served, abandoned, byStatus: { ...byStatus } });

  /** A request that counts: refused above the limit, otherwise in flight until it is answered or its client is gone. */
  function counted(response: ServerResponse, choose: () => Answer): void {
    const count = (status: number): void => {
      served++;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      changed();
    };
    if (inFlight >= limit) {
      count(429);
      write(response, replyOf(tooMany(limit)));
      return;
    }
    inFlight++;
    changed();
    const answer = choose();
    const finish = (): void => {
      response.off('close', leave);
      // Subtle here: the slot is free before the answer leaves, or the client's next request could overtake it and get a 429.
      inFlight--;
      count(answer.status);
      write(response, replyOf(answer));
    };
    const sleepMs = (answer.sleepS ?? 0) * 1000 * options.timeScale;
    const wake = sleepMs > 0 ? sleep(sleepMs, finish) : undefined;
    const leave = (): void => {
      wake?.();
      inFlight--;
      abandoned++;
      changed();
    };
    response.once('close', leave);
    if (!wake) finish();
  }

  async function updateConfig(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
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
        write(response, replyOf(method === 'GET' ? { status: 200, body: { status: 'ok' } } : wrongMethod('GET')));
        return;
      case '/metrics':
        write(
          response,
          method === 'GET'
            ? { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: renderMetrics(stats()) }
            : replyOf(wrongMethod('GET')),
        );
        return;
      default:
        counted(response, () => answerTo(method, path, new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))));
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

/** The whole body as text; undefined as soon as it is too large. Rejects when it breaks off. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    // What comes after the limit is read and dropped: an answer on a destroyed socket would never arrive.
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('close', () => reject(new Error('The body broke off.')));
  });
}
