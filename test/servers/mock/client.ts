import { type Agent, request } from 'node:http';
import type { MockServer } from '../../../src/servers/mock/server.ts';

/** One answer as the tests look at it. */
export interface Reply {
  readonly status: number;
  readonly type: string | undefined;
  readonly allow: string | undefined;
  readonly text: string;
}

/** Sends one request over a real socket. */
export function ask(
  server: Pick<MockServer, 'url'>,
  path: string,
  options: { method?: string; body?: string | Buffer; agent?: Agent; signal?: AbortSignal } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { method: 'GET', ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          allow: response.headers.allow,
          text,
        }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** Waits, turn by turn, until the condition holds; the test's own timeout ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
