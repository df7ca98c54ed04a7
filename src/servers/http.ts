import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, errorBody } from './openai/errors.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Returns the body; undefined if it's larger than `maxBytes`. A larger body is read to its end, too, because a client that
 * still sends may not read the response. Rejects if the body is incomplete.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.once('end', () => resolve(bytes <= maxBytes ? Buffer.concat(chunks) : undefined));
    request.once('close', () => reject(new Error('The request body is incomplete.')));
  });
}

// One decoder for all bodies, because making one takes longer than decoding.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Returns the value of a JSON body. Throws an ApiError if it isn't JSON or is larger than `maxBytes`. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const body = await readBody(request, maxBytes);
  if (body === undefined) throw new ApiError(413, `The body is larger than ${maxBytes} bytes.`);
  try {
    const json: unknown = JSON.parse(utf8.decode(body));
    return json;
  } catch {
    throw new ApiError(400, "The body isn't valid JSON.");
  }
}

/** Returns true for the methods that read. HEAD gets the response of GET; Node omits the body. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Writes a complete response, unless the client has disconnected or the response has begun. */
export function writeText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Headers = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

/** Writes a complete JSON response as `writeText` does. */
export const writeJson = (response: ServerResponse, status: number, body: object, headers: Headers = {}): void =>
  writeText(response, status, 'application/json', JSON.stringify(body), headers);

/** Writes an error in OpenAI's format. In a stream that has begun, it's the last event. */
export function writeError(response: ServerResponse, error: ApiError): void {
  if (!response.headersSent) writeJson(response, error.status, errorBody(error), error.headers);
  else if (!response.writableEnded) response.end(eventText(errorBody(error)));
}

/** Media type of server-sent events. */
export const eventsType = 'text/event-stream; charset=utf-8';

/** Writes the head of a streamed response. */
export function startStream(response: ServerResponse, type: string, headers: Headers = {}): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...headers });
}

/** Returns a server-sent event with JSON data. */
export const eventText = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;

/** The event that ends a stream of OpenAI's completions. */
export const doneEvent = 'data: [DONE]\n\n';
