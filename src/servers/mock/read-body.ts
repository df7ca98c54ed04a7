import type { IncomingMessage } from 'node:http';

/** The whole body as text; undefined as soon as it is larger than so many bytes. Rejects when it breaks off. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    // What comes after the limit is read and dropped: an answer on a destroyed socket would never arrive.
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('close', () => reject(new Error('The request body is incomplete.')));
  });
}
