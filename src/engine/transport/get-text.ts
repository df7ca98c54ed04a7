import { Client } from 'undici';

/** A small text that is read next to a run: a list of models, or metrics. */
export interface TextRequest {
  readonly path: string;
  /** Names and values, alternating. */
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
  /** Maximum number of characters. */
  readonly most: number;
  /** Name of the text for messages: `list`. */
  readonly what: string;
}

/** Returns a client of one origin for texts. Callers must destroy it. */
export const textClient = (origin: string, insecure = false): Client =>
  new Client(origin, { connect: { rejectUnauthorized: !insecure } });

/**
 * Gets a text.
 * @throws Error with a short reason, such as `status 404`; the client's own error if there is no response
 */
export async function getText(client: Client, { path, headers, signal, most, what }: TextRequest): Promise<string> {
  const { statusCode, body } = await client.request({ method: 'GET', path, headers: [...headers], signal });
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > most) throw new Error(`the ${what} is too long`);
  }
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  return text;
}
