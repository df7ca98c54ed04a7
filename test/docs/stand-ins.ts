import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

/** The token with which a page logs in. */
const token = '0123456789';

/** Starts a server that responds like the services of the cookbook: a shop, one with a login, and Ollama's API. */
export const startStandIn = (): Promise<StreamServer> =>
  startStreamServer((response, request) => {
    if (request.url === '/api/generate') {
      response.setHeader('content-type', 'application/x-ndjson');
      for (const text of ['Because', ' of', ' light'])
        response.write(JSON.stringify({ response: text, done: false }) + '\n');
      response.end(
        JSON.stringify({ response: '', done: true, done_reason: 'stop', eval_count: 3, prompt_eval_count: 6 }) + '\n',
      );
      return;
    }
    if (request.url === '/api/profile' && request.headers.authorization !== `Bearer ${token}`)
      response.statusCode = 401;
    response.end('{}');
  });
