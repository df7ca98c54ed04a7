import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, errorBody } from '../../openai/errors.ts';

/** The largest body that is read: more than any prompt that fits the model. */
const maxBodyBytes = 1 << 20;

/** The whole body. One that is too large is still read to its end, so that the client is there for the answer. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size <= maxBodyBytes) resolve(Buffer.concat(chunks));
      else reject(new ApiError(413, `The body is larger than ${maxBodyBytes} bytes.`));
    });
    request.on('error', reject);
  });
}

/** Reads a JSON body. Throws an ApiError for what is none or too large. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return json;
  } catch {
    throw new ApiError(400, "The body isn't valid JSON.");
  }
}

/** Writes a whole answer. Nothing happens when the client is gone. */
export function writeText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

/** As writeText, for JSON. */
export const writeJson = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void => writeText(response, status, 'application/json', JSON.stringify(body), headers);

/** Writes an error in OpenAI's shape; inside a stream that has begun, as its last event. */
export function writeError(response: ServerResponse, error: ApiError): void {
  if (!response.headersSent) writeJson(response, error.status, errorBody(error), error.headers);
  else if (!response.writableEnded) response.end(`data: ${JSON.stringify(errorBody(error))}\n\n`);
}

/** Starts a stream of server-sent events; returns what writes one. */
export function startEvents(response: ServerResponse, headers: Readonly<Record<string, string>>) {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  });
  return (event: object | '[DONE]'): void => {
    response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  };
}
